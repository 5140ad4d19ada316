//! How far long work has got, for whoever watches.

use std::fmt;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Is told of every step, from any thread.
pub trait Progress: Sync {
    /// So many more of the steps are done.
    fn advance(&self, steps: u64);
    /// All is done, or has been given up.
    fn finish(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// A bar on the terminal; nothing where standard error is none.
#[derive(Clone, Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar of `steps` steps, called `what`; where nobody knows how many, a number that rises.
    pub fn new(what: &'static str, steps: u64) -> Self {
        let known = (steps > 0).then_some(steps);
        let bar = ProgressBar::with_draw_target(known, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(match known {
            Some(_) => "{msg} [{bar:24}] {pos}/{len}, {rate}/s, {eta} left",
            None => "{msg} {pos}, {rate}/s",
        });
        if let Ok(style) = style {
            let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
                // Nobody to hear it is no reason to fail.
                let _ = write!(out, "{:.0}", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate).progress_chars("━╸ "));
        }
        bar.set_message(what);
        Self(bar)
    }
}

impl Progress for Bar {
    fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
