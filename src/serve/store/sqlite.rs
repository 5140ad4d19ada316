//! The engine for a file of SQLite.
//!
//! - The file is in WAL mode and synchronised at every commit. Readers do not wait for the writer, nor
//!   it for them.
//! - One thread writes, a few read; each has a connection. So no statement blocks the runtime, and the
//!   only lock that a transaction could wait for is that of another program.
//! - `auto_vacuum` is incremental: pages of pruned rows are used again, and when they are many, they are
//!   given back in small steps. A full VACUUM would block writers for as long as it copies the file.

mod file;
mod schema;
mod workers;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{
    CachedStatement, Connection, ErrorCode, OpenFlags, OptionalExtension, ToSql,
    TransactionBehavior, params,
};

use super::ledger::{self, Entries, Ledger, StoredRun};
use super::rows::{self, ReportRow, Row, RunRow, Value};
use super::{Delivery, Receipt, StoreError};
use workers::Workers;

/// The time that a statement waits for a lock of another program.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The number of pages in the WAL from which on it is copied into the database, 4 kB each. It should
/// hold several full transactions.
const CHECKPOINT_PAGES: i64 = 4000;
/// The size to which the WAL is cut after that, in bytes.
const WAL_LIMIT: i64 = 32 << 20;
/// The size of the cache of a connection, in kB. A transaction whose pages do not fit is read again.
const CACHE: i64 = 8000;
/// The number of statements that a connection keeps; there are fewer.
const CACHED_STATEMENTS: usize = 32;
/// Threads that read.
const READERS: (usize, usize) = (2, 4);
/// Names of parameters, which both engines share.
const PARAMETERS: [&str; 4] = ["$1", "$2", "$3", "$4"];

const GREATEST_ID: &str = "SELECT coalesce(max(id), 0) FROM flaky_projects";
const GREATEST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM flaky_projects";
const PROJECT: &str = "SELECT id, name, provider, default_branch, heard, seq, branch_told \
    FROM flaky_projects WHERE name = $1";
const RUN: &str = "SELECT created, body FROM flaky_runs WHERE project = $1 AND key = $2";
const DIGEST: &str = "SELECT 1 FROM flaky_reports WHERE project = $1 AND digest = $2";
const SAVE_PROJECT: &str = "INSERT INTO flaky_projects \
    (id, name, provider, default_branch, branch_told, heard, seq) VALUES ($1, $2, $3, $4, $5, $6, $7) \
    ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, \
    default_branch = excluded.default_branch, branch_told = excluded.branch_told, \
    heard = excluded.heard, seq = excluded.seq";
const SAVE_RUN: &str = "INSERT INTO flaky_runs \
    (project, key, git_ref, kind, created, number, attempt, finished, body) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
    ON CONFLICT (project, key) DO UPDATE SET git_ref = excluded.git_ref, kind = excluded.kind, \
    created = excluded.created, finished = excluded.finished, body = excluded.body";
/// Most changes of a run leave its place in the indexes as it is. SQLite writes the pages of every index
/// whose columns are set, also to the same values.
const UPDATE_RUN: &str = "UPDATE flaky_runs SET finished = $1, body = $2 \
    WHERE project = $3 AND key = $4";
const SAVE_REPORT: &str = "INSERT INTO flaky_reports \
    (project, digest, git_ref, about, at, summary, results) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// The statements of this engine alone, with the number of their parameters.
#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, usize)] = &[
    (GREATEST_ID, 0),
    (GREATEST_SEQ, 0),
    (PROJECT, 1),
    (RUN, 2),
    (DIGEST, 2),
    (SAVE_PROJECT, 4),
    (SAVE_RUN, 4),
    (UPDATE_RUN, 4),
    (SAVE_REPORT, 4),
];

/// An open file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    writer: Workers,
    readers: Workers,
    /// Held until the file is closed.
    lock: file::Lock,
}

