//! Compares what is stored with what the CI systems say: webhooks get lost.
//!
//! After the start and at intervals, the latest runs of each chosen project are fetched and stored like
//! a delivery. Since reports of a run merge, that adds what was missed and changes nothing else. Stored
//! runs that are still in progress and not among the latest are fetched one by one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, info, warn};

use super::app::App;
use super::settings::Reconciled;
use super::store::{Delivery, MAX_RUNS, StoreError};
use flaky_ci::Client;
use flaky_ci::judge::{FetchedRuns, Window, fetch_run, fetch_runs};
use flaky_ci::run::RunKey;

/// The time limit for all requests about a project.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The pipelines of a project that are compared.
const WINDOW: Window = Window { count: 30, since: None };
/// The maximum number of runs of a project that are fetched one by one.
const MAX_FETCHED: usize = 20;

/// Compares all chosen projects, again and again.
pub(super) async fn run(app: Arc<App>) {
    if app.settings.reconcile.is_empty() {
        return;
    }
    let mut ticks = interval(app.settings.reconcile_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for project in &app.settings.reconcile {
            match compare(&app, project).await {
                Ok(()) => app.metrics.delivered("reconcile", "stored"),
                Err(why) => {
                    app.metrics.delivered("reconcile", "failed");
                    warn!(project = project.target.project, why, "cannot compare a project");
                }
            }
        }
    }
}

/// Fetches the latest runs of a project and those that are stored as in progress.
async fn compare(app: &App, project: &Reconciled) -> Result<(), String> {
    let client = project.client();
    let latest = fetch_runs(project.provider, &client, project.target.clone(), WINDOW);
    let latest = latest.await.map_err(|error| error.to_string())?;
    let mut known: BTreeSet<RunKey> = latest.runs.iter().map(|run| run.key.clone()).collect();
    store(app, project, latest).await.map_err(|error| error.to_string())?;
    let unfinished = app.store.unfinished(Timestamp::now(), MAX_RUNS).await;
    let unfinished = unfinished.map_err(|error| error.to_string())?;
    let numbers: Vec<u64> = unfinished
        .into_iter()
        .map(|(_, run)| run.key)
        .filter(|key| project.is_about(key) && known.insert(key.clone()))
        .filter_map(|key| key.id.number())
        .take(MAX_FETCHED)
        .collect();
    for number in numbers {
        let fetched = fetch_run(project.provider, &client, project.target.clone(), number);
        let fetched = fetched.await.map_err(|error| error.to_string())?;
        store(app, project, fetched).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn store(app: &App, project: &Reconciled, fetched: FetchedRuns) -> Result<(), StoreError> {
    let FetchedRuns { runs, default_branch, incomplete } = fetched;
    let name = &project.target.project;
    if let Some(error) = incomplete {
        warn!(project = name, %error, "some evidence of a project is missing");
    }
    let count = runs.len();
    let delivery = Delivery {
        project: name.clone(),
        provider: Some(project.provider),
        default_branch,
        runs,
        tests: None,
        received: Timestamp::now(),
    };
    let receipt = app.deliver(delivery).await?;
    if receipt.is_change {
        info!(project = name, runs = count, "the CI system knew more than the webhooks");
    } else {
        debug!(project = name, runs = count, "compared");
    }
    Ok(())
}

impl Reconciled {
    /// A client whose time limit starts now.
    fn client(&self) -> Client {
        let auth = self.provider.info().auth;
        Client::new(self.target.root.clone(), self.token.clone(), auth, TIMEOUT)
    }

    fn is_about(&self, key: &RunKey) -> bool {
        key.provider == self.provider && key.project == self.target.project
    }
}
