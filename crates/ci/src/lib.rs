//! Queries CI systems: fetches the runs of a project, measures flakiness, and builds a report with
//! a verdict.
//!
//! ```text
//! Query ─> Target ─> wire types ─> Run, Run, … ─> flakiness ─> Report
//! typed,   server,   responses of  one type for   evidence     verdict
//! or env   project   a platform    all platforms
//! ```
//!
//! An example for GitLab: [`Provider::target`] converts the query `group/project` to a [`Target`].
//! [`judge::fetch`] calls `gitlab/ask.rs`, which requests a page of pipelines through a [`Client`].
//! Pipeline 1204 is parsed to a `Pipeline` of `gitlab/wire.rs`, its status is mapped by
//! `gitlab/words.rs`, and it becomes a [`Run`] with the key gitlab, group/project, 1204, attempt 1.
//! Its jobs are added, including retried ones. `flakiness` compares it with the other runs of
//! its commit, and [`judge`] selects the run that determines the verdict. The result is a
//! [`Report`](flaky_core::verdict::Report) of `flaky-core`.
//!
//! - [`Provider`]: the platforms, one directory each; `platforms.rs` explains how to add one
//! - [`Query`], [`Target`]: the project to query, and the URLs for it
//! - [`Client`], [`FetchError`]: requests with a deadline, and the kinds of errors
//! - [`run`]: runs and jobs, which can be merged from partial reports
//! - `flakiness`, [`judge`], `recent`: the evidence, the verdict and the latest runs
//! - [`tls`]: whom connections trust
//! - [`commits`]: the outcomes of many commits
//! - [`webhook`]: what platforms send by themselves, as the same runs
//! - [`junit`]: test reports, which need no server; [`reported`] makes runs of posted ones
//!
//! The crate is async and does not depend on a runtime. It opens no files, reads the environment
//! through a lookup function that the caller passes, and does not know command-line options: the
//! caller turns a [`FetchErrorKind`] into advice.

#![warn(unreachable_pub)]

mod cctray;
mod client;
pub mod commits;
mod endpoint;
mod failed_test;
mod fetch_error;
mod flakiness;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gitea;
mod github;
mod gitlab;
mod jenkins;
mod job_pattern;
pub mod judge;
pub mod junit;
mod listing;
mod page;
mod platforms;
mod provider;
mod query;
mod recent;
pub mod reported;
pub mod run;
mod target;
mod time;
pub mod tls;
mod token;
pub mod webhook;
mod woodpecker;
mod xml;

pub use client::Client;
pub use fetch_error::{FetchError, FetchErrorKind, TlsFailure};
pub use provider::{AuthScheme, CommitScope, Filter, Provider, ProviderInfo};
pub use query::{CurrentJob, Environment, Lookup, Query, QueryError};
pub use run::Run;
pub use target::{Target, parse_remote, without_secrets};
pub use token::Token;

pub(crate) use page::{PageRequest, RunPage};