impl Sqlite {
    /// Opens a file, which is created if there is none, and brings its tables to this version.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        file::check(path)?;
        // Another name of the same file must meet the same lock.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let lock = file::Lock::take(path)?;
        if !path.exists() {
            // SQLite would let everyone read it.
            file::create(path).map_err(|error| {
                StoreError::refused(format!("cannot create {}: {error}", path.display()))
            })?;
        }
        let named = |error| named(path, &error);
        let mut writer = connect(path).map_err(named)?;
        schema::migrate(&mut writer, path)?;
        writer.pragma_update(None, "journal_mode", "WAL").map_err(named)?;
        let count = thread::available_parallelism().map_or(READERS.0, NonZero::get);
        let readers = (0..count.clamp(READERS.0, READERS.1)).map(|_| connect(path));
        let readers = readers.collect::<Result<Vec<_>, _>>().map_err(named)?;
        let workers = |name, connections| {
            Workers::start(name, connections).map_err(|error| {
                StoreError::temporary(format!("no thread can be started for {}", path.display()))
                    .with_hint(error.to_string())
            })
        };
        Ok(Self {
            path: path.clone(),
            writer: workers("flaky-writer", vec![writer])?,
            readers: workers("flaky-reader", readers)?,
            lock,
        })
    }

    /// Stores deliveries in one transaction.
    pub(super) async fn write(&self, batch: Arc<[Delivery]>) -> Result<Vec<Receipt>, StoreError> {
        self.on(&self.writer, move |connection, path| write(connection, path, &batch)).await
    }

    /// Runs a statement that writes. Returns the number of rows.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<usize, StoreError> {
        let execute = move |connection: &mut Connection| {
            let mut statement = connection.prepare_cached(sql)?;
            bind(&mut statement, &values)?;
            statement.raw_execute()
        };
        self.on(&self.writer, move |connection, path| {
            execute(connection).map_err(|error| named(path, &error))
        })
        .await
    }

    /// Runs a statement that reads.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.on(&self.readers, move |connection, path| {
            query(connection, sql, &values).map_err(|error| named(path, &error))
        })
        .await
    }

    /// Gives free pages back to the file system, at most some, if many are free.
    pub(super) async fn shrink(&self, pages: usize) -> Result<(), StoreError> {
        let shrink = move |connection: &mut Connection| {
            let number = |pragma: &str| {
                connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            };
            // A quarter free is room for what comes next.
            if number("freelist_count")? > number("page_count")? / 4 {
                let mut vacuum =
                    connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
                let mut pages = vacuum.raw_query();
                // Each step gives one page back.
                while pages.next()?.is_some() {}
            }
            Ok(())
        };
        self.on(&self.writer, move |connection, path| {
            shrink(connection).map_err(|error| named(path, &error))
        })
        .await
    }

    /// Ends the threads after their jobs, which closes the connections.
    pub(super) async fn close(&self) {
        self.readers.end().await;
        self.writer.end().await;
        self.lock.release();
    }

    async fn on<T: Send + 'static>(
        &self,
        workers: &Workers,
        job: impl FnOnce(&mut Connection, &Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        workers.run(move |connection| job(connection, &path)).await.unwrap_or_else(|| {
            Err(StoreError::temporary(format!("{} is closed", self.path.display())))
        })
    }
}

/// Opens a connection with the settings that hold for a connection.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On Apple's systems, a plain fsync leaves data in the disk's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
    Ok(connection)
}

fn write(
    connection: &mut Connection,
    path: &Path,
    batch: &[Delivery],
) -> Result<Vec<Receipt>, StoreError> {
    let named = |error| named(path, &error);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(named)?;
    let ledger = load_projects(&transaction, batch).map_err(named)??;
    let runs = load_runs(&transaction, &ledger).map_err(named)?;
    let digests = load_digests(&transaction, &ledger).map_err(named)?;
    let entries = ledger.settle(runs, digests)?;
    save(&transaction, &entries).map_err(named)?;
    transaction.commit().map_err(named)?;
    Ok(entries.receipts)
}

/// Loads the projects of a batch.
fn load_projects<'a>(
    connection: &Connection,
    batch: &'a [Delivery],
) -> rusqlite::Result<Result<Ledger<'a>, StoreError>> {
    let greatest = |sql| connection.prepare_cached(sql)?.query_row([], |row| row.get(0));
    let id = greatest(GREATEST_ID)?;
    let seq = greatest(GREATEST_SEQ)?;
    let mut stored = Vec::new();
    for name in ledger::names(batch) {
        stored.extend(query(connection, PROJECT, &[Value::Text(name)])?);
    }
    let stored = stored.iter_mut().map(rows::project_row).collect::<Result<_, _>>();
    Ok(stored.map(|stored| Ledger::new(batch, id, seq, stored)))
}

