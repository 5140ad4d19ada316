//! The store: what the server remembers of its projects.
//!
//! ```text
//! Delivery, Delivery … ─> ledger: merge with the stored rows ─> one transaction ─> Receipt, Receipt …
//! ```
//!
//! There are two engines with one interface: SQLite in a file, and PostgreSQL, which several servers may
//! share. An engine has SQL and the conversion of rows alone; what is written follows from the stored
//! rows and the deliveries by a pure function, so both engines agree.
//!
//! A delivery is stored when [`Store::write`] has returned, and then survives a power cut.

mod deflated;
mod error;
mod ledger;
mod postgres;
mod prune;
mod rows;
mod sql;
mod sqlite;

use std::fmt;
use std::sync::{Arc, Mutex};

use flaky_ci::junit::{ReportedTests, TestResult};
use flaky_ci::{Provider, Run};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use error::StoreError;
use postgres::Postgres;
use rows::{Row, Value};
use sqlite::Sqlite;

/// What a webhook, a posted report or a reconciliation says of a project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    /// The path of the project on its platform, such as `group/project`.
    pub project: String,
    /// The platform; `None` for a posted report.
    pub provider: Option<Provider>,
    /// The default branch, if it is told.
    pub default_branch: Option<String>,
    /// Reports of runs, each of which may be partial; see [`Run::merge`].
    pub runs: Vec<Run>,
    /// A posted test report.
    pub tests: Option<PostedTests>,
    /// The time of arrival.
    pub received: Timestamp,
}

/// A posted test report with the result of each test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PostedTests {
    /// A hash of the report and of the run that it is about. A report that is posted twice counts once.
    pub digest: [u8; 32],
    /// The verdict on it, and its failed and flaky tests.
    pub report: ReportedTests,
    /// The result of every test.
    pub results: Vec<TestResult>,
}

/// The stored results of a posted report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredResults {
    /// The run of the report, or else its commit.
    pub of: Option<String>,
    /// The time of arrival.
    pub at: Timestamp,
    /// The result of every test, as deflated JSON: those of many reports at once would be large.
    deflated: Vec<u8>,
}

impl StoredResults {
    /// The result of every test.
    ///
    /// # Errors
    /// Fails if they are damaged.
    pub(crate) fn read(&self) -> Result<Vec<TestResult>, StoreError> {
        rows::test_results(&self.deflated)
    }
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Project {
    /// Its number in the database.
    pub id: i64,
    /// Its name, unique in the database.
    pub name: String,
    /// The platform that it is on; `None` as long as it is known from test reports only.
    pub provider: Option<Provider>,
    /// Its default branch, if it is known.
    pub default_branch: Option<String>,
    /// The time at which it was last heard of.
    pub heard: Timestamp,
    /// The number of its last change. Changes are numbered in the order in which they are committed.
    pub seq: i64,
}

/// The result of a delivery that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The project, as it is stored now.
    pub project: Project,
    /// True if the delivery has changed anything but the time of hearing.
    pub is_change: bool,
}

/// The version of SQLite that is linked in.
pub(crate) fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file of SQLite.
    Sqlite(std::path::PathBuf),
    /// A URL of PostgreSQL, which may contain a password.
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(url) => {
                f.debug_tuple("Postgres").field(&flaky_ci::without_secrets(url)).finish()
            }
        }
    }
}

/// The number of rows in a page of runs at most, and of test reports.
pub(crate) const MAX_RUNS: usize = 1000;

