//! Connections, and pools of them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{ready, try_join};
use futures_util::{TryStreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::serve::store::StoreError;
use crate::serve::store::rows::{Row, Value};
use flaky_ci::tls;

/// The time for connecting, and after which a server that vanished without a word counts as lost.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(20);

/// Where the server is, and how to reach it.
pub(super) struct Address {
    config: Config,
    /// `None` where the URL does not ask for TLS.
    tls: Option<MakeRustlsConnect>,
    /// The address without secrets.
    pub shown: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Address {
    /// Reads a URL. `sslmode=require` and `verify-full` mean the same: TLS with a certificate that this
    /// machine trusts. Otherwise the connection is not encrypted.
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let shown = flaky_ci::without_secrets(url);
        let wrong = |error: &dyn fmt::Display| {
            StoreError::refused(format!("cannot read the address {shown}: {error}"))
                .with_hint("write it as postgres://user:password@host/database?sslmode=require")
        };
        let url = url.replace("sslmode=verify-full", "sslmode=require");
        let mut config = Config::from_str(&url).map_err(|error| wrong(&cause(&error)))?;
        let tls = match config.get_ssl_mode() {
            SslMode::Require => {
                let config = tls::client_config().map_err(|error| {
                    StoreError::refused(error.message)
                        .with_hint("check SSL_CERT_FILE and SSL_CERT_DIR")
                })?;
                Some(MakeRustlsConnect::new(config))
            }
            _ => None,
        };
        if tls.is_none() {
            config.ssl_mode(SslMode::Disable);
        }
        if config.get_application_name().is_none() {
            config.application_name("flaky serve");
        }
        config.connect_timeout(CONNECT_TIMEOUT);
        config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        Ok(Self { config, tls, shown })
    }

    #[cfg(test)]
    pub(super) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// An error, with the address.
    pub(super) fn named(&self, error: &Error) -> StoreError {
        let message = format!("{}: {}", self.shown, cause(error));
        let Some(code) = error.code() else {
            return StoreError::temporary(message)
                .with_hint("is the server running, and does sslmode= say what it expects?");
        };
        // Connection, resources, rollback, operator, state of an object, read-only, all of which pass.
        let passes =
            ["08", "53", "40", "57", "55", "25"].iter().any(|class| code.code().starts_with(class));
        let hint = match *code {
            SqlState::DISK_FULL => "free space on the disk of the server",
            SqlState::READ_ONLY_SQL_TRANSACTION => {
                "connect to the primary server, not to a replica"
            }
            SqlState::TOO_MANY_CONNECTIONS => "raise max_connections; a server of ours needs six",
            SqlState::INSUFFICIENT_PRIVILEGE => {
                "the user needs a schema in which it may create tables"
            }
            SqlState::DUPLICATE_TABLE => {
                "another program has tables of these names; give the user a schema of its own"
            }
            _ if passes => return StoreError::temporary(message),
            _ => return StoreError::refused(message),
        };
        StoreError { message, hint: Some(hint.to_string()), is_temporary: passes }
    }
}

/// What the server said, or else the innermost cause.
fn cause(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_string();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// True if another connection may do what this one could not.
pub(super) fn is_lost(error: &Error) -> bool {
    error.code().is_none_or(|code| {
        let is_shutdown = matches!(
            *code,
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW
        );
        is_shutdown || code.code().starts_with("08")
    })
}

/// Why a job on a connection failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the way to it.
    Server(Error),
    /// The job itself; it would fail again.
    Refused(StoreError),
    /// The pool is closed.
    Closed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// Something to do on a connection, and to do again if the connection is lost.
pub(super) trait Job: Sync {
    type Done;

    fn run(
        &self,
        connection: &Connection,
    ) -> impl Future<Output = Result<Self::Done, Failure>> + Send;
}

/// A connection with its prepared statements.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    /// Its number on the server.
    pub session: i32,
    statements: Mutex<BTreeMap<&'static str, Statement>>,
}

impl Connection {
    async fn open(address: &Address) -> Result<Self, Error> {
        let client = match &address.tls {
            None => {
                let (client, connection) = address.config.connect(NoTls).await?;
                // It ends with the client; errors reach whoever uses that.
                tokio::spawn(connection);
                client
            }
            Some(tls) => {
                let (client, connection) = address.config.connect(tls.clone()).await?;
                tokio::spawn(connection);
                client
            }
        };
        let session = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
        Ok(Self { client, session, statements: Mutex::default() })
    }

    /// Prepares statements that are not prepared yet.
    pub(super) async fn prepare(&self, statements: &[&'static str]) -> Result<(), Error> {
        for sql in statements {
            if self.prepared(sql).is_none() {
                let statement = self.client.prepare(sql).await?;
                self.statements
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(sql, statement);
            }
        }
        Ok(())
    }

    fn prepared(&self, sql: &str) -> Option<Statement> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned()
    }

    /// Runs a statement. If it is prepared, it is sent when this is first polled, so that several
    /// statements can be sent together, in the order in which they are polled.
    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let rows = match self.prepared(sql) {
            Some(statement) => self.client.query(&statement, parameters).await,
            None => self.client.query(sql, parameters).await,
        };
        rows?.iter().map(row).collect()
    }

    /// The same for a statement without result. Returns the number of rows.
    pub(super) async fn execute(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, Error> {
        match self.prepared(sql) {
            Some(statement) => self.client.execute(&statement, parameters).await,
            None => self.client.execute(sql, parameters).await,
        }
    }

    /// Runs statements without parameters in one message; those after one that fails are not run.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }
}

/// Parameters as the driver takes them.
pub(super) fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    fn parameter(value: &Value) -> &(dyn ToSql + Sync) {
        match value {
            Value::Int(int) => int,
            Value::Text(text) => text,
            Value::Blob(blob) => blob,
        }
    }
    values.iter().map(parameter).collect()
}

