//! The tables, and their migrations.
//!
//! The names begin with `flaky_`, so that the database may be that of another program as well. Texts
//! are compared byte by byte, as SQLite does, whatever the language of the server.

use super::connection::{Connection, Failure, Job};
use super::write::BEGIN;
use crate::serve::store::{newer, rows};

/// The statements that lead from each version to the next. `flaky_version` has the number of those that
/// have run. A step that was released never changes.
const STEPS: &[&str] = &["
    CREATE TABLE flaky_version (version BIGINT NOT NULL);
    INSERT INTO flaky_version VALUES (0);

    CREATE TABLE flaky_projects (
        id BIGINT PRIMARY KEY,
        name TEXT COLLATE \"C\" NOT NULL UNIQUE,
        provider TEXT NOT NULL,
        default_branch TEXT NOT NULL,
        branch_told BIGINT NOT NULL,
        heard BIGINT NOT NULL,
        seq BIGINT NOT NULL
    );
    CREATE INDEX flaky_projects_seq ON flaky_projects (seq);

    CREATE TABLE flaky_runs (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project BIGINT NOT NULL,
        key TEXT COLLATE \"C\" NOT NULL,
        git_ref TEXT COLLATE \"C\" NOT NULL,
        kind TEXT COLLATE \"C\" NOT NULL,
        created BIGINT NOT NULL,
        number BIGINT NOT NULL,
        attempt BIGINT NOT NULL,
        finished BIGINT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (project, key)
    );
    CREATE INDEX flaky_runs_newest ON flaky_runs (project, created, number, attempt);
    CREATE INDEX flaky_runs_of_ref
        ON flaky_runs (project, git_ref, created, number, attempt, kind);
    CREATE INDEX flaky_runs_oldest ON flaky_runs (created, id);
    CREATE INDEX flaky_runs_unfinished ON flaky_runs (created) WHERE finished = 0;

    CREATE TABLE flaky_reports (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project BIGINT NOT NULL,
        digest BYTEA NOT NULL,
        git_ref TEXT COLLATE \"C\" NOT NULL,
        about TEXT NOT NULL,
        at BIGINT NOT NULL,
        summary TEXT NOT NULL,
        results BYTEA NOT NULL,
        UNIQUE (project, digest)
    );
    CREATE INDEX flaky_reports_newest ON flaky_reports (project, at, id);
    CREATE INDEX flaky_reports_of_ref ON flaky_reports (project, git_ref, at, id);
    CREATE INDEX flaky_reports_oldest ON flaky_reports (at, id);
"];

const EXISTS: &str = "SELECT (to_regclass('flaky_version') IS NOT NULL)::int::bigint";
const VERSION: &str = "SELECT version FROM flaky_version";
const SET_VERSION: &str = "UPDATE flaky_version SET version = $1";

/// Brings the tables to this version. Of servers that start at the same time, one does it.
pub(super) struct Migrate<'a> {
    /// The address, for messages.
    pub shown: &'a str,
}

impl Job for Migrate<'_> {
    type Done = ();

    async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        connection.batch(BEGIN).await?;
        let mut version = 0;
        if number(connection, EXISTS).await? > 0 {
            version = usize::try_from(number(connection, VERSION).await?).unwrap_or(usize::MAX);
        }
        let Some(steps) = STEPS.get(version..) else {
            return Err(newer(self.shown).into());
        };
        for step in steps {
            connection.batch(step).await?;
        }
        if !steps.is_empty() {
            connection.execute(SET_VERSION, &[&(STEPS.len() as i64)]).await?;
        }
        Ok(connection.batch("COMMIT").await?)
    }
}

async fn number(connection: &Connection, sql: &str) -> Result<i64, Failure> {
    let mut rows = connection.query(sql, &[]).await?;
    Ok(rows.first_mut().map_or(Ok(0), rows::Row::int)?)
}
