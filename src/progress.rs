//! How far long work has got, for whoever watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Is told of every step.
pub trait Progress {
    /// One more of the steps is done.
    fn advance(&self);
    /// All is done, or has been given up.
    fn finish(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self) {}
    fn finish(&self) {}
}

/// A bar on the terminal; nothing where standard error is none.
#[derive(Clone, Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar of `steps` steps, called `what`.
    pub fn new(what: &'static str, steps: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg} [{bar:32}] {pos}/{len}, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.set_message(what);
        Self(bar)
    }
}

impl Progress for Bar {
    fn advance(&self) {
        self.0.inc(1);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
