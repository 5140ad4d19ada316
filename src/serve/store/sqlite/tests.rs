//! Files that are not ours, damaged, locked, full or in use.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use super::file::APPLICATION_ID;
use super::{CHECKPOINT_PAGES, Sqlite, WAL_LIMIT};
use crate::serve::store::tests::bed::{Bed, runtime};
use crate::serve::store::vocabulary::{branch, delivered};
use crate::serve::store::{Engine, Store, StoreError};

fn path(bed: &Bed) -> PathBuf {
    bed.folder().join("flaky.db")
}

/// The names in the folder.
fn names(bed: &Bed) -> Vec<String> {
    let entries = fs::read_dir(bed.folder()).expect("a folder").flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The error of opening a file with these bytes, which must leave them as they are and nothing beside
/// them.
fn refusal_of(bytes: &[u8]) -> StoreError {
    let bed = Bed::sqlite();
    fs::write(path(&bed), bytes).expect("a file");
    let error = Sqlite::open(&path(&bed)).expect_err("not ours");
    assert_eq!(fs::read(path(&bed)).expect("the file"), bytes);
    assert_eq!(names(&bed), ["flaky.db"]);
    assert!(!error.is_temporary);
    error
}

/// The bytes of a database of ours with some runs, closed.
fn bytes_of_ours() -> Vec<u8> {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        let runs: Vec<_> = (0..50).map(|number| branch("o/r", number, "main")).collect();
        store.write(vec![delivered(&runs, 1)]).await.expect("written");
        store.close().await;
    });
    assert_eq!(names(&bed), ["flaky.db", "flaky.db-lock"], "the log is copied and removed");
    fs::read(path(&bed)).expect("the file")
}

/// The engine of a store, whose thread a test may ask to do something.
async fn on_writer(store: &Store, job: impl FnOnce(&mut Connection) + Send + 'static) {
    let Engine::Sqlite(sqlite) = &store.engine else { panic!("a file") };
    sqlite.writer.run(job).await.expect("an open file");
}

async fn write(store: &Store, number: u64) -> Result<(), StoreError> {
    store.write(vec![delivered(&[branch("o/r", number, "main")], 1)]).await.map(drop)
}

#[test]
fn a_file_that_is_no_database_is_refused_and_untouched() {
    for bytes in [&b"my diary"[..], &[0; 4096], b"SQLite format 3\0"] {
        let error = refusal_of(bytes);
        assert!(error.message.ends_with("is not a database of flaky serve"), "{error}");
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_untouched() {
    let bed = Bed::sqlite();
    let connection = Connection::open(path(&bed)).expect("a database");
    connection.execute_batch("CREATE TABLE bookmarks (url TEXT)").expect("a table");
    drop(connection);
    let error = refusal_of(&fs::read(path(&bed)).expect("a file"));
    assert!(error.message.ends_with("is not a database of flaky serve"), "{error}");
}

#[test]
fn a_file_whose_end_is_missing_is_refused_and_untouched() {
    let bytes = bytes_of_ours();
    let error = refusal_of(&bytes[..bytes.len() - 4096]);
    assert!(error.message.contains("is damaged: its end is missing"), "{error}");
}

#[test]
fn a_file_with_overwritten_pages_is_refused_and_keeps_its_bytes() {
    let mut bytes = bytes_of_ours();
    bytes[4096..].fill(0x5a);
    let bed = Bed::sqlite();
    fs::write(path(&bed), &bytes).expect("a file");
    let error = Sqlite::open(&path(&bed)).expect_err("damaged");
    assert!(error.message.contains("is damaged") && error.hint.is_some(), "{error}");
    assert_eq!(fs::read(path(&bed)).expect("the file"), bytes);
}

#[test]
fn a_newer_database_is_refused() {
    let bed = Bed::sqlite();
    let connection = Connection::open(path(&bed)).expect("a database");
    connection.pragma_update(None, "application_id", APPLICATION_ID).expect("ours");
    connection.pragma_update(None, "user_version", 99).expect("a version");
    drop(connection);
    let error = Sqlite::open(&path(&bed)).expect_err("newer");
    assert!(error.message.ends_with("was written by a newer version of flaky"), "{error}");
}

#[test]
fn a_missing_folder_is_named() {
    let bed = Bed::sqlite();
    let error = Sqlite::open(&bed.folder().join("data/flaky.db")).expect_err("no folder");
    let folder = bed.folder().join("data");
    assert_eq!(error.message, format!("there is no folder {}", folder.display()));
    let error = Sqlite::open(&bed.folder()).expect_err("a folder");
    assert!(error.message.contains("is not a file"), "{error}");
}

#[test]
fn an_empty_file_becomes_a_database() {
    let bed = Bed::sqlite();
    fs::write(path(&bed), b"").expect("a file");
    runtime().block_on(async {
        assert_eq!(write(&bed.open().await, 1).await, Ok(()));
    });
}

#[test]
fn a_file_has_one_server() {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        let error = Store::open(&bed.database).await.expect_err("in use");
        assert!(error.message.ends_with("is used by another server"), "{error}");
        store.close().await;
        assert_eq!(write(&bed.open().await, 1).await, Ok(()));
    });
}

