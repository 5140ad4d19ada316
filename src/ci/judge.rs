//! The right pipeline, and what is to be said of it.

use super::flakiness::{self, Weighed, executions};
use super::{Client, Outcome, Own, Page, Place, Provider, Run, Slice, Trouble};
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::{Finding, Verdict};

/// How many pages are read to find enough pipelines that finished.
const MOST_PAGES: usize = 5;
/// How many jobs that failed are named.
const MOST_NAMED: usize = 3;
/// How much of a stranger's word is repeated, in characters.
const LONGEST_WORD: usize = 40;

/// What was found out, and what was not.
#[derive(Debug)]
pub struct Heard {
    /// The verdict.
    pub finding: Finding,
    /// What kept more from being known.
    pub missing: Option<Trouble>,
}

/// Asks for the latest pipelines and judges them; flakiness is told from the last `count` that
/// finished.
///
/// # Errors
/// Whatever keeps the verdict from being known.
pub fn ask(
    provider: &dyn Provider,
    client: &Client,
    mut place: Place,
    count: usize,
) -> Result<Heard, Trouble> {
    provider.settle(client, &mut place)?;
    let Page { mut runs, mut more } =
        provider.runs(client, &place, Slice { page: 1, useful: count })?;
    let mut missing = None;
    for page in 2..=MOST_PAGES {
        let useful = runs.iter().filter(|run| run.finished() && !run.idle).count();
        if !more || useful >= count {
            break;
        }
        match provider.runs(client, &place, Slice { page, useful: count }) {
            Ok(older) => {
                runs.extend(older.runs);
                more = older.more;
            }
            // The latest are known, and they decide.
            Err(trouble) => {
                missing = Some(trouble);
                break;
            }
        }
    }
    keep(&mut runs, count);
    let missing = missing.or(provider.details(client, &place, &mut runs).err());
    Ok(Heard { finding: judge(&runs, place.question.own.as_ref()), missing })
}

/// Keeps the runs up to the `count`-th that is of use, and those of the latest commit.
fn keep(runs: &mut Vec<Run>, count: usize) {
    let latest = runs.iter().find(|run| !run.idle).map(|run| run.sha.clone());
    let mut useful = 0;
    runs.retain(|run| {
        let kept = useful < count || Some(&run.sha) == latest.as_ref();
        useful += usize::from(run.finished() && !run.idle);
        kept
    });
}

/// What is to be said of `runs`, newest first.
pub fn judge(runs: &[Run], own: Option<&Own>) -> Finding {
    let weighed = flakiness::weigh(runs);
    let mut seen: Vec<Run> = runs.iter().filter(|run| !run.idle).cloned().collect();
    let ours = |run: &Run| own.is_some_and(|own| own.pipeline == run.id);
    if let Some((own, at)) = own.zip(seen.iter().position(ours)) {
        match siblings(&seen[at], own) {
            Some(verdict) => seen[at].outcome = Outcome::of(verdict),
            None if at == 0 => seen.retain(Run::finished),
            None => drop(seen.remove(at)),
        }
    }
    let Some(first) = seen.first() else {
        return match runs.first() {
            None => Finding::new(Verdict::Unknown, "there is no pipeline yet"),
            Some(idle) if idle.idle => {
                let word = sanitize(&idle.word, LONGEST_WORD);
                Finding::new(Verdict::Stopped, format!("{} is {word}", name(idle)))
            }
            Some(_) => Finding::new(Verdict::Unknown, "no pipeline has finished yet"),
        };
    };
    let chosen = latest(&seen, first);
    let mut finding = of(&chosen, &weighed);
    if finding.verdict == Verdict::Running {
        let finished: Vec<Run> = seen.iter().filter(|run| run.finished()).cloned().collect();
        finding.before =
            finished.first().map(|first| of(&latest(&finished, first), &weighed).verdict);
    }
    finding
}

/// The runs of the first one's commit, the latest of each workflow.
fn latest<'a>(runs: &'a [Run], first: &'a Run) -> Vec<&'a Run> {
    let mut chosen = vec![first];
    for run in runs {
        let same =
            !first.sha.is_empty() && run.sha == first.sha && run.reference == first.reference;
        if same && chosen.iter().all(|other| other.workflow != run.workflow) {
            chosen.push(run);
        }
    }
    chosen
}