/// An open database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    engine: Engine,
    pruned: Arc<Mutex<prune::Progress>>,
}

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens a database and brings its tables to this version.
    ///
    /// # Errors
    /// Fails if it cannot be opened, belongs to another program or another process, or is newer.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        let engine = match database {
            Database::Sqlite(path) => {
                let path = path.clone();
                let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path)).await;
                let ended = |_| StoreError::temporary("the database was not opened in time");
                Engine::Sqlite(Arc::new(opened.map_err(ended)??))
            }
            Database::Postgres(url) => Engine::Postgres(Arc::new(Postgres::open(url).await?)),
        };
        Ok(Self { engine, pruned: Arc::default() })
    }

    /// Stores deliveries in one transaction. The receipts are in their order.
    ///
    /// # Errors
    /// Fails if they could not be stored; then none of them is.
    pub(crate) async fn write(
        &self,
        batch: impl Into<Arc<[Delivery]>>,
    ) -> Result<Vec<Receipt>, StoreError> {
        let batch = batch.into();
        batch.iter().try_for_each(ledger::check)?;
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(batch).await,
            Engine::Postgres(postgres) => postgres.write(batch).await,
        }
    }

    /// All projects, by name.
    pub(crate) async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.read(sql::PROJECTS, Vec::new(), rows::project).await
    }

    /// The projects that changed after the change `seq`, in the order of their last changes.
    pub(crate) async fn changed_since(&self, seq: i64) -> Result<Vec<Project>, StoreError> {
        self.read(sql::CHANGED_SINCE, vec![seq.into()], rows::project).await
    }

    /// The newest runs of a project, at most `most`, newest first: those of a branch or tag, or all.
    pub(crate) async fn runs(
        &self,
        project: i64,
        git_ref: Option<&str>,
        most: usize,
    ) -> Result<Vec<Run>, StoreError> {
        self.newest([sql::RUNS, sql::RUNS_OF_REF], project, git_ref, most, rows::run).await
    }

    /// The newest posted test reports of a project, at most `most`, newest first: those of a branch or
    /// tag and those that name none, or all.
    pub(crate) async fn reports(
        &self,
        project: i64,
        git_ref: Option<&str>,
        most: usize,
    ) -> Result<Vec<ReportedTests>, StoreError> {
        self.newest([sql::REPORTS, sql::REPORTS_OF_REF], project, git_ref, most, rows::report).await
    }

    /// The same with the result of every test.
    pub(crate) async fn results(
        &self,
        project: i64,
        git_ref: Option<&str>,
        most: usize,
    ) -> Result<Vec<StoredResults>, StoreError> {
        self.newest([sql::RESULTS, sql::RESULTS_OF_REF], project, git_ref, most, rows::results)
            .await
    }

    /// The runs in progress that began before a time, at most `most`, oldest first.
    pub(crate) async fn unfinished(
        &self,
        before: Timestamp,
        most: usize,
    ) -> Result<Vec<(Project, Run)>, StoreError> {
        let values = vec![before.as_microsecond().into(), page(most)];
        self.read(sql::UNFINISHED, values, rows::project_and_run).await
    }

    /// Waits until another server that shares the database may have written to it. Never returns where
    /// no other can.
    pub(crate) async fn wait_for_others(&self) {
        match &self.engine {
            Engine::Sqlite(_) => std::future::pending().await,
            Engine::Postgres(postgres) => postgres.wait_for_others().await,
        }
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// Fails if it does not.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.read(sql::PING, Vec::new(), rows::pair).await.map(drop)
    }

    /// Finishes what is under way and closes the database.
    pub(crate) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close(),
        }
    }

    /// Reads the newest rows of a project with the first statement, or those of a branch or tag with the
    /// second.
    async fn newest<T>(
        &self,
        [of_all, of_ref]: [&'static str; 2],
        project: i64,
        git_ref: Option<&str>,
        most: usize,
        convert: fn(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match git_ref {
            None => self.read(of_all, vec![project.into(), page(most)], convert).await,
            Some(name) => {
                self.read(of_ref, vec![project.into(), name.into(), page(most)], convert).await
            }
        }
    }

    async fn read<T>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        convert: fn(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.query(sql, values).await,
            Engine::Postgres(postgres) => postgres.query(sql, values).await,
        }?;
        rows.iter_mut().map(convert).collect()
    }

    async fn execute(&self, sql: &'static str, values: Vec<Value>) -> Result<usize, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.execute(sql, values).await,
            Engine::Postgres(postgres) => postgres.execute(sql, values).await,
        }
    }
}

/// The maximum number of rows in an answer.
fn page(most: usize) -> Value {
    Value::Int(most.min(MAX_RUNS) as i64)
}

/// The error of a database that a newer version has written.
fn newer(database: &str) -> StoreError {
    StoreError::refused(format!("{database} was written by a newer version of flaky"))
        .with_hint("update this one; an older version cannot read it")
}

#[cfg(test)]
pub(in crate::serve) mod tests;
#[cfg(test)]
pub(in crate::serve) mod vocabulary;
