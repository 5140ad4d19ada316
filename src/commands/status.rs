//! `flaky status`: the verdict with its evidence, in words or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::asking::{self, Answer};
use crate::cli::Console;
use crate::cli::status::Status as Typed;
use crate::error::{Error, ExitKind};
use crate::output::{self, Destination};
use flaky_core::verdict::Verdict;

pub fn run(args: &Typed, console: Console) -> Result<(), Error> {
    let answer = asking::answer(&args.source, console)?;
    let write =
        |out: &mut dyn Write| if args.json { json(&answer, out) } else { words(&answer, out) };
    output::write(&Destination::Stdout, false, write)?;
    let verdict = answer.finding.verdict;
    if args.fail_on.contains(&verdict) {
        let mut error = Error::failed(format!("the state is {verdict}, which is one of --fail-on"));
        error.exit = ExitKind::VerdictMatched;
        return Err(error);
    }
    answer.strictly(&args.source)
}

fn words(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let finding = &answer.finding;
    match finding.reason.as_str() {
        "" => writeln!(out, "{}", finding.message())?,
        reason => writeln!(out, "{}: {reason}", finding.message())?,
    }
    for line in &finding.evidence {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// What a program reads. Fields that are not known are null.
#[derive(Serialize)]
struct Said<'a> {
    verdict: &'a str,
    reason: &'a str,
    /// Flaky ones among `n`.
    rate: Option<f64>,
    flaky: Option<usize>,
    n: Option<usize>,
    /// What `n` counts.
    of: Option<&'a str>,
    evidence: &'a [String],
    /// While it runs: the verdict on the last one that finished.
    before: Option<&'a str>,
    provider: Option<&'a str>,
    subject: Option<&'a str>,
}

fn json(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let finding = &answer.finding;
    let counted = finding.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
    let said = Said {
        verdict: finding.verdict.word(),
        reason: &finding.reason,
        rate: finding.flakiness.as_ref().map(|flakiness| flakiness.rate),
        flaky: counted.map(|counted| counted.flaky),
        n: counted.map(|counted| counted.of),
        of: counted.map(|counted| counted.what),
        evidence: &finding.evidence,
        before: finding.before.map(Verdict::word),
        provider: answer.provider.map(|about| about.name),
        subject: answer.subject.as_deref(),
    };
    serde_json::to_writer_pretty(&mut *out, &said)?;
    writeln!(out)
}
