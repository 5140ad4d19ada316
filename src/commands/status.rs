//! `flaky status`: prints the report as text, JSON or Markdown.

mod gate;
mod markdown;

use std::io::{self, Write};

use super::report::{self, FetchedReport};
use crate::cli::status::StatusArgs;
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_core::verdict::Report;

pub(super) fn run(args: &StatusArgs) -> Result<(), Error> {
    let fetched = report::fetch(&args.source)?;
    let report = &fetched.report;
    let write = |out: &mut dyn Write| match (args.json, args.markdown) {
        (true, _) => json(report, out),
        (_, true) => markdown::write(report, out),
        _ => words(report, out),
    };
    output::write(&Destination::Stdout, false, write)?;
    gate::check(&fetched, &args.fail_on, args.fail_on_rate)?;
    fetched.into_result(&args.source)
}

fn words(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", report::line(report))?;
    for line in &report.evidence {
        writeln!(out, "  {line}")?;
    }
    for note in &report.notes {
        writeln!(out, "  note: {note}")?;
    }
    for part in &report.parts {
        let subject = part.subject.as_deref().unwrap_or_default();
        writeln!(out, "  {subject}: {}: {}", part.message(), part.reason)?;
    }
    Ok(())
}

fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
