//! Several servers with one database, and connections that are lost.

use std::time::Duration;

use tokio::time::timeout;

use super::connection::Address;
use crate::serve::store::tests::bed::{Bed, on_postgres, on_server};
use crate::serve::store::vocabulary::{branch, delivered};
use crate::serve::store::{Database, Store, StoreError};

fn url(bed: &Bed) -> String {
    match &bed.database {
        Database::Postgres(url) => url.clone(),
        Database::Sqlite(_) => panic!("a file has no URL"),
    }
}

async fn write(store: &Store, number: u64) -> Result<(), StoreError> {
    store.write(vec![delivered(&[branch("o/r", number, "main")], 1)]).await.map(drop)
}

/// Ends all sessions of a test's servers, as a restart does. Their name is that of the schema.
async fn end_sessions(bed: &Bed) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE application_name = current_schema() AND pid <> pg_backend_pid()";
    on_server(&url(bed), end).await;
}

#[test]
fn servers_that_start_at_once_share_the_tables() {
    on_postgres(async |bed: &Bed| {
        let (one, other) = futures_util::future::join(bed.open(), bed.open()).await;
        write(&one, 1).await.expect("written");
        write(&other, 2).await.expect("written");
        assert_eq!(one.runs(1, None, 10).await, other.runs(1, None, 10).await);
        assert_eq!(one.runs(1, None, 10).await.expect("runs").len(), 2);
    });
}

#[test]
fn what_one_server_stores_rings_at_the_others() {
    on_postgres(async |bed: &Bed| {
        let (one, other) = (bed.open().await, bed.open().await);
        let rings = async |store: &Store| {
            timeout(Duration::from_millis(500), store.wait_for_others()).await.is_ok()
        };
        // Each rings once when it has begun to listen.
        assert!(rings(&one).await && rings(&other).await);
        write(&one, 1).await.expect("written");
        assert!(rings(&other).await);
        assert_eq!(other.changed_since(0).await.expect("changes").len(), 1);
    });
}

#[test]
fn servers_number_changes_together() {
    on_postgres(async |bed: &Bed| {
        let (one, other) = (bed.open().await, bed.open().await);
        let writes = async |store: &Store, from: u64| -> Vec<i64> {
            let mut seqs = Vec::new();
            for number in from..from + 20 {
                let project = format!("o/{from}");
                let run = branch(&project, number, "main");
                let receipts = store.write(vec![delivered(&[run], 1)]).await.expect("written");
                seqs.push(receipts[0].project.seq);
            }
            seqs
        };
        let (a, b) = futures_util::future::join(writes(&one, 0), writes(&other, 100)).await;
        let mut all = [a.clone(), b.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (1..=40).collect::<Vec<_>>());
        assert!(a.is_sorted() && b.is_sorted());
    });
}

#[test]
fn a_lost_connection_loses_nothing() {
    on_postgres(async |bed: &Bed| {
        let store = bed.open().await;
        for number in 0..10 {
            if number % 3 == 0 {
                end_sessions(bed).await;
            }
            write(&store, number).await.expect("stored on a new connection");
        }
        end_sessions(bed).await;
        assert_eq!(store.runs(1, None, 100).await.expect("runs").len(), 10);
        let rung = timeout(Duration::from_secs(5), store.wait_for_others()).await;
        assert!(rung.is_ok(), "the listener is back, and something may have been missed");
    });
}

#[test]
fn tables_of_another_program_are_left_alone() {
    on_postgres(async |bed: &Bed| {
        on_server(&url(bed), "CREATE TABLE flaky_runs (mine TEXT)").await;
        let error = Store::open(&bed.database).await.expect_err("not ours");
        assert!(error.message.contains("\"flaky_runs\" already exists"), "{error}");
        assert!(!error.is_temporary && error.hint.is_some());
        on_server(&url(bed), "SELECT mine FROM flaky_runs").await;
    });
}

#[test]
fn a_newer_database_is_refused() {
    on_postgres(async |bed: &Bed| {
        bed.open().await.close().await;
        on_server(&url(bed), "UPDATE flaky_version SET version = 99").await;
        let error = Store::open(&bed.database).await.expect_err("newer");
        assert!(error.message.ends_with("was written by a newer version of flaky"), "{error}");
    });
}

#[test]
fn no_error_tells_a_password() {
    let address = "postgres://user:s3cret@127.0.0.1:1/flaky?sslmode=wrong";
    let error = Address::new(address).expect_err("a wrong mode");
    assert!(error.message.contains("postgres://127.0.0.1:1/flaky"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[test]
fn certificates_are_checked_where_tls_is_asked_for() {
    for mode in ["require", "verify-full"] {
        let address = Address::new(&format!("postgres://u@host/db?sslmode={mode}"));
        assert!(address.is_ok_and(|address| address.is_encrypted()), "{mode}");
    }
    for plain in ["postgres://u@host/db", "postgres://u@host/db?sslmode=disable"] {
        assert!(Address::new(plain).is_ok_and(|address| !address.is_encrypted()), "{plain}");
    }
}
