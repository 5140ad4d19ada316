//! A report: a verdict with its reason, evidence and flakiness. Badges and `flaky status` are made
//! from it.

use std::fmt::Write;

use serde::{Serialize, Serializer};

use super::{Evidence, Flakiness, RecentRun, Reruns, Verdict};

/// The maximum number of lines of evidence in a title.
const TITLE_EVIDENCE: usize = 3;

/// A verdict on a project, with the grounds for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason as a clause; empty if the verdict was given without one.
    pub reason: String,
    /// The evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// The measured flakiness; `None` if nothing could be measured.
    pub flakiness: Option<Flakiness>,
    /// What was left out, as clauses, such as "2 cancelled pipelines were passed over".
    pub notes: Vec<String>,
    /// The latest runs, oldest first; empty if only a state is known.
    pub recent: Vec<RecentRun>,
    /// The time since which the last finished runs have this outcome, in RFC 3339; `None` if it may
    /// have begun before the oldest known run.
    pub since: Option<String>,
    /// While a run is in progress: the verdict on the last finished one.
    pub before: Option<Verdict>,
    /// The name of the CI system or report format that it comes from.
    pub provider: Option<String>,
    /// The project, or the files that were read.
    pub subject: Option<String>,
    /// The reports that this one is made of, if it is about several projects.
    pub parts: Vec<Report>,
}

impl Report {
    /// A verdict with a reason and without evidence.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            evidence: Vec::new(),
            flakiness: None,
            notes: Vec::new(),
            recent: Vec::new(),
            since: None,
            before: None,
            provider: None,
            subject: None,
            parts: Vec::new(),
        }
    }

    /// The verdict whose rhythm is drawn. While a run is in progress, it is the verdict on the last
    /// finished run if that failed or was flaky, else passed.
    pub(crate) fn drawn_verdict(&self) -> Verdict {
        match (self.verdict, self.before) {
            (Verdict::Running, Some(before @ (Verdict::Failed | Verdict::Flaky))) => before,
            (Verdict::Running, _) => Verdict::Passed,
            (verdict, _) => verdict,
        }
    }

    /// The text of a badge, such as "passed" or "flaky 1/20".
    pub fn message(&self) -> String {
        match (&self.flakiness, self.verdict) {
            (Some(flakiness), Verdict::Flaky) => format!("flaky {}", flakiness.short()),
            _ => self.verdict.word().to_string(),
        }
    }

    /// The accessible name of a picture: what it says, such as "pipeline: flaky 1/20".
    pub fn accessible_name(&self, label: &str) -> String {
        let colon = if label.is_empty() { "" } else { ": " };
        format!("{label}{colon}{}", self.message())
    }

    /// The title of a picture: its name, the reason and the strongest evidence.
    pub fn title(&self, label: &str) -> String {
        let mut title = self.accessible_name(label);
        if !self.reason.is_empty() {
            let _ = write!(title, ": {}", self.reason);
        }
        for evidence in self.evidence.iter().take(TITLE_EVIDENCE) {
            let _ = write!(title, "\n{evidence}");
        }
        title
    }
}

/// The state of a pipeline and the evidence for it, as `flaky status --json` prints them. A value
/// that is not known is null. Later versions may add fields.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemas", schemars(rename = "Report", title = "State of a pipeline"))]
struct ReportJson<'a> {
    /// The verdict.
    verdict: Verdict,
    /// The reason for the verdict as a clause; empty if the verdict was given without one.
    reason: &'a str,
    /// The flake rate, from 0 to 1: `flaky` divided by `n`, where these are known.
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = 1)))]
    rate: Option<f64>,
    /// How many of those counted are flaky.
    flaky: Option<usize>,
    /// How many were counted, because they have a result.
    #[cfg_attr(feature = "schemas", schemars(range(min = 1)))]
    n: Option<usize>,
    /// What was counted: "commits" or, in test reports, "tests".
    of: Option<&'a str>,
    /// The lower and the upper end of the 95 % confidence interval of the rate, from 0 to 1.
    interval: Option<(f64, f64)>,
    /// The reruns among those counted.
    reruns: Option<Reruns>,
    /// The evidence in words, the strongest first.
    evidence: Vec<String>,
    /// The same evidence as data, in the same order.
    details: &'a [Evidence],
    /// What was left out, as clauses.
    notes: &'a [String],
    /// The latest pipelines, oldest first: up to 60 that finished, and those in progress.
    recent: &'a [RecentRun],
    /// The time since which the finished pipelines fail, or do not fail, in RFC 3339; null if that may
    /// have begun before the oldest known one.
    #[cfg_attr(feature = "schemas", schemars(extend("format" = "date-time")))]
    since: Option<&'a str>,
    /// While a pipeline is running, the verdict on the last finished one.
    before: Option<Verdict>,
    /// The CI system as `flaky providers` names it, "junit" for test reports, or null if several were
    /// asked.
    provider: Option<&'a str>,
    /// The project, the list of projects, or the files that were read.
    subject: Option<&'a str>,
    /// The reports on the single projects or workflows, if several were asked for.
    parts: &'a [Report],
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counted = self.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
        let json = ReportJson {
            verdict: self.verdict,
            reason: &self.reason,
            rate: self.flakiness.as_ref().map(|flakiness| flakiness.rate),
            flaky: counted.map(|counted| counted.flaky),
            n: counted.map(|counted| counted.of),
            of: counted.map(|counted| counted.what),
            interval: counted.map(|counted| counted.interval()),
            reruns: counted.and_then(|counted| counted.reruns),
            evidence: self.evidence.iter().map(Evidence::to_string).collect(),
            details: &self.evidence,
            notes: &self.notes,
            recent: &self.recent,
            since: self.since.as_deref(),
            before: self.before,
            provider: self.provider.as_deref(),
            subject: self.subject.as_deref(),
            parts: &self.parts,
        };
        json.serialize(serializer)
    }
}

#[cfg(feature = "schemas")]
impl schemars::JsonSchema for Report {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        ReportJson::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        ReportJson::json_schema(generator)
    }
}
