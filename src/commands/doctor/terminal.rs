//! The terminal, and what follows for the progress bar.

use std::io::{self, IsTerminal};

use super::super::report::variable;
use super::Finding;
use crate::progress;

/// The variables that say what a terminal can show and whether it should be colourful.
const VARIABLES: [&str; 4] = ["TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];

pub(super) fn findings() -> Vec<Finding> {
    let stream = |is_terminal| if is_terminal { "a terminal" } else { "not a terminal" };
    let columns = progress::columns().map_or("unknown".to_string(), |count| count.to_string());
    let mut findings = vec![
        Finding::new("standard output", stream(io::stdout().is_terminal())),
        Finding::new("standard error", stream(io::stderr().is_terminal())),
        Finding::new("columns", columns),
    ];
    findings.extend(VARIABLES.map(|name| {
        let value = variable(name).map_or("not set".to_string(), |value| format!("{value:?}"));
        Finding::new(name, value)
    }));
    findings.push(bar());
    findings
}

fn bar() -> Finding {
    const NAME: &str = "progress bar";
    if progress::is_shown() {
        Finding::new(NAME, "shown")
    } else if io::stderr().is_terminal() {
        let hint = "set TERM to the name of the terminal, such as xterm-256color";
        Finding::problem(NAME, "not shown: TERM does not name a terminal", hint)
    } else {
        Finding::new(NAME, "not shown: standard error is not a terminal")
    }
}
