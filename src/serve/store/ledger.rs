//! What a batch of deliveries writes: a pure function of the deliveries and the stored rows.
//!
//! ```text
//! deliveries ─> names ─> stored projects ─> Ledger ─> keys, digests ─> stored runs ─> Entries
//! ```
//!
//! An engine loads what is asked for and writes the entries, in one transaction. It contains no decision,
//! so both engines agree, and all decisions are tested without a database.
//!
//! Runs are merged, so neither order nor repetition matters, and neither does the way in which
//! deliveries are divided into batches. Rows that stay the same are not written. The exceptions are the
//! numbers of changes, and the name of a project whose path another platform has as well: the first
//! has the path as its name, the second `github:owner/repo`.

use std::collections::{BTreeMap, BTreeSet};

use flaky_ci::{Provider, Run};
use jiff::Timestamp;

use super::rows::{ProjectRow, ReportRow, RunRow, key_text, run_of, time_of};
use super::{Delivery, PostedTests, Project, Receipt, StoreError};

/// The maximum size of a stored run, in bytes: some ten thousand jobs.
const MAX_RUN: usize = 4 << 20;

/// The maximum size of a name, a branch or a key, in bytes: less than a third of what PostgreSQL can put
/// into an index.
const MAX_NAME: usize = 800;

/// Checks that a delivery can be stored by either engine.
///
/// # Errors
/// Fails if a name is empty or too long, or has control characters.
pub(super) fn check(delivery: &Delivery) -> Result<(), StoreError> {
    let is_name = |text: &str| text.len() <= MAX_NAME && !text.contains(char::is_control);
    let optional = |text: &Option<String>| text.as_deref().is_none_or(is_name);
    let has_names = |run: &Run| is_name(&key_text(&run.key)) && optional(&run.kind.git_ref);
    let can_be_stored = |tests: &PostedTests| {
        let report = &tests.report;
        optional(&report.git_ref) && optional(&report.run) && optional(&report.sha)
    };
    let what = if delivery.project.is_empty() || !is_name(&delivery.project) {
        "the name of a project"
    } else if !optional(&delivery.default_branch) {
        "the name of a branch"
    } else if !delivery.runs.iter().all(has_names) {
        "the name of a run or its branch"
    } else if !delivery.tests.as_ref().is_none_or(can_be_stored) {
        "the name of a test report's run, commit or branch"
    } else {
        return Ok(());
    };
    Err(StoreError::refused(format!("{what} is empty, too long, or has control characters")))
}

/// The number of a project, with a key within it.
pub(super) type Place<K> = (i64, K);

/// A stored run.
#[derive(Clone, Debug)]
pub(super) struct StoredRun {
    pub project: i64,
    pub key: String,
    pub created: i64,
    pub body: String,
}

/// The rows to write.
#[derive(Debug)]
pub(super) struct Entries {
    /// All projects of the batch: at least the time of hearing is new.
    pub projects: Vec<ProjectRow>,
    /// New and changed runs.
    pub runs: Vec<RunRow>,
    /// New test reports.
    pub reports: Vec<ReportRow>,
    /// The receipts in the order of the deliveries.
    pub receipts: Vec<Receipt>,
}

/// The names of the projects to load.
pub(super) fn names(batch: &[Delivery]) -> Vec<String> {
    let names = batch.iter().flat_map(|delivery| {
        let path = delivery.project.clone();
        [Some(path), delivery.provider.map(|provider| long_name(provider, &delivery.project))]
    });
    names.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}

/// A batch whose projects are known.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    deliveries: Vec<Placed<'a>>,
    projects: Vec<ProjectEntry>,
    /// The number of the last change.
    seq: i64,
}

/// A delivery whose project is known.
#[derive(Debug)]
struct Placed<'a> {
    delivery: &'a Delivery,
    /// The place of its project in the ledger.
    place: usize,
    is_change: bool,
}

#[derive(Debug)]
struct ProjectEntry {
    row: ProjectRow,
    is_new: bool,
    is_changed: bool,
}

impl<'a> Ledger<'a> {
    /// `id` and `seq` are the greatest in the database, and `stored` the projects that have the
    /// [`names`].
    pub(super) fn new(batch: &'a [Delivery], id: i64, seq: i64, stored: Vec<ProjectRow>) -> Self {
        let mut projects = Projects::new(id, stored);
        let deliveries = batch.iter().map(|delivery| projects.place(delivery)).collect();
        Self { deliveries, projects: projects.entries, seq }
    }

