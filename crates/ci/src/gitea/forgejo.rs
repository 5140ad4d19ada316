//! Forgejo's webhooks: runs of Actions that have ended.
//!
//! Forgejo sends `action_run_success`, `action_run_failure` and `action_run_recover`, which is a
//! success after a failure; none says that a run has started. The run itself has its status, so the
//! name of the event does not matter. The message also has the run before it, which may be one that
//! was never reported.
//!
//! A run that starts again stays the same run, and no jobs are sent. So each end of a run is also a job
//! with the name of the workflow: a run that failed and then passed is known by its two executions.
//! <https://forgejo.org/docs/latest/user/webhooks/>

use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::github::words as actions;
use crate::run::{Job, Run, RunId, RunKey, State, Times};
use crate::target::web_page;
use crate::webhook::message::{Repository, Told, Unread, parse};
use crate::{Provider, time};

/// Reads the body of an event.
pub(crate) fn read(event: &str, body: &[u8]) -> Result<Told, Unread> {
    if !event.starts_with("action_run_") {
        return Err(Unread::other(event));
    }
    let hook: RunHook = parse(body)?;
    let before = hook.last_run.map(|run| Ok(run.into_run()?.1)).transpose()?;
    let (repository, run) = hook.run.into_run()?;
    let mut told = repository.told(run);
    told.runs.extend(before.filter(|run| run.key.project == told.project));
    Ok(told)
}

/// A message about a run.
#[derive(Debug, Deserialize)]
struct RunHook {
    run: ActionRun,
    /// The run of the workflow before this one.
    last_run: Option<ActionRun>,
}

#[derive(Debug, Deserialize)]
struct ActionRun {
    id: u64,
    repository: Repository,
    /// The file of the workflow.
    #[serde(default)]
    workflow_id: String,
    /// The branch or tag; `#5` for a pull request.
    prettyref: Option<String>,
    commit_sha: Option<String>,
    event: Option<String>,
    /// The event that the workflow names. It is not empty when `event` is.
    trigger_event: Option<String>,
    status: String,
    html_url: Option<String>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    created: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    started: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    stopped: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::rfc3339_if_set")]
    updated: Option<Timestamp>,
}

impl ActionRun {
    /// Converts it to a run of its repository.
    fn into_run(self) -> Result<(Repository, Run), Unread> {
        let times = Times { created: self.created, started: self.started, finished: self.stopped };
        let word = words::of_forgejo(&self.status).to_string();
        let state = State::new(word.clone(), actions::run(&word), self.updated, &times);
        let key = RunKey {
            provider: Provider::Gitea,
            project: self.repository.project()?,
            id: RunId::Number(self.id),
            attempt: 1,
        };
        let mut run = Run::new(key, state);
        run.sha = self.commit_sha.filter(|sha| !sha.is_empty());
        run.kind.git_ref = self.prettyref.filter(|name| !name.is_empty());
        run.kind.workflow = words::workflow(&self.workflow_id);
        let is_set = |event: &String| !event.is_empty();
        let event = self.trigger_event.filter(is_set).or(self.event.filter(is_set));
        run.kind.trigger = words::trigger(event.as_deref());
        run.times = times;
        run.url = web_page(self.html_url.as_deref());
        if let Some(stopped) = self.stopped.filter(|_| run.state.is_finished()) {
            run.add_jobs([Job {
                id: u64::try_from(stopped.as_second()).unwrap_or_default(),
                parent: None,
                name: self.workflow_id.clone(),
                allowed_to_fail: false,
                state: State { as_of: Some(stopped), ..run.state.clone() },
                times,
                url: run.url.clone(),
            }]);
        }
        run.workflow_name = Some(self.workflow_id).filter(|name| !name.is_empty());
        Ok((self.repository, run))
    }
}
