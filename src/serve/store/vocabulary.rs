//! The vocabulary of tests: runs, jobs, reports and deliveries in a line.

use flaky_ci::junit::{ReportedTests, TestResult};
use flaky_ci::run::{Job, Outcome, RunId, RunKey, State, Times};
use flaky_ci::{Provider, Run};
use flaky_core::verdict::Verdict;
use jiff::Timestamp;

use super::{Delivery, PostedTests, rows};

/// A time in seconds.
pub(in crate::serve) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn state(word: &str, updated: Option<i64>) -> State {
    let verdict = match word {
        "success" => Verdict::Passed,
        "failed" => Verdict::Failed,
        "canceled" => Verdict::Stopped,
        _ => Verdict::Running,
    };
    State::new(word, Outcome::new(verdict), updated.map(at), &Times::default())
}

/// A pipeline of GitLab in a state.
pub(in crate::serve) fn run(project: &str, number: u64, word: &str, updated: Option<i64>) -> Run {
    let key = RunKey {
        provider: Provider::GitLab,
        project: project.to_string(),
        id: RunId::Number(number),
        attempt: 1,
    };
    Run::new(key, state(word, updated))
}

/// A pipeline that passed on a branch. It was created in the second of its number.
pub(in crate::serve) fn branch(project: &str, number: u64, git_ref: &str) -> Run {
    let mut run = run(project, number, "success", Some(number as i64));
    run.kind.git_ref = Some(git_ref.to_string());
    run.times.created = Some(at(number as i64));
    run
}

pub(in crate::serve) fn job(id: u64, word: &str) -> Job {
    Job {
        id,
        parent: None,
        name: format!("job {id}"),
        allowed_to_fail: false,
        state: state(word, None),
        times: Times::default(),
        url: Some(format!("https://gitlab.example/group/project/-/jobs/{id}")),
    }
}

/// A test report of which the number is the digest.
pub(in crate::serve) fn report(digest: u8, git_ref: Option<&str>, second: i64) -> PostedTests {
    let result = |test: &str| TestResult { test: test.to_string(), verdict: Verdict::Passed };
    PostedTests {
        digest: [digest; 32],
        report: ReportedTests {
            name: Some("unit".to_string()),
            run: Some(digest.to_string()),
            sha: None,
            git_ref: git_ref.map(str::to_string),
            at: at(second),
            started: None,
            verdict: Verdict::Passed,
            reason: "2 tests passed".to_string(),
            flaked: Vec::new(),
            failed: Vec::new(),
        },
        results: vec![result("adds"), result("subtracts")],
    }
}

/// A delivery that says no more than that there is a project.
pub(in crate::serve) fn delivery(project: &str, second: i64) -> Delivery {
    Delivery {
        project: project.to_string(),
        provider: None,
        default_branch: None,
        runs: Vec::new(),
        tests: None,
        received: at(second),
    }
}

/// A delivery of runs.
pub(in crate::serve) fn delivered(runs: &[Run], second: i64) -> Delivery {
    let project = runs.first().map_or("group/project", |run| run.key.project.as_str());
    Delivery { provider: Some(Provider::GitLab), runs: runs.to_vec(), ..delivery(project, second) }
}

/// The verdict of a stored run.
pub(super) fn word(body: &str) -> Verdict {
    rows::run_of(body).expect("a run").verdict()
}
