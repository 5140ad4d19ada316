//! The JSON of `/status` and of events: the fields of `flaky status --json`, and what only a server
//! knows.

use flaky_core::verdict::{Evidence, RecentRun, Report, Reruns, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

/// The state of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status<'a> {
    /// Its name; null if the state is not that of a project.
    pub(super) project: Option<&'a str>,
    /// The branch or tag; null for all together.
    #[serde(rename = "ref")]
    pub(super) git_ref: Option<&'a str>,
    /// The verdict in the words of CI systems: success, failed, running, canceled or unknown.
    #[serde(rename = "status")]
    #[schema(schema_with = ci_words)]
    pub(super) word: &'static str,
    /// When the server last heard of it, in RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) heard: Option<Timestamp>,
    /// True if that is so long ago that the verdict may no longer hold.
    pub(super) stale: bool,
    #[serde(flatten)]
    pub(super) report: ReportJson<'a>,
}

/// A verdict with the grounds for it, as `flaky status --json` prints it. Unknown values are null.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportJson<'a> {
    /// The verdict.
    #[schema(schema_with = verdicts)]
    verdict: Verdict,
    /// The reason as a clause.
    reason: &'a str,
    /// The flake rate, from 0 to 1.
    rate: Option<f64>,
    /// The number of flaky ones behind the rate.
    flaky: Option<usize>,
    /// The number of all behind the rate.
    n: Option<usize>,
    /// What was counted, such as "commits".
    of: Option<&'a str>,
    /// The ends of the 95 % confidence interval of the rate.
    #[schema(value_type = Option<Vec<f64>>)]
    interval: Option<(f64, f64)>,
    /// The commits on which something ran again, and those of them where the results disagreed.
    #[schema(value_type = Option<Object>)]
    reruns: Option<Reruns>,
    /// The evidence in words, strongest first.
    evidence: Vec<String>,
    /// The same evidence as data.
    #[schema(value_type = Vec<Object>)]
    details: &'a [Evidence],
    /// What was left out, as clauses.
    notes: &'a [String],
    /// The latest runs, oldest first.
    recent: Vec<RecentJson<'a>>,
    /// Since when the last finished runs have this outcome, in RFC 3339.
    #[schema(format = DateTime)]
    since: Option<&'a str>,
    /// While a run is in progress: the verdict on the last finished one.
    #[schema(schema_with = verdicts_or_null)]
    before: Option<Verdict>,
    /// The CI system.
    provider: Option<&'a str>,
    /// The project, or several.
    subject: Option<&'a str>,
    /// The reports of which this one is made, if it is about several projects.
    #[schema(value_type = Vec<Object>)]
    parts: &'a [Report],
}

/// One of the latest runs.
#[derive(Serialize, ToSchema)]
struct RecentJson<'a> {
    /// The verdict on it.
    #[schema(schema_with = verdicts)]
    verdict: Verdict,
    /// Its number on the CI system.
    number: Option<u64>,
    /// The commit, abbreviated.
    commit: Option<&'a str>,
    /// Its end, in RFC 3339.
    #[schema(format = DateTime)]
    finished: Option<&'a str>,
    /// The time it took, in seconds.
    duration_s: Option<f64>,
    /// Its page.
    url: Option<&'a str>,
}

impl<'a> Status<'a> {
    /// The state that a report tells, of no project in particular.
    pub(super) fn new(report: &'a Report) -> Self {
        Self {
            project: None,
            git_ref: None,
            word: ci_word(report.verdict),
            heard: None,
            stale: false,
            report: ReportJson::new(report),
        }
    }

    /// One line of JSON, with its end.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("texts and numbers");
        line.push(b'\n');
        line
    }
}

