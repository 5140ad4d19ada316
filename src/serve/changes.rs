//! Announces which projects have changed, to caches and event streams.
//!
//! The database is the truth; an announcement says only that it is worth reading again. It may be late
//! or be missed by a slow subscriber, who then reads everything that changed since the last number it
//! knows.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::store::Project;

/// The number of announcements that a slow subscriber may be behind before it misses some.
const CAPACITY: usize = 1024;

/// Announces changed projects.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    sender: broadcast::Sender<Arc<Project>>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY) }
    }

    /// Tells all subscribers that a project has changed.
    pub(crate) fn announce(&self, project: Project) {
        // Without subscribers, nobody needs to know.
        let _ = self.sender.send(Arc::new(project));
    }

    /// The announcements from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Project>> {
        self.sender.subscribe()
    }
}
