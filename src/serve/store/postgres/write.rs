//! The transaction of a batch.

use futures_util::future::{join, join3, join4};
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::connection::{Connection, Failure, Job, parameters};
use super::doorbell::{CHANNEL, Doorbell};
use crate::serve::store::ledger::{self, Entries, Ledger, Place, StoredRun};
use crate::serve::store::rows::{self, ProjectRow, ReportRow, Row, RunRow, Value};
use crate::serve::store::{Delivery, Receipt, StoreError};

/// Begins a transaction that alone writes. The number is ours; it stands for nothing. What follows sees
/// all that those before it have committed.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
    SELECT pg_advisory_xact_lock(7308895133)";
const COMMIT: &str = "COMMIT";

const GREATEST: &str = "SELECT coalesce((SELECT max(id) FROM flaky_projects), 0), \
    coalesce((SELECT max(seq) FROM flaky_projects), 0)";
const PROJECTS: &str = "SELECT id, name, provider, default_branch, heard, seq, branch_told \
    FROM flaky_projects WHERE name = ANY ($1::text[])";
const RUNS: &str = "SELECT r.project, r.key, r.created, r.body \
    FROM unnest($1::bigint[], $2::text[]) AS wanted (project, key) \
    JOIN flaky_runs AS r ON r.project = wanted.project AND r.key = wanted.key COLLATE \"C\"";
const DIGESTS: &str = "SELECT r.project, r.digest \
    FROM unnest($1::bigint[], $2::bytea[]) AS wanted (project, digest) \
    JOIN flaky_reports AS r ON r.project = wanted.project AND r.digest = wanted.digest";
const SAVE_PROJECTS: &str = "INSERT INTO flaky_projects \
    (id, name, provider, default_branch, branch_told, heard, seq) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
        $6::bigint[], $7::bigint[]) \
    ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, \
    default_branch = excluded.default_branch, branch_told = excluded.branch_told, \
    heard = excluded.heard, seq = excluded.seq";
const SAVE_RUNS: &str = "INSERT INTO flaky_runs \
    (project, key, git_ref, kind, created, number, attempt, finished, body) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
        $6::bigint[], $7::bigint[], $8::bigint[], $9::text[]) \
    ON CONFLICT (project, key) DO UPDATE SET git_ref = excluded.git_ref, kind = excluded.kind, \
    created = excluded.created, finished = excluded.finished, body = excluded.body";
const SAVE_REPORTS: &str = "INSERT INTO flaky_reports \
    (project, digest, git_ref, about, at, summary, results) \
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], \
        $6::text[], $7::bytea[])";

/// The statements of this engine alone, with the number of their parameters.
pub(in crate::serve::store) const STATEMENTS: [(&str, usize); 7] = [
    (GREATEST, 0),
    (PROJECTS, 1),
    (RUNS, 2),
    (DIGESTS, 2),
    (SAVE_PROJECTS, 7),
    (SAVE_RUNS, 9),
    (SAVE_REPORTS, 7),
];

/// Stores deliveries in one transaction.
pub(super) struct Write<'a> {
    pub batch: &'a [Delivery],
    pub doorbell: &'a Doorbell,
}

impl Job for Write<'_> {
    type Done = Vec<Receipt>;

    async fn run(&self, connection: &Connection) -> Result<Vec<Receipt>, Failure> {
        self.doorbell.writes_in(connection.session);
        connection.prepare(&STATEMENTS.map(|(sql, _)| sql)).await?;
        let ledger = load_projects(connection, self.batch).await?;
        let (runs, digests) = load_rows(connection, &ledger).await?;
        let entries = ledger.settle(runs, digests)?;
        save(connection, &entries).await?;
        Ok(entries.receipts)
    }
}

/// Runs a statement in a transaction that alone writes. The result is the number of rows.
pub(super) struct Execute<'a> {
    pub sql: &'static str,
    pub values: &'a [Value],
}

impl Job for Execute<'_> {
    type Done = usize;

    async fn run(&self, connection: &Connection) -> Result<usize, Failure> {
        connection.prepare(&[self.sql]).await?;
        let values = parameters(self.values);
        let (begun, rows, committed) = join3(
            connection.batch(BEGIN),
            connection.execute(self.sql, &values),
            connection.batch(COMMIT),
        )
        .await;
        begun?;
        let rows = rows?;
        committed?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }
}

