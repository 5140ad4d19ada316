//! The tables, and their migrations.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::file::APPLICATION_ID;
use super::named;
use crate::serve::store::{StoreError, newer};

/// The statements that lead from each version to the next. `user_version` has the number of those that
/// have run. A step that was released never changes.
const STEPS: &[&str] = &["
    CREATE TABLE flaky_projects (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        provider TEXT NOT NULL,
        default_branch TEXT NOT NULL,
        branch_told INTEGER NOT NULL,
        heard INTEGER NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX flaky_projects_seq ON flaky_projects (seq);

    CREATE TABLE flaky_runs (
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL,
        key TEXT NOT NULL,
        git_ref TEXT NOT NULL,
        kind TEXT NOT NULL,
        created INTEGER NOT NULL,
        number INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        finished INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (project, key)
    ) STRICT;
    CREATE INDEX flaky_runs_newest ON flaky_runs (project, created, number, attempt);
    CREATE INDEX flaky_runs_of_ref
        ON flaky_runs (project, git_ref, created, number, attempt, kind);
    CREATE INDEX flaky_runs_oldest ON flaky_runs (created);
    CREATE INDEX flaky_runs_unfinished ON flaky_runs (created) WHERE finished = 0;

    CREATE TABLE flaky_reports (
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL,
        digest BLOB NOT NULL,
        git_ref TEXT NOT NULL,
        about TEXT NOT NULL,
        at INTEGER NOT NULL,
        summary TEXT NOT NULL,
        results BLOB NOT NULL,
        UNIQUE (project, digest)
    ) STRICT;
    CREATE INDEX flaky_reports_newest ON flaky_reports (project, at);
    CREATE INDEX flaky_reports_of_ref ON flaky_reports (project, git_ref, at);
    CREATE INDEX flaky_reports_oldest ON flaky_reports (at);
"];

/// Brings the tables to this version.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let named = |error| named(path, &error);
    let version = version(connection).map_err(named)?;
    if version > STEPS.len() {
        return Err(newer(&path.display().to_string()));
    }
    if version == STEPS.len() {
        return check(connection).map_err(named);
    }
    // It takes effect in an empty file only.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(named)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(named)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(named)?;
    for step in &STEPS[version..] {
        transaction.execute_batch(step).map_err(named)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len() as i64).map_err(named)?;
    transaction.commit().map_err(named)
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version =
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    // One that we never write counts as newer.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Reads the newest row of every table, so that a file that is damaged in many places is noticed before
/// it is written to. Reading all of it would take minutes.
fn check(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["flaky_projects", "flaky_runs", "flaky_reports"] {
        let newest = format!("SELECT * FROM {table} ORDER BY id DESC LIMIT 1");
        let mut statement = connection.prepare(&newest)?;
        statement.raw_query().next()?;
    }
    Ok(())
}
