//! What CI systems say of a project: runs, their flakiness, and a report with a verdict.
//!
//! ```text
//! Query ─> Target ─> wire types ─> Run, Run, … ─> flakiness ─> Report
//! typed,   where     a platform's  one type for   evidence     verdict
//! or env   to ask    own answers   all platforms
//! ```
//!
//! The way of a GitLab pipeline: [`Provider::target`] makes a [`Target`] of the query
//! `group/project`. [`judge::fetch`] has `gitlab/ask.rs` request a page of pipelines through a
//! [`Client`]; pipeline 1204 arrives as a `Pipeline` of `gitlab/wire.rs`, whose status
//! `gitlab/words.rs` translates, and becomes a [`Run`] with the key (gitlab, group/project, 1204,
//! attempt 1). Its jobs, with those that were retried, are added. `flakiness` compares it with the
//! other runs of its sha, and [`judge`] finds the run that decides. The result is a
//! [`Report`](flaky_core::verdict::Report) in the terms of `flaky-core`.
//!
//! - [`Provider`]: the platforms, a folder each; to add one, see there
//! - [`Query`], [`Target`]: what is asked, and where
//! - [`Client`], [`FetchError`]: requests with a deadline, and the kinds of failures
//! - [`run`]: runs and jobs that arrive in pieces
//! - `flakiness`, [`judge`]: the evidence, and the verdict
//! - [`commits`]: the outcomes of many commits
//! - [`junit`]: test reports, which need no server
//!
//! The crate is async and brings no runtime. It opens no file, reads the environment through a
//! lookup that it is given, and knows no option of the command line: its user turns a
//! [`FetchErrorKind`] into advice.

#![warn(unreachable_pub)]

mod cctray;
mod client;
pub mod commits;
mod endpoint;
mod fetch_error;
mod flakiness;
mod gitea;
mod github;
mod gitlab;
mod jenkins;
pub mod judge;
pub mod junit;
mod page;
mod platforms;
mod provider;
mod query;
pub mod run;
mod target;
mod time;
mod token;
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