impl<'a> ReportJson<'a> {
    fn new(report: &'a Report) -> Self {
        let counted = report.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
        Self {
            verdict: report.verdict,
            reason: &report.reason,
            rate: report.flakiness.as_ref().map(|flakiness| flakiness.rate),
            flaky: counted.map(|counted| counted.flaky),
            n: counted.map(|counted| counted.of),
            of: counted.map(|counted| counted.what),
            interval: counted.map(|counted| counted.interval()),
            reruns: counted.and_then(|counted| counted.reruns),
            evidence: report.evidence.iter().map(Evidence::to_string).collect(),
            details: &report.evidence,
            notes: &report.notes,
            recent: report.recent.iter().map(RecentJson::new).collect(),
            since: report.since.as_deref(),
            before: report.before,
            provider: report.provider.as_deref(),
            subject: report.subject.as_deref(),
            parts: &report.parts,
        }
    }
}

impl<'a> RecentJson<'a> {
    fn new(run: &'a RecentRun) -> Self {
        Self {
            verdict: run.verdict,
            number: run.number,
            commit: run.commit.as_deref(),
            finished: run.finished.as_deref(),
            duration_s: run.duration_s,
            url: run.url.as_deref(),
        }
    }
}

/// The words of CI systems for verdicts. The backend that this one follows answered with them.
const CI_WORDS: [&str; 5] = ["success", "failed", "running", "canceled", "unknown"];

fn ci_word(verdict: Verdict) -> &'static str {
    let [success, failed, running, canceled, unknown] = CI_WORDS;
    match verdict {
        Verdict::Passed | Verdict::Flaky => success,
        Verdict::Failed => failed,
        Verdict::Running => running,
        Verdict::Stopped => canceled,
        Verdict::Unknown => unknown,
    }
}

fn ci_words() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(CI_WORDS))
}

/// The schema of a verdict.
pub(crate) fn verdicts() -> ObjectBuilder {
    let words = Verdict::ALL.map(Verdict::word);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words))
}

fn verdicts_or_null() -> ObjectBuilder {
    let words = Verdict::ALL.map(|verdict| Value::from(verdict.word()));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words.into_iter().chain([Value::Null])))
}

#[cfg(test)]
mod tests {
    use flaky_core::verdict::{Evidence, Flakiness, RecentRun, Report, Reruns, Verdict};
    use serde_json::{Value, json};

    use super::Status;

    fn report() -> Report {
        let reruns = Some(Reruns { disagreed: 1, of: 2 });
        let run = RecentRun {
            verdict: Verdict::Flaky,
            number: Some(7),
            commit: Some("abc1234".to_string()),
            finished: Some("2026-01-02T03:04:05Z".to_string()),
            duration_s: Some(61.5),
            url: Some("https://ci.example/7".to_string()),
        };
        Report {
            evidence: vec![Evidence::TestFlaked { test: "a.b".to_string(), failures: 2 }],
            flakiness: Flakiness::counted(1, 20, "commits", reruns),
            notes: vec!["1 cancelled pipeline was passed over".to_string()],
            recent: vec![run],
            since: Some("2026-01-02T03:04:05Z".to_string()),
            before: Some(Verdict::Failed),
            provider: Some("gitlab".to_string()),
            subject: Some("group/project".to_string()),
            parts: vec![Report::new(Verdict::Passed, "")],
            ..Report::new(Verdict::Running, "pipeline 8 is running")
        }
    }

    #[test]
    fn has_what_flaky_status_prints_and_five_fields_more() {
        for report in [report(), Report::new(Verdict::Unknown, "nothing")] {
            let mut status = serde_json::to_value(Status::new(&report)).unwrap();
            let own: Vec<Option<Value>> = ["project", "ref", "status", "heard", "stale"]
                .map(|name| status.as_object_mut().unwrap().remove(name))
                .into();
            assert!(own.iter().all(Option::is_some));
            assert_eq!(status, serde_json::to_value(&report).unwrap());
        }
    }

    #[test]
    fn is_one_line() {
        let report = Report::new(Verdict::Failed, "a\nb\u{2028}\rc");
        let line = Status::new(&report).line();
        assert_eq!(line.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count(), 1);
        assert_eq!(line.last(), Some(&b'\n'));
    }

    #[test]
    fn says_the_verdict_as_ci_systems_do() {
        let words = Verdict::ALL.map(|verdict| Status::new(&Report::new(verdict, "")).word);
        assert_eq!(
            json!(words),
            json!(["unknown", "canceled", "running", "success", "failed", "success"])
        );
    }
}
