//! The entry point: parses the arguments, runs the command, prints its error and sets the exit
//! code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use flaky::cli::Cli;
use flaky::commands;
use flaky::error::{ExitKind, printable};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return refuse(&error),
        Err(help) => help.exit(),
    };
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

/// Prints an error about the arguments, which it quotes.
fn refuse(error: &clap::Error) -> ExitCode {
    let quotes_controls = std::env::args_os()
        .any(|argument| argument.to_string_lossy().chars().any(char::is_control));
    if !quotes_controls {
        // In the colours of the terminal.
        error.exit();
    }
    for line in error.to_string().lines() {
        let _ = writeln!(io::stderr(), "{}", printable(line));
    }
    ExitCode::from(2)
}