/// A row; our tables have columns of three types.
fn row(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let value = |(index, column): (usize, &tokio_postgres::Column)| match *column.type_() {
        Type::TEXT => row.try_get(index).map(Value::Text),
        Type::BYTEA => row.try_get(index).map(Value::Blob),
        _ => row.try_get(index).map(Value::Int),
    };
    row.columns().iter().enumerate().map(value).collect::<Result<_, _>>().map(Row::new)
}

/// Connections that are opened when they are needed.
#[derive(Debug)]
pub(super) struct Pool {
    /// How many more may be used at the same time.
    free: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) fn new(most: usize) -> Self {
        Self { free: Semaphore::new(most), idle: Mutex::default() }
    }

    /// Runs a job on a connection. One whose job fails or is given up is closed, which also ends its
    /// transaction.
    pub(super) async fn run<J: Job>(&self, address: &Address, job: &J) -> Result<J::Done, Failure> {
        let _permit = self.free.acquire().await.map_err(|_| Failure::Closed)?;
        let connection = match self.take() {
            Some(connection) => connection,
            None => Connection::open(address).await?,
        };
        let done = job.run(&connection).await?;
        if !self.free.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        Ok(done)
    }

    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|connection| !connection.client.is_closed());
        idle.pop()
    }

    pub(super) fn close(&self) {
        self.free.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Opens a connection that listens until it is lost. `heard` is called with the session of each
/// notification, and with nothing when listening begins.
pub(super) async fn listen(
    address: &Address,
    channel: &str,
    heard: impl Fn(Option<i32>),
) -> Result<(), Error> {
    let listen = format!("LISTEN {channel}");
    match &address.tls {
        None => {
            let (client, connection) = address.config.connect(NoTls).await?;
            follow(&client, connection, &listen, heard).await
        }
        Some(tls) => {
            let (client, connection) = address.config.connect(tls.clone()).await?;
            follow(&client, connection, &listen, heard).await
        }
    }
}

async fn follow<S, T>(
    client: &Client,
    mut connection: tokio_postgres::Connection<S, T>,
    listen: &str,
    heard: impl Fn(Option<i32>),
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let begin = async {
        client.batch_execute(listen).await?;
        heard(None);
        Ok(())
    };
    let messages = stream::poll_fn(|context| connection.poll_message(context));
    let follow = messages.try_for_each(|message| {
        if let AsyncMessage::Notification(notification) = message {
            heard(Some(notification.process_id()));
        }
        ready(Ok(()))
    });
    try_join(begin, follow).await.map(drop)
}
