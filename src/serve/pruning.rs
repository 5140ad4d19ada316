//! Deletes old runs and test reports, in small steps, so that deliveries are not held up.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{info, warn};

use super::app::App;

/// The time between two rounds.
const EVERY: Duration = Duration::from_secs(3600);
/// The maximum number of rows in a step, and the pause after it.
const STEP: usize = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Deletes what is too old, again and again.
pub(super) async fn run(app: Arc<App>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        round(&app).await;
    }
}

async fn round(app: &App) {
    let Ok(before) = Timestamp::now().checked_sub(app.settings.keep) else { return };
    let mut deleted = 0;
    loop {
        match app.store.prune(before, STEP).await {
            Ok(0) => break,
            Ok(rows) => deleted += rows,
            Err(error) => {
                warn!(%error, "cannot delete old pipelines");
                break;
            }
        }
        sleep(PAUSE).await;
    }
    if deleted > 0 {
        info!(deleted, "deleted old pipelines and test reports");
    }
}
