//! The program: parse, dispatch, say what went wrong, end with the right code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use flaky::cli::Cli;
use flaky::commands;
use flaky::error::End;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Err(error) = commands::run(cli) else { return ExitCode::SUCCESS };
    if error.end == End::ReaderGone {
        return ExitCode::SUCCESS;
    }
    // Nobody to hear it is no reason to panic.
    let _ = writeln!(io::stderr(), "{error}");
    match error.end {
        End::WrongUsage => ExitCode::from(2),
        End::Matched => ExitCode::from(3),
        End::Failed | End::ReaderGone => ExitCode::FAILURE,
    }
}