#[test]
fn a_full_disk_is_an_error_that_passes() {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        write(&store, 1).await.expect("written");
        let limit = |pages: u32| {
            move |connection: &mut Connection| {
                let limit = format!("PRAGMA max_page_count = {pages}");
                connection.query_row(&limit, [], |_| Ok(())).expect("a limit");
            }
        };
        on_writer(&store, limit(1)).await;
        let mut number = 2;
        let error = loop {
            match write(&store, number).await {
                Ok(()) => number += 1,
                Err(error) => break error,
            }
        };
        assert!(error.is_temporary && error.message.contains("the disk is full"), "{error}");
        assert_eq!(store.runs(1, None, 100).await.expect("runs").len() as u64, number - 1);
        on_writer(&store, limit(100_000)).await;
        assert_eq!(write(&store, number).await, Ok(()));
    });
}

#[test]
fn a_lock_of_another_program_is_an_error_that_passes() {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        let briefly = |connection: &mut Connection| {
            connection.busy_timeout(Duration::from_millis(20)).expect("a time");
        };
        on_writer(&store, briefly).await;
        let other = Connection::open(path(&bed)).expect("a connection");
        other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        let error = write(&store, 1).await.expect_err("locked");
        assert!(error.is_temporary && error.message.contains("locked"), "{error}");
        assert_eq!(store.projects().await, Ok(Vec::new()), "reading goes on");
        other.execute_batch("ROLLBACK").expect("an end");
        assert_eq!(write(&store, 1).await, Ok(()));
    });
}

#[test]
fn every_commit_is_synchronised_and_the_log_is_bounded() {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        on_writer(&store, |connection| {
            let text =
                |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, String>(0));
            let number =
                |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
            assert_eq!(text("journal_mode").as_deref(), Ok("wal"));
            assert_eq!(number("synchronous"), Ok(2));
            assert_eq!(number("auto_vacuum"), Ok(2));
            assert_eq!(number("application_id"), Ok(APPLICATION_ID.into()));
            assert_eq!(number("wal_autocheckpoint"), Ok(CHECKPOINT_PAGES));
            assert_eq!(number("journal_size_limit"), Ok(WAL_LIMIT));
            connection.pragma_update(None, "wal_autocheckpoint", 100).expect("a smaller log");
        })
        .await;
        for number in 0..10 {
            let runs: Vec<_> =
                (0..500).map(|run| branch("o/r", number * 500 + run, "main")).collect();
            store.write(vec![delivered(&runs, 1)]).await.expect("written");
        }
        let log = fs::metadata(bed.folder().join("flaky.db-wal")).expect("a log").len();
        let database = fs::metadata(path(&bed)).expect("a file").len();
        assert!(log < 2 << 20 && database > 2 << 20, "{log} bytes in the log, {database} in all");
    });
}

#[test]
fn pages_of_pruned_rows_are_given_back() {
    let bed = Bed::sqlite();
    runtime().block_on(async {
        let store = bed.open().await;
        let runs: Vec<_> = (0..2000).map(|number| branch("o/r", number, "main")).collect();
        store.write(vec![delivered(&runs, 1)]).await.expect("written");
        while store.prune(jiff::Timestamp::MAX, 500).await.expect("pruned") > 0 {}
        store.close().await;
        let size = fs::metadata(path(&bed)).expect("a file").len();
        assert!(size < 256 << 10, "{size} bytes are left");
    });
}
