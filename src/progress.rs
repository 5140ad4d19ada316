//! Progress display of long operations.

use std::fmt;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Receives progress from any thread.
pub trait Progress: Sync {
    /// Counts this many more steps as done.
    fn advance(&self, steps: u64);
    /// Ends the display, whether all steps are done or not.
    fn finish(&self);
}

/// Returns true if a [`TerminalBar`] would be seen.
pub(crate) fn is_shown() -> bool {
    !ProgressDrawTarget::stderr().is_hidden()
}

/// The width of the terminal in characters; `None` without a terminal.
pub(crate) fn columns() -> Option<u16> {
    terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| columns)
}

/// Shows nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// A progress bar on standard error, if that is a terminal.
#[derive(Clone, Debug)]
pub struct TerminalBar(ProgressBar);

impl TerminalBar {
    /// A bar with a label and `steps` steps; 0 shows a counter without a total.
    pub fn new(label: &'static str, steps: u64) -> Self {
        let known = (steps > 0).then_some(steps);
        let bar = ProgressBar::with_draw_target(known, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(match known {
            Some(_) => "{msg} [{bar:24}] {pos}/{len}, {rate}/s, {eta} left",
            None => "{msg} {pos}, {rate}/s",
        });
        if let Ok(style) = style {
            let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
                // A closed standard error is no reason to fail.
                let _ = write!(out, "{:.0}", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate).progress_chars("━╸ "));
        }
        bar.set_message(label);
        Self(bar)
    }
}

impl Progress for TerminalBar {
    fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