    /// The runs to load.
    pub(super) fn keys(&self) -> Vec<Place<String>> {
        let keys = self.of_stored_projects().flat_map(|(delivery, project)| {
            delivery.runs.iter().map(move |run| (project, key_text(&run.key)))
        });
        keys.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The digests of test reports to look for.
    pub(super) fn digests(&self) -> Vec<Place<Vec<u8>>> {
        let digests = self.of_stored_projects().filter_map(|(delivery, project)| {
            delivery.tests.as_ref().map(|tests| (project, tests.digest.to_vec()))
        });
        digests.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn of_stored_projects(&self) -> impl Iterator<Item = (&'a Delivery, i64)> {
        self.deliveries.iter().filter_map(|placed| {
            let entry = &self.projects[placed.place];
            (!entry.is_new).then_some((placed.delivery, entry.row.project.id))
        })
    }

    /// Merges the deliveries with the stored runs of [`Ledger::keys`], and leaves out test reports that
    /// are stored, which are some of [`Ledger::digests`].
    ///
    /// # Errors
    /// Fails if a stored run cannot be read, or a run becomes too large.
    pub(super) fn settle(
        mut self,
        stored: Vec<StoredRun>,
        digests: Vec<Place<Vec<u8>>>,
    ) -> Result<Entries, StoreError> {
        let mut runs = Runs::new(stored)?;
        let mut reports = Reports { known: digests.into_iter().collect(), rows: Vec::new() };
        for Placed { delivery, place, is_change } in &mut self.deliveries {
            let entry = &mut self.projects[*place];
            let id = entry.row.project.id;
            for run in &delivery.runs {
                *is_change |= runs.add(id, run, delivery.received.as_microsecond());
            }
            if let Some(tests) = &delivery.tests {
                *is_change |= reports.add(id, tests);
            }
            entry.is_changed |= *is_change;
        }
        for entry in self.projects.iter_mut().filter(|entry| entry.is_changed) {
            self.seq += 1;
            entry.row.project.seq = self.seq;
        }
        let receipt = |placed: &Placed<'_>| Receipt {
            project: self.projects[placed.place].row.project.clone(),
            is_change: placed.is_change,
        };
        Ok(Entries {
            receipts: self.deliveries.iter().map(receipt).collect(),
            projects: self.projects.into_iter().map(|entry| entry.row).collect(),
            runs: runs.changed()?,
            reports: reports.rows,
        })
    }
}

/// The projects of a batch: stored ones as far as they are needed, and new ones.
struct Projects {
    stored: BTreeMap<String, ProjectRow>,
    entries: Vec<ProjectEntry>,
    places: BTreeMap<String, usize>,
    last_id: i64,
}

impl Projects {
    fn new(last_id: i64, stored: Vec<ProjectRow>) -> Self {
        let stored = stored.into_iter().map(|row| (row.project.name.clone(), row)).collect();
        Self { stored, entries: Vec::new(), places: BTreeMap::new(), last_id }
    }

    /// Finds or creates the project of a delivery, and notes what the delivery says of it.
    fn place<'a>(&mut self, delivery: &'a Delivery) -> Placed<'a> {
        let name = self.name_of(delivery);
        let known = self.places.get(&name).copied();
        let place = known.unwrap_or_else(|| {
            let stored = self.stored.remove(&name);
            let is_new = stored.is_none();
            let row = stored.unwrap_or_else(|| self.create(name.clone(), delivery.received));
            self.entries.push(ProjectEntry { row, is_new, is_changed: is_new });
            self.places.insert(name, self.entries.len() - 1);
            self.entries.len() - 1
        });
        let is_change = known.is_none() && self.entries[place].is_new;
        let is_told = self.entries[place].row.tell(delivery);
        Placed { delivery, place, is_change: is_change || is_told }
    }

    fn create(&mut self, name: String, heard: Timestamp) -> ProjectRow {
        self.last_id += 1;
        let project = Project {
            id: self.last_id,
            name,
            provider: None,
            default_branch: None,
            heard: whole_microseconds(heard),
            seq: 0,
        };
        ProjectRow { project, branch_told: 0 }
    }

    /// The name of a delivery's project. One that is known by its long name keeps it.
    fn name_of(&self, delivery: &Delivery) -> String {
        let path = &delivery.project;
        let Some(provider) = delivery.provider else { return path.clone() };
        let long = long_name(provider, path);
        let has_long_name = self.provider_of(&long) == Some(provider);
        let is_taken = self.provider_of(path).is_some_and(|platform| platform != provider);
        if has_long_name || is_taken { long } else { path.clone() }
    }

    /// The platform of the project with this name, if both are known.
    fn provider_of(&self, name: &str) -> Option<Provider> {
        let placed = self.places.get(name).map(|place| &self.entries[*place].row);
        placed.or_else(|| self.stored.get(name)).and_then(|row| row.project.provider)
    }
}

