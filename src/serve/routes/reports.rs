//! `POST /reports/{project}`: test reports as evidence.
//!
//! The body is a JUnit report, or a form with several (`multipart/form-data`); each may be gzipped.
//! The reports of a request are judged together, so that a rerun among them is recognised. A request
//! that is sent twice counts once.

use std::io::Read;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tracing::debug;
use utoipa::ToSchema;

use super::body;
use super::request::{Parameters, Rest};
use crate::serve::access;
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};
use crate::serve::request_id;
use crate::serve::store::{Delivery, PostedTests};
use flaky_ci::junit::{MAX_REPORT, ReportedTests, TestReports};
use flaky_core::sanitize::sanitize;

/// The maximum size of a body, in bytes.
const MAX_BODY: usize = 16 << 20;
/// The maximum number of reports in a form.
const MAX_REPORTS: usize = 100;
/// The maximum size of all reports of a request once they are unpacked, in bytes.
const MAX_UNPACKED: u64 = MAX_REPORT;
/// The number of requests whose reports are read at once: each may need a few hundred MiB.
static READERS: Semaphore = Semaphore::const_new(1);
/// The number of requests whose bodies are received or wait to be read.
static WAITING: Semaphore = Semaphore::const_new(16);
/// The maximum length of a parameter, in characters.
const LONGEST: usize = 255;

/// What the reports are about.
#[derive(Debug)]
struct About {
    git_ref: Option<String>,
    sha: Option<String>,
    run: Option<String>,
    name: Option<String>,
}

impl About {
    fn new(parameters: &Parameters) -> Self {
        let text = |name| {
            let text = sanitize(parameters.value(name)?.trim(), LONGEST);
            (!text.is_empty()).then_some(text)
        };
        Self { git_ref: text("ref"), sha: text("sha"), run: text("run"), name: text("name") }
    }
}

/// The verdict on the posted reports.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Judged {
    /// The project, by the name that it has here.
    project: String,
    /// False if the same reports were posted before.
    is_new: bool,
    /// The verdict on them: passed, flaky, failed or unknown.
    verdict: String,
    /// The reason for it.
    reason: String,
}

/// Takes test reports in JUnit XML.
#[utoipa::path(
    post, path = "/reports/{*project}", tag = "in",
    params(
        ("project" = String, Path, description = "Its path on its platform, such as group/project"),
        ("ref" = Option<String>, Query, description = "The branch or tag"),
        ("sha" = Option<String>, Query, description = "The commit"),
        ("run" = Option<String>, Query, description = "The number of the run"),
        ("name" = Option<String>, Query, description = "The name of the reports, such as that of their job, if a run has several"),
    ),
    request_body(content = Vec<u8>, description = "A report, or a form with several; gzipped or not", content_type = "application/xml"),
    responses(
        (status = 200, description = "The reports are stored", body = Judged),
        (status = 400, description = "They are no test reports", body = Refusal),
        (status = 401, description = "The token is missing or wrong", body = Refusal),
        (status = 408, description = "They did not arrive in time", body = Refusal),
        (status = 413, description = "They are too large", body = Refusal),
        (status = 503, description = "They could not be stored; send them again", body = Refusal),
    ),
)]
pub(super) async fn take(
    State(app): State<Arc<App>>,
    Rest(project): Rest,
    parameters: Parameters,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Judged>, Problem> {
    authorize(&app, &project, &headers)?;
    let (project, about) = (name(&project)?, About::new(&parameters));
    let _place = WAITING
        .try_acquire()
        .map_err(|_| Problem::busy("too many test reports are being received"))?;
    let files = files(&headers, request).await?;
    let _reader = READERS.acquire().await.expect("the semaphore is never closed");
    let received = Timestamp::now();
    let read = move || posted(about, &files, received);
    let tests = tokio::task::spawn_blocking(read).await.map_err(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the reports could not be read")
    })??;
    let (verdict, reason) = (tests.report.verdict, tests.report.reason.clone());
    let delivery = Delivery {
        project,
        provider: None,
        default_branch: None,
        runs: Vec::new(),
        tests: Some(tests),
        received,
    };
    let receipt = app.deliver(delivery).await?;
    let project = receipt.project.name;
    let (is_new, verdict) = (receipt.is_change, verdict.word().to_string());
    debug!(request = request_id::of(&headers), project, is_new, verdict, "took test reports");
    Ok(Json(Judged { project, is_new, verdict, reason }))
}

