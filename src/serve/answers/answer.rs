//! An answer: the state of a project's branch, judged and written once, and sent many times.

use bytes::Bytes;
use flaky_core::verdict::{Report, Verdict};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::status::Status;
use crate::serve::cache::Weight;
use crate::serve::content::{Content, ContentType};
use crate::serve::store::Project;

/// A report in memory takes about as many bytes as its JSON, twice.
const REPORT_PER_JSON: usize = 2;

/// The name of a report's content: equal reports have equal pictures.
pub(crate) type ReportId = [u8; 16];

/// The state of a project's branch.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The report. It is unknown if the project is stale.
    pub(crate) report: Report,
    /// The name of its content.
    pub(crate) report_id: ReportId,
    /// True if the project has not been heard of for too long.
    pub(crate) is_stale: bool,
    /// When the project was last heard of.
    pub(crate) heard: Option<Timestamp>,
    /// The number of the change that it is about.
    pub(crate) seq: i64,
    /// The time until which it holds unless something changes.
    pub(crate) until: Timestamp,
    /// The JSON of `/status`.
    pub(crate) json: Content,
    /// The same as an event.
    pub(crate) event: Bytes,
    /// The name of the event.
    pub(crate) event_id: String,
}

impl Answer {
    /// The answer about a branch, or about all branches, of a project. It holds until `until`, unless
    /// the project becomes stale before.
    pub(super) fn new(
        report: Report,
        project: &Project,
        git_ref: Option<&str>,
        until: Timestamp,
        goes_stale: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let is_stale = goes_stale.is_some_and(|at| at <= now);
        let report = if is_stale { silent(&report, project.heard) } else { report };
        let status = Status {
            project: Some(&project.name),
            git_ref,
            heard: Some(project.heard),
            stale: is_stale,
            ..Status::new(&report)
        };
        let report_id = id(&report);
        let event_id = event_id(project.seq, report_id);
        let (json, event) = written(&event_id, &status);
        let until = goes_stale.filter(|_| !is_stale).map_or(until, |at| at.min(until));
        let (heard, seq) = (Some(project.heard), project.seq);
        Self { report, report_id, is_stale, heard, seq, until, json, event, event_id }
    }

    /// The answer about something that nothing is known of: a project that has never reported, or
    /// no project at all.
    pub(crate) fn unknown(name: Option<&str>, reason: &str) -> Self {
        let report = Report {
            subject: name.map(ToString::to_string),
            ..Report::new(Verdict::Unknown, reason)
        };
        Self::timeless(report, name)
    }

    /// The answer about several projects, with the gravest state of them.
    pub(super) fn of_several(report: Report) -> Self {
        Self::timeless(report, None)
    }

    fn timeless(report: Report, name: Option<&str>) -> Self {
        let status = Status { project: name, ..Status::new(&report) };
        let report_id = id(&report);
        let event_id = event_id(0, report_id);
        let (json, event) = written(&event_id, &status);
        let (is_stale, heard, seq, until) = (false, None, 0, Timestamp::MAX);
        Self { report, report_id, is_stale, heard, seq, until, json, event, event_id }
    }
}

impl Weight for std::sync::Arc<Answer> {
    fn weight(&self) -> usize {
        size_of::<Answer>() + self.event.len() * (1 + REPORT_PER_JSON)
    }
}

/// A state as JSON and as an event, which share their bytes.
fn written(event_id: &str, status: &Status<'_>) -> (Content, Bytes) {
    let mut event = format!("id: {event_id}\ndata: ").into_bytes();
    let start = event.len();
    event.extend(status.line());
    let end = event.len();
    event.push(b'\n');
    let event = Bytes::from(event);
    (Content::new(ContentType::Json, event.slice(start..end)), event)
}

/// The unknown state of a project that was last heard of at a time.
fn silent(report: &Report, heard: Timestamp) -> Report {
    let heard = heard.strftime("%Y-%m-%d %H:%M UTC");
    let was = report.verdict;
    let reason = format!("nothing has been heard of it since {heard}; it was {was} then");
    let (provider, subject) = (report.provider.clone(), report.subject.clone());
    Report { provider, subject, ..Report::new(Verdict::Unknown, reason) }
}

/// The name of an event: the number of the change, and what the state came to, since time alone may
/// change that.
fn event_id(seq: i64, [first, second, third, ..]: ReportId) -> String {
    format!("{seq}.{first:02x}{second:02x}{third:02x}")
}

/// The name of a report's content.
pub(super) fn id(report: &Report) -> ReportId {
    let json = serde_json::to_vec(report).expect("texts and numbers");
    let hash = Sha256::digest(json);
    std::array::from_fn(|at| hash[at])
}