/// Begins, and loads the projects of a batch.
async fn load_projects<'a>(
    connection: &Connection,
    batch: &'a [Delivery],
) -> Result<Ledger<'a>, Failure> {
    let names = ledger::names(batch);
    let (begun, greatest, stored) = join3(
        connection.batch(BEGIN),
        connection.query(GREATEST, &[]),
        connection.query(PROJECTS, &[&names]),
    )
    .await;
    begun?;
    let (id, seq) = greatest?.first_mut().map_or(Ok((0, 0)), rows::pair)?;
    let stored = stored?.iter_mut().map(rows::project_row).collect::<Result<_, _>>()?;
    Ok(Ledger::new(batch, id, seq, stored))
}

/// Loads the runs and digests that a ledger asks for.
async fn load_rows(
    connection: &Connection,
    ledger: &Ledger<'_>,
) -> Result<(Vec<StoredRun>, Vec<Place<Vec<u8>>>), Failure> {
    let (run_projects, keys): (Vec<i64>, Vec<String>) = ledger.keys().into_iter().unzip();
    let (report_projects, digests): (Vec<i64>, Vec<Vec<u8>>) = ledger.digests().into_iter().unzip();
    let (runs, reports) = join(
        connection.query(RUNS, &[&run_projects, &keys]),
        connection.query(DIGESTS, &[&report_projects, &digests]),
    )
    .await;
    let run = |row: &mut Row| -> Result<StoredRun, StoreError> {
        let (project, key) = (row.int()?, row.text()?);
        Ok(StoredRun { project, key, created: row.int()?, body: row.text()? })
    };
    let digest = |row: &mut Row| -> Result<_, StoreError> { Ok((row.int()?, row.blob()?)) };
    Ok((
        runs?.iter_mut().map(run).collect::<Result<_, _>>()?,
        reports?.iter_mut().map(digest).collect::<Result<_, _>>()?,
    ))
}

/// Writes the rows and commits. Other servers are told only if there is something to see.
async fn save(connection: &Connection, entries: &Entries) -> Result<(), Failure> {
    let is_change = entries.receipts.iter().any(|receipt| receipt.is_change);
    let commit = if is_change { format!("NOTIFY {CHANNEL}; {COMMIT}") } else { COMMIT.to_string() };
    // After a statement that fails, the server refuses the others and does not commit.
    let (projects, runs, reports, committed) = join4(
        save_projects(connection, &entries.projects),
        save_runs(connection, &entries.runs),
        save_reports(connection, &entries.reports),
        connection.batch(&commit),
    )
    .await;
    projects?;
    runs?;
    reports?;
    Ok(committed?)
}

/// A column of the rows.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn save_projects(connection: &Connection, rows: &[ProjectRow]) -> Result<u64, Error> {
    let parameters: [&(dyn ToSql + Sync); 7] = [
        &column(rows, |row| row.project.id),
        &column(rows, |row| row.project.name.as_str()),
        &column(rows, ProjectRow::provider_text),
        &column(rows, ProjectRow::branch_text),
        &column(rows, |row| row.branch_told),
        &column(rows, |row| row.project.heard.as_microsecond()),
        &column(rows, |row| row.project.seq),
    ];
    connection.execute(SAVE_PROJECTS, &parameters).await
}

async fn save_runs(connection: &Connection, rows: &[RunRow]) -> Result<u64, Error> {
    let parameters: [&(dyn ToSql + Sync); 9] = [
        &column(rows, |row| row.project),
        &column(rows, |row| row.key.as_str()),
        &column(rows, |row| row.git_ref.as_str()),
        &column(rows, |row| row.kind.as_str()),
        &column(rows, |row| row.created),
        &column(rows, |row| row.number),
        &column(rows, |row| row.attempt),
        &column(rows, |row| i64::from(row.is_finished)),
        &column(rows, |row| row.body.as_str()),
    ];
    connection.execute(SAVE_RUNS, &parameters).await
}

async fn save_reports(connection: &Connection, rows: &[ReportRow]) -> Result<u64, Error> {
    let parameters: [&(dyn ToSql + Sync); 7] = [
        &column(rows, |row| row.project),
        &column(rows, |row| row.digest.as_slice()),
        &column(rows, |row| row.git_ref.as_str()),
        &column(rows, |row| row.about.as_str()),
        &column(rows, |row| row.at),
        &column(rows, |row| row.summary.as_str()),
        &column(rows, |row| row.results.as_slice()),
    ];
    connection.execute(SAVE_REPORTS, &parameters).await
}
