//! `flaky status`: prints the report as text or JSON.

use std::io::{self, Write};

use super::report;
use crate::cli::Console;
use crate::cli::status::StatusArgs;
use crate::error::{Error, ExitKind};
use crate::output::{self, Destination};
use flaky_core::verdict::Report;

pub(super) fn run(args: &StatusArgs, console: Console) -> Result<(), Error> {
    let fetched = report::fetch(&args.source, console)?;
    let report = &fetched.report;
    let write =
        |out: &mut dyn Write| if args.json { json(report, out) } else { words(report, out) };
    output::write(&Destination::Stdout, false, write)?;
    let verdict = report.verdict;
    if args.fail_on.contains(&verdict) {
        let mut error = Error::failed(format!("the state is {verdict}, which is one of --fail-on"));
        error.exit = ExitKind::VerdictMatched;
        return Err(error);
    }
    fetched.into_result(&args.source)
}

fn words(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match report.reason.as_str() {
        "" => writeln!(out, "{}", report.message())?,
        reason => writeln!(out, "{}: {reason}", report.message())?,
    }
    for line in &report.evidence {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
