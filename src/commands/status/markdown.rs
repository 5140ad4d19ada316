//! A report as Markdown (`CommonMark` with the links and lists of GitHub and GitLab).
//!
//! Names come from servers and test reports, so every character with a meaning in Markdown is escaped,
//! and so are mentions and bare URLs.

use std::fmt::Write as _;
use std::io::{self, Write};

use flaky_core::verdict::{Evidence, RecentRun, Report, Verdict};

/// The maximum number of observations listed.
const MAX_EVIDENCE: usize = 20;
/// The maximum number of failed pipelines listed.
const MAX_FAILED: usize = 10;

/// Writes a report, and then its parts.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    section(report, &mut text);
    for part in &report.parts {
        text.push('\n');
        section(part, &mut text);
    }
    out.write_all(text.as_bytes())
}

fn section(report: &Report, text: &mut String) {
    let _ = write!(text, "**{}**", escaped(&report.message()));
    if let Some(subject) = &report.subject {
        let _ = write!(text, " · {}", escaped(subject));
    }
    text.push('\n');
    if !report.reason.is_empty() {
        let _ = write!(text, "\n{}\n", escaped(&report.reason));
    }
    let evidence = report.evidence.iter().take(MAX_EVIDENCE).map(observation);
    let omitted = report.evidence.iter().skip(MAX_EVIDENCE).map(|evidence| match evidence {
        Evidence::Omitted { tests } => *tests,
        _ => 1,
    });
    let more: usize = omitted.sum();
    let more = (more > 0).then(|| format!("and {more} more"));
    list(evidence.chain(more).chain(report.notes.iter().map(|note| escaped(note))), text);
    let failed = report.recent.iter().rev().filter(|run| run.verdict == Verdict::Failed);
    let failed: Vec<String> = failed.take(MAX_FAILED).map(pipeline).collect();
    if !failed.is_empty() {
        let _ = write!(text, "\nFailed: {}\n", failed.join(", "));
    }
}

/// A list, after an empty line; nothing if it has no items.
fn list(items: impl Iterator<Item = String>, text: &mut String) {
    for (at, item) in items.enumerate() {
        let _ = writeln!(text, "{}- {item}", if at == 0 { "\n" } else { "" });
    }
}

fn observation(evidence: &Evidence) -> String {
    link(&evidence.to_string(), evidence.url())
}

fn pipeline(run: &RecentRun) -> String {
    let commit = run.commit.clone().unwrap_or_default();
    let name = run.number.map_or(commit, |number| format!("pipeline {number}"));
    link(&name, run.url.as_deref())
}

fn link(text: &str, url: Option<&str>) -> String {
    let text = escaped(text);
    match url {
        None => text,
        Some(url) => {
            let url: String =
                url.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r')).collect();
            format!("[{text}](<{url}>)")
        }
    }
}

/// Escapes what has a meaning in Markdown, so that a text is shown as it is.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            // Ordered lists, headings, quotes and lists begin a line only; references (#1, !1) do not.
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '!'
            | '|' | '~' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            '/' if before == ':' => safe.push_str("\\/"),
            '.' if before == 'w' => safe.push_str("\\."),
            '+' | '-' | '=' if safe.is_empty() => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
        before = c;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{escaped, link};

    #[test]
    fn no_name_is_read_as_markup() {
        for (text, safe) in [
            ("plain words, 5 % (of 20)", "plain words, 5 % \\(of 20\\)"),
            ("job `e2e`", "job \\`e2e\\`"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("[a](b)", "\\[a\\]\\(b\\)"),
            ("@everyone #1 !2", "&#64;everyone \\#1 \\!2"),
            ("https://evil.example www.evil.example", "https:\\//evil.example www\\.evil.example"),
            ("- item", "\\- item"),
        ] {
            assert_eq!(escaped(text), safe);
        }
    }

    #[test]
    fn a_url_cannot_leave_its_link() {
        assert_eq!(link("a", Some("https://x/>)<y")), "[a](<https://x/)y>)");
    }
}
