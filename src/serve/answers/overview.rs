//! The overview: all projects whose names are no secret, and the gravest of their states.
//!
//! It is made anew after any change, so it keeps a line for each project, and only the lines of what
//! has changed are made anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use flaky_core::verdict::{Report, Verdict};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::answer::Answer;
use super::{Answers, NO_PROJECT, NONE_LISTED};
use crate::serve::directory::Topic;
use crate::several;

/// The number of answers that are asked for at once.
const AT_ONCE: usize = 8;
/// An overview holds no longer than this: the times of hearing change without notice.
const LASTS: SignedDuration = SignedDuration::from_secs(15);

/// The newest overview.
#[derive(Default)]
pub(super) struct Overviews(Mutex<Option<Arc<Overview>>>);

/// All projects whose names are no secret.
pub(crate) struct Overview {
    lines: BTreeMap<String, Line>,
    /// The gravest of their states.
    pub(crate) answer: Arc<Answer>,
    change: u64,
    until: Timestamp,
}

/// A project in an overview.
#[derive(Clone)]
pub(crate) struct Line {
    /// What a picture shows, without evidence and runs.
    pub(crate) report: Report,
    pub(crate) heard: Option<Timestamp>,
    pub(crate) is_stale: bool,
    seq: i64,
    until: Timestamp,
}

impl Overview {
    /// The projects, by name.
    pub(crate) fn lines(&self) -> impl ExactSizeIterator<Item = (&str, &Line)> {
        self.lines.iter().map(|(name, line)| (name.as_str(), line))
    }
}

impl Overviews {
    /// The overview as it is now.
    pub(super) async fn get(&self, answers: &Answers) -> Arc<Overview> {
        let mut newest = self.0.lock().await;
        let (now, change) = (Timestamp::now(), answers.directory.news().change);
        let holds = |overview: &&Arc<Overview>| overview.change == change && now < overview.until;
        if let Some(overview) = newest.as_ref().filter(holds) {
            return Arc::clone(overview);
        }
        let made = Arc::new(Overview::make(answers, newest.as_deref(), change, now).await);
        *newest = Some(Arc::clone(&made));
        made
    }
}

impl Overview {
    async fn make(answers: &Answers, last: Option<&Self>, change: u64, now: Timestamp) -> Self {
        let line = async |topic: Arc<Topic>| {
            let known = last.and_then(|last| last.lines.get(&topic.name));
            let line = match known.and_then(|line| line.renewed(&topic, now)) {
                Some(line) => line,
                None => Line::make(answers, &topic, now).await,
            };
            (topic.name.clone(), line)
        };
        let lines = stream::iter(answers.visible(usize::MAX)).map(line).buffered(AT_ONCE);
        let lines: BTreeMap<String, Line> = lines.collect().await;
        let end = now.checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let until = lines.values().map(|line| line.until).min().map_or(end, |at| at.min(end));
        let answer = Arc::new(gravest(answers, &lines).await);
        Self { lines, answer, change, until }
    }
}

/// The gravest state of all.
async fn gravest(answers: &Answers, lines: &BTreeMap<String, Line>) -> Answer {
    let mut parts: Vec<Report> = lines.values().map(|line| line.report.clone()).collect();
    if parts.is_empty() {
        let is_empty = answers.directory.len() == 0;
        return Answer::unknown(None, if is_empty { NO_PROJECT } else { NONE_LISTED });
    }
    // The picture shows the runs of the gravest.
    let worst = several::worst(&parts);
    let topic = lines.keys().nth(worst).and_then(|name| answers.directory.find(name));
    if let Some(topic) = topic
        && let Ok(answer) = answers.of(&topic, None).await
        && answer.report.verdict == parts[worst].verdict
    {
        parts[worst] = answer.report.clone();
    }
    let mut report = several::worst_of(parts);
    report.parts.clear();
    Answer::of_several(report)
}

impl Line {
    async fn make(answers: &Answers, topic: &Topic, now: Timestamp) -> Self {
        match answers.of(topic, None).await {
            Ok(answer) => {
                let drawn = &answer.report;
                let report = Report {
                    flakiness: drawn.flakiness.clone(),
                    provider: drawn.provider.clone(),
                    subject: drawn.subject.clone(),
                    ..Report::new(drawn.verdict, drawn.reason.clone())
                };
                Self {
                    report,
                    heard: answer.heard,
                    is_stale: answer.is_stale,
                    seq: answer.seq,
                    until: answer.until,
                }
            }
            Err(problem) => Self {
                report: Report {
                    subject: Some(topic.name.clone()),
                    ..Report::new(Verdict::Unknown, problem.error())
                },
                heard: topic.project().map(|project| project.heard),
                is_stale: false,
                seq: 0,
                until: now,
            },
        }
    }

    /// The line with the present time of hearing; `None` if it no longer holds.
    fn renewed(&self, topic: &Topic, now: Timestamp) -> Option<Self> {
        let project = topic.project();
        let seq = project.as_ref().map_or(0, |project| project.seq);
        let heard = project.map(|project| project.heard);
        let holds = self.seq == seq && now < self.until && (!self.is_stale || self.heard == heard);
        holds.then(|| Self { heard, ..self.clone() })
    }
}