fn load_runs(connection: &Connection, ledger: &Ledger<'_>) -> rusqlite::Result<Vec<StoredRun>> {
    let mut statement = connection.prepare_cached(RUN)?;
    let mut stored = Vec::new();
    for (project, key) in ledger.keys() {
        let run = statement.query_row(params![project, key], |row| Ok((row.get(0)?, row.get(1)?)));
        if let Some((created, body)) = run.optional()? {
            stored.push(StoredRun { project, key, created, body });
        }
    }
    Ok(stored)
}

fn load_digests(
    connection: &Connection,
    ledger: &Ledger<'_>,
) -> rusqlite::Result<Vec<ledger::Place<Vec<u8>>>> {
    let mut statement = connection.prepare_cached(DIGEST)?;
    let mut stored = Vec::new();
    for (project, digest) in ledger.digests() {
        if statement.exists(params![project, digest])? {
            stored.push((project, digest));
        }
    }
    Ok(stored)
}

fn save(connection: &Connection, entries: &Entries) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(SAVE_PROJECT)?;
    for row in &entries.projects {
        let project = &row.project;
        let (provider, branch) = (row.provider_text(), row.branch_text());
        let heard = project.heard.as_microsecond();
        let (id, seq) = (project.id, project.seq);
        statement.execute(params![
            id,
            project.name,
            provider,
            branch,
            row.branch_told,
            heard,
            seq
        ])?;
    }
    let mut save = connection.prepare_cached(SAVE_RUN)?;
    let mut update = connection.prepare_cached(UPDATE_RUN)?;
    for run in &entries.runs {
        let RunRow { project, key, git_ref, kind, created, number, attempt, body, .. } = run;
        let finished = i64::from(run.is_finished);
        if run.is_in_place {
            update.execute(params![finished, body, project, key])?;
        } else {
            save.execute(params![
                project, key, git_ref, kind, created, number, attempt, finished, body
            ])?;
        }
    }
    let mut statement = connection.prepare_cached(SAVE_REPORT)?;
    for report in &entries.reports {
        let ReportRow { project, digest, git_ref, about, at, summary, results } = report;
        statement.execute(params![project, digest, git_ref, about, at, summary, results])?;
    }
    Ok(())
}

fn query(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let columns = statement.column_count();
    let mut found = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let values = (0..columns).map(|column| row.get_ref(column).map(value));
        rows.push(Row::new(values.collect::<rusqlite::Result<_>>()?));
    }
    Ok(rows)
}

/// Binds parameters by name: SQLite numbers them by their first occurrence.
fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (name, value) in PARAMETERS.iter().zip(values) {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

/// Values of types that our tables do not have become empty, which no reader accepts as its own.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Blob(Vec::new()),
    }
}

/// An error of SQLite, with the file's name.
fn named(path: &Path, error: &rusqlite::Error) -> StoreError {
    let shown = path.display();
    let Some(code) = error.sqlite_error_code() else {
        return StoreError::refused(format!("{shown} cannot be used: {error}"));
    };
    let temporary = |what: &str| StoreError::temporary(format!("{shown} {what}"));
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            temporary("is locked by another program")
                .with_hint("close the program that has opened the file")
        }
        ErrorCode::DiskFull => {
            temporary("cannot grow: the disk is full").with_hint("free space on the disk")
        }
        ErrorCode::ReadOnly => {
            temporary("is read-only").with_hint("allow this user to write to it")
        }
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            temporary(&format!("cannot be read or written: {error}"))
                .with_hint("look at the disk and at the permissions of the file and its folder")
        }
        ErrorCode::OutOfMemory => temporary("needs more memory than there is"),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            file::damaged(path, &error.to_string())
        }
        _ => StoreError::refused(format!("{shown} refuses a statement: {error}")),
    }
}

#[cfg(test)]
mod tests;