/// Checks the token. Without any, reports are taken as freely as webhooks.
fn authorize(app: &App, project: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let tokens = app.settings.report_tokens_of(project);
    let is_open = tokens.is_empty() && app.settings.accepts_everything();
    if is_open || access::has_token(tokens, headers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNAUTHORIZED, "posting reports of this project needs its token")
        .hint("send `Authorization: Bearer TOKEN`, a token of FLAKY_REPORT_TOKEN on the server"))
}

/// Checks the name of a project: a path like those of the platforms.
fn name(project: &str) -> Result<String, Problem> {
    let is_name = |part: &str| !matches!(part, "" | "." | "..");
    let is_plain = sanitize(project, LONGEST) == project && !project.contains(char::is_whitespace);
    if !is_plain || !project.split('/').all(is_name) {
        return Err(Problem::bad("expected a project like group/project in the address"));
    }
    Ok(project.to_string())
}

/// The reports in a body, with the names of their files.
async fn files(headers: &HeaderMap, request: Request) -> Result<Vec<(String, Bytes)>, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = content_type.is_some_and(|found| found.starts_with("multipart/form-data"));
    let (parts, sent) = request.into_parts();
    let bytes = body::read(sent, MAX_BODY).await?;
    if !is_form {
        return Ok(vec![("report.xml".to_string(), bytes)]);
    }
    let bytes = unpacked(&bytes, MAX_UNPACKED)?;
    let malformed = |why: String| Problem::bad(format!("the form is malformed: {why}"));
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| malformed(error.body_text()))?;
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| malformed(error.body_text()))? {
        if files.len() == MAX_REPORTS {
            return Err(Problem::bad(format!("the form has more than {MAX_REPORTS} reports")));
        }
        let name = field.file_name().or(field.name()).unwrap_or("report.xml").to_string();
        let bytes = field.bytes().await.map_err(|error| malformed(error.body_text()))?;
        files.push((sanitize(&name, LONGEST), bytes));
    }
    Ok(files)
}

/// Reads and judges the reports.
fn posted(about: About, files: &[(String, Bytes)], at: Timestamp) -> Result<PostedTests, Problem> {
    let mut hash = Sha256::new();
    for part in [&about.run, &about.sha, &about.git_ref, &about.name] {
        // The length keeps the parts apart.
        let part = part.as_deref().unwrap_or_default();
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut tests = TestReports::default();
    let mut left = MAX_UNPACKED;
    for (file, bytes) in files {
        let unpacked = unpacked(bytes, left)?;
        left -= unpacked.len() as u64;
        hash.update(Sha256::digest(&unpacked));
        tests.add(file, &unpacked).map_err(|error| {
            Problem::bad(format!("{file} {error}")).hint("post JUnit XML, as test runners write it")
        })?;
    }
    if files.is_empty() {
        return Err(Problem::bad("the request has no report")
            .hint("send a file with --data-binary @report.xml, or several with -F report=@a.xml"));
    }
    let report = tests.report();
    let results = tests.results();
    let (flaked, failed) = tests.signs();
    Ok(PostedTests {
        digest: hash.finalize().into(),
        report: ReportedTests {
            name: about.name,
            run: about.run,
            sha: about.sha,
            git_ref: about.git_ref,
            at,
            started: tests.started(),
            verdict: report.verdict,
            reason: report.reason,
            flaked,
            failed,
        },
        results,
    })
}

/// A report, unpacked if it is gzipped, of at most `most` bytes.
fn unpacked(bytes: &Bytes, most: u64) -> Result<Bytes, Problem> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.clone());
    }
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(&**bytes).take(most + 1);
    reader
        .read_to_end(&mut unpacked)
        .map_err(|error| Problem::bad(format!("the report cannot be unpacked: {error}")))?;
    if unpacked.len() as u64 > most {
        let message = format!("the reports are larger than {} MiB when unpacked", most >> 20);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    Ok(unpacked.into())
}
