//! A database of its own for each test, on each engine.

use std::env;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::serve::store::{Database, Store};

/// The variable with the URL of a PostgreSQL server.
const SERVER: &str = "FLAKY_POSTGRES";

/// An empty database.
pub(in crate::serve) struct Bed {
    pub(in crate::serve) database: Database,
    place: Place,
}

/// Where it is, and so what is to be removed.
enum Place {
    Folder(TempDir),
    Schema { server: String, name: String },
}

impl Bed {
    pub(in crate::serve) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::Sqlite(folder.path().join("flaky.db"));
        Self { database, place: Place::Folder(folder) }
    }

    /// A schema on the server of `FLAKY_POSTGRES`; `None`, with a message, if there is none.
    pub(in crate::serve) async fn postgres() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(server) = env::var(SERVER) else {
            let is_required = env::var("FLAKY_TOOLS").is_ok_and(|tools| tools == "required");
            assert!(!is_required, "{SERVER} has no URL of a PostgreSQL server");
            eprintln!("skipped on PostgreSQL: {SERVER} is not set; tests/postgres starts a server");
            return None;
        };
        let name = format!("t{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        on_server(&server, &format!("CREATE SCHEMA {name}")).await;
        let separator = if server.contains('?') { '&' } else { '?' };
        let url =
            format!("{server}{separator}application_name={name}&options=-c%20search_path%3D{name}");
        Some(Self { database: Database::Postgres(url), place: Place::Schema { server, name } })
    }

    /// The folder of the file.
    pub(in crate::serve) fn folder(&self) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.path().to_path_buf(),
            Place::Schema { .. } => panic!("PostgreSQL has no file here"),
        }
    }

    pub(in crate::serve) async fn open(&self) -> Store {
        Store::open(&self.database).await.expect("a store")
    }

    async fn remove(self) {
        if let Place::Schema { server, name } = self.place {
            on_server(&server, &format!("DROP SCHEMA {name} CASCADE")).await;
        }
    }
}

/// Runs statements on the server itself.
pub(in crate::serve) async fn on_server(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect(sql);
    drop(client);
    connection.await.expect("a task").expect("an end");
}

pub(in crate::serve) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs a test with each engine.
pub(in crate::serve) fn on_each_engine(test: impl AsyncFn(&Bed)) {
    runtime().block_on(test(&Bed::sqlite()));
    on_postgres(test);
}

/// Runs a test on PostgreSQL alone.
pub(in crate::serve) fn on_postgres(test: impl AsyncFnOnce(&Bed)) {
    runtime().block_on(async {
        if let Some(bed) = Bed::postgres().await {
            test(&bed).await;
            bed.remove().await;
        }
    });
}
