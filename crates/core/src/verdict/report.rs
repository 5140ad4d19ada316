//! A verdict with its grounds: what a badge, `flaky status` and a server say of a project.

use std::fmt::Write;

use serde::{Serialize, Serializer};

use super::{Evidence, Flakiness, Verdict};

/// How many lines of evidence a title has.
const TITLE_EVIDENCE: usize = 3;

/// The verdict on a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason in a clause; empty where the verdict was given without one.
    pub reason: String,
    /// The evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// The measured flakiness, where anything could be measured.
    pub flakiness: Option<Flakiness>,
    /// While it is running: the verdict on the last run that finished.
    pub before: Option<Verdict>,
    /// The name of the platform or kind of report that it comes from.
    pub provider: Option<String>,
    /// The project, or the files.
    pub subject: Option<String>,
}

impl Report {
    /// A verdict for a reason, without evidence.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            evidence: Vec::new(),
            flakiness: None,
            before: None,
            provider: None,
            subject: None,
        }
    }

    /// The verdict whose rhythm is drawn: while it is running that of the last run that finished,
    /// where that failed or was flaky, else a steady one.
    pub(crate) fn drawn_verdict(&self) -> Verdict {
        match (self.verdict, self.before) {
            (Verdict::Running, Some(before @ (Verdict::Failed | Verdict::Flaky))) => before,
            (Verdict::Running, _) => Verdict::Passed,
            (verdict, _) => verdict,
        }
    }

    /// The text of a badge: "passed", "flaky 7%".
    pub fn message(&self) -> String {
        match (&self.flakiness, self.verdict) {
            (Some(flakiness), Verdict::Flaky) => format!("flaky {}", flakiness.percent()),
            _ => self.verdict.word().to_string(),
        }
    }

    /// The accessible name of a picture: "pipeline: flaky".
    pub(crate) fn accessible_name(&self, label: &str) -> String {
        let colon = if label.is_empty() { "" } else { ": " };
        format!("{label}{colon}{}", self.verdict)
    }

    /// The title of a picture: its name, the rate, the reason and the strongest evidence.
    pub fn title(&self, label: &str) -> String {
        let mut title = self.accessible_name(label);
        if let (Some(flakiness), Verdict::Flaky) = (&self.flakiness, self.verdict) {
            let _ = write!(title, " ({})", flakiness.percent());
        }
        if !self.reason.is_empty() {
            let _ = write!(title, ": {}", self.reason);
        }
        for evidence in self.evidence.iter().take(TITLE_EVIDENCE) {
            let _ = write!(title, "\n{evidence}");
        }
        title
    }
}

/// The JSON of `flaky status --json`. What is not known is null.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            verdict: Verdict,
            reason: &'a str,
            rate: Option<f64>,
            flaky: Option<usize>,
            n: Option<usize>,
            of: Option<&'a str>,
            evidence: Vec<String>,
            details: &'a [Evidence],
            before: Option<Verdict>,
            provider: Option<&'a str>,
            subject: Option<&'a str>,
        }
        let counted = self.flakiness.as_ref().and_then(|flakiness| flakiness.counted);
        let json = Json {
            verdict: self.verdict,
            reason: &self.reason,
            rate: self.flakiness.as_ref().map(|flakiness| flakiness.rate),
            flaky: counted.map(|counted| counted.flaky),
            n: counted.map(|counted| counted.of),
            of: counted.map(|counted| counted.what),
            evidence: self.evidence.iter().map(Evidence::to_string).collect(),
            details: &self.evidence,
            before: self.before,
            provider: self.provider.as_deref(),
            subject: self.subject.as_deref(),
        };
        json.serialize(serializer)
    }
}