impl ProjectRow {
    /// Notes what a delivery says of the project itself. Returns true if that changes more than the time
    /// of hearing.
    fn tell(&mut self, delivery: &Delivery) -> bool {
        let project = &mut self.project;
        project.heard = project.heard.max(whole_microseconds(delivery.received));
        let is_platform = project.provider.is_none() && delivery.provider.is_some();
        if is_platform {
            project.provider = delivery.provider;
        }
        // A default branch may be renamed: what is told with the newest run is right.
        let newest = delivery.runs.iter().filter_map(time_of).max();
        let time = newest.unwrap_or(delivery.received.as_microsecond());
        let told = (time, &delivery.default_branch);
        let is_newer = told > (self.branch_told, &project.default_branch);
        if delivery.default_branch.is_none() || !is_newer {
            return is_platform;
        }
        self.branch_told = told.0;
        let is_branch = project.default_branch != delivery.default_branch;
        project.default_branch.clone_from(&delivery.default_branch);
        is_platform || is_branch
    }
}

/// The runs of a batch, merged.
struct Runs(BTreeMap<Place<String>, RunEntry>);

struct RunEntry {
    run: Run,
    created: i64,
    is_changed: bool,
    /// True if it is stored, with the same kind and time.
    is_in_place: bool,
}

impl Runs {
    fn new(stored: Vec<StoredRun>) -> Result<Self, StoreError> {
        let entry = |row: StoredRun| {
            let run = run_of(&row.body)?;
            let entry =
                RunEntry { run, created: row.created, is_changed: false, is_in_place: true };
            Ok(((row.project, row.key), entry))
        };
        stored.into_iter().map(entry).collect::<Result<_, _>>().map(Self)
    }

    /// Adds a report of a run. Returns true if it changes the run.
    fn add(&mut self, project: i64, run: &Run, received: i64) -> bool {
        let arrived = |run: &Run| time_of(run).unwrap_or(received);
        let Some(entry) = self.0.get_mut(&(project, key_text(&run.key))) else {
            let entry = RunEntry {
                run: run.clone(),
                created: arrived(run),
                is_changed: true,
                is_in_place: false,
            };
            self.0.insert((project, key_text(&run.key)), entry);
            return true;
        };
        let merged = entry.run.clone().merge(run.clone());
        // A run that tells no time has that of its first arrival.
        let created = time_of(&merged).unwrap_or(entry.created.min(received));
        let is_change = merged != entry.run || created != entry.created;
        let stays = merged.kind == entry.run.kind && created == entry.created;
        *entry = RunEntry {
            run: merged,
            created,
            is_changed: entry.is_changed || is_change,
            is_in_place: entry.is_in_place && stays,
        };
        is_change
    }

    fn changed(self) -> Result<Vec<RunRow>, StoreError> {
        let changed = self.0.into_iter().filter(|(_, entry)| entry.is_changed);
        let row = |((project, key), entry): (Place<String>, RunEntry)| {
            let mut row = RunRow::new(project, key, entry.created, &entry.run);
            row.is_in_place = entry.is_in_place;
            (row.body.len() <= MAX_RUN)
                .then_some(row)
                .ok_or_else(|| StoreError::refused("a run has too many jobs to be stored"))
        };
        changed.map(row).collect()
    }
}

/// The test reports of a batch.
struct Reports {
    known: BTreeSet<Place<Vec<u8>>>,
    rows: Vec<ReportRow>,
}

impl Reports {
    /// Adds a report. Returns true if it is new.
    fn add(&mut self, project: i64, tests: &PostedTests) -> bool {
        let is_new = self.known.insert((project, tests.digest.to_vec()));
        if is_new {
            self.rows.push(ReportRow::new(project, tests));
        }
        is_new
    }
}

/// The name of a project whose path another platform has as well.
fn long_name(provider: Provider, path: &str) -> String {
    format!("{}:{path}", provider.info().name)
}

/// A time as it is stored.
fn whole_microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests;
