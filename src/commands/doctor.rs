//! `flaky doctor`: reports what is installed, found and reachable, for bug reports.
//!
//! ```text
//! program terminal fonts git programs cache CI network ─> Finding, Finding … ─> public ─> text, JSON
//! ```
//!
//! Each section has a file and looks for itself. Nothing is written and no server is asked but the one
//! that `flaky status` or `flaky history --ci` would ask. The report is made to be published: it names
//! tokens but never shows one, and `public.rs` replaces the home directory.

mod cache;
mod ci;
mod finding;
mod fonts;
mod git;
mod network;
mod program;
mod programs;
mod public;
mod terminal;

use std::cell::Cell;
use std::io::{self, Write};

use serde::Serialize;

use crate::cli::Console;
use crate::cli::doctor::DoctorArgs;
use crate::error::Error;
use crate::history::about;
use crate::output::{self, Destination};
use finding::Finding;
use public::Public;

/// The width of the column of names, in characters.
const NAMES: usize = 16;

/// A part of the report, which is looked for when it is written.
type Section<'a> = (&'static str, &'a dyn Fn() -> Vec<Finding>);

pub(super) fn run(args: &DoctorArgs, console: Console) -> Result<(), Error> {
    let here = about::here();
    let origin = here.as_ref().ok().and_then(|here| here.origin.as_deref());
    let sections: [Section<'_>; 8] = [
        ("program", &program::findings),
        ("terminal", &terminal::findings),
        ("fonts", &fonts::findings),
        ("git", &|| git::findings(&here)),
        ("programs", &programs::findings),
        ("cache", &cache::findings),
        ("CI", &ci::findings),
        ("network", &|| network::findings(origin, args.offline)),
    ];
    let problems = Cell::new(0);
    let public = Public::new();
    let found = |(name, look): &Section<'_>| {
        let findings: Vec<Finding> = look().iter().map(|finding| public.finding(finding)).collect();
        let marked = findings.iter().filter(|finding| finding.hint.is_some()).count();
        problems.set(problems.get() + marked);
        (*name, findings)
    };
    let found = sections.iter().map(found);
    let write = |out: &mut dyn Write| if args.json { json(found, out) } else { words(found, out) };
    output::write(&Destination::Stdout, false, write)?;
    console.say(&match problems.get() {
        0 => "nothing limits flaky here".to_string(),
        1 => "one thing limits flaky here, marked with !".to_string(),
        count => format!("{count} things limit flaky here, marked with !"),
    });
    Ok(())
}

/// Writes each section as soon as it is known, since a network may be slow.
fn words(
    sections: impl Iterator<Item = (&'static str, Vec<Finding>)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (at, (section, findings)) in sections.enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{section}")?;
        for Finding { name, value, hint } in findings {
            let mark = if hint.is_some() { '!' } else { ' ' };
            writeln!(out, "{mark} {name:<NAMES$} {value}")?;
            if let Some(hint) = hint {
                writeln!(out, "  {:NAMES$} hint: {hint}", "")?;
            }
        }
    }
    Ok(())
}

/// The report in JSON.
#[derive(Serialize)]
struct Entries {
    findings: Vec<Entry>,
}

/// A finding in JSON.
#[derive(Serialize)]
struct Entry {
    section: &'static str,
    name: &'static str,
    value: String,
    problem: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

fn json(
    sections: impl Iterator<Item = (&'static str, Vec<Finding>)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let entries = sections.flat_map(|(section, findings)| {
        findings.into_iter().map(move |Finding { name, value, hint }| Entry {
            section,
            name,
            value,
            problem: hint.is_some(),
            hint,
        })
    });
    let report = Entries { findings: entries.collect() };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
