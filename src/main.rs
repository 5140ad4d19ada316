//! The entry point: parses the arguments, runs the command, prints its error and sets the exit
//! code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use flaky::cli::Cli;
use flaky::commands;
use flaky::error::ExitKind;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Err(error) = commands::run(cli) else { return ExitCode::SUCCESS };
    if error.exit == ExitKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    // A closed standard error is no reason to panic.
    let _ = writeln!(io::stderr(), "{error}");
    match error.exit {
        ExitKind::Usage => ExitCode::from(2),
        ExitKind::VerdictMatched => ExitCode::from(3),
        ExitKind::Failure | ExitKind::BrokenPipe => ExitCode::FAILURE,
    }
}