/// What the runs of one commit come to.
fn of(chosen: &[&Run], weighed: &Weighed) -> Finding {
    let gravity = |verdict: Verdict| match verdict {
        Verdict::Failed => 5,
        Verdict::Running => 4,
        Verdict::Unknown => 3,
        Verdict::Stopped => 2,
        Verdict::Flaky => 1,
        Verdict::Passed => 0,
    };
    let heaviest = chosen.iter().max_by_key(|run| gravity(run.outcome.verdict));
    let run = heaviest.expect("at least the first");
    if let Some(tests) = &run.tests {
        return Finding {
            evidence: tests.evidence.clone(),
            flakiness: tests.flakiness.clone(),
            ..Finding::new(run.outcome.verdict, tests.reason.clone())
        };
    }
    let flaky = run.outcome.verdict == Verdict::Passed && weighed.flaky() > 0;
    let verdict = if flaky { Verdict::Flaky } else { run.outcome.verdict };
    let name = name(run);
    let reason = match verdict {
        Verdict::Flaky => weighed.reason(),
        Verdict::Passed => format!("{name} passed; {}", weighed.reason()),
        Verdict::Failed => format!("{name} failed{}", blamed(run)),
        Verdict::Running => format!("{name} is under way"),
        Verdict::Stopped => format!("{name} is {}", sanitize(&run.word, LONGEST_WORD)),
        Verdict::Unknown => {
            let word = sanitize(&run.word, LONGEST_WORD);
            format!("{name} is {word:?}, a word nobody has heard of")
        }
    };
    let (evidence, flakiness) = (weighed.evidence.clone(), weighed.flakiness.clone());
    Finding { evidence, flakiness, ..Finding::new(verdict, reason) }
}

/// What a run is called.
fn name(run: &Run) -> String {
    match run.id {
        0 => "the last pipeline".to_string(),
        id => format!("pipeline {id}"),
    }
}

/// The jobs to blame for a failure: ": job `unit`".
fn blamed(run: &Run) -> String {
    let all = executions(&run.jobs);
    let failed = all.iter().filter_map(|(name, executions)| {
        let last = executions.last()?;
        (last.outcome.verdict == Verdict::Failed && !last.optional).then_some(*name)
    });
    let names: Vec<String> =
        failed.map(|name| format!("`{}`", sanitize(name, LONGEST_WORD))).collect();
    let shown = names[..names.len().min(MOST_NAMED)].join(", ");
    match names.len() {
        0 => String::new(),
        1 => format!(": job {shown}"),
        n if n > MOST_NAMED => format!(": jobs {shown} and {} more", n - MOST_NAMED),
        _ => format!(": jobs {shown}"),
    }
}

/// What the other jobs of the pipeline that is asking came to; nothing where one of them is still
/// to come that is not to come after ours.
fn siblings(run: &Run, own: &Own) -> Option<Verdict> {
    let all = executions(&run.jobs);
    let last: Vec<_> = all.iter().filter_map(|(_, executions)| executions.last()).collect();
    let first = |name: &str| all.iter().find(|(of, _)| *of == name).map(|(_, jobs)| jobs[0].id);
    let ours = first(&own.job);
    let others = || last.iter().filter(|job| job.name != own.job && !job.optional);
    if others().any(|job| job.outcome.verdict == Verdict::Failed) {
        return Some(Verdict::Failed);
    }
    // Where jobs are numbered by their stages, later ones need not be awaited; one that was retried
    // has a number from then. A job whose name is not known is the one that runs.
    let later = |name: &str| own.staged && ours.is_some() && first(name) > ours;
    let is = |verdict: Verdict| {
        others().filter(move |job| job.outcome.verdict == verdict && !later(&job.name)).count()
    };
    if is(Verdict::Running) > usize::from(ours.is_none()) || is(Verdict::Unknown) > 0 {
        return None;
    }
    let ended = [Verdict::Stopped, Verdict::Passed].into_iter();
    ended.into_iter().find(|verdict| is(*verdict) > 0)
}
