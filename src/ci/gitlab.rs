//! GitLab: pipelines, their jobs with those that were retried, their child pipelines.
//!
//! <https://docs.gitlab.com/api/pipelines/>, <https://docs.gitlab.com/api/jobs/>

use std::collections::VecDeque;

use serde::Deserialize;

use super::place::{self, address, under};
use super::{
    About, BARE, Client, Commits, Job, Outcome, Own, Page, Place, Provider, Question, Run, Scheme,
    Slice, Start, Trouble, Word, variable,
};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// The server where none is named.
const SERVER: &str = "https://gitlab.com";
/// The most segments in a project's path.
const MOST_SEGMENTS: usize = 22;
/// The largest page there is.
const LARGEST_PAGE: usize = 100;
/// How many pages of a pipeline's jobs are read, on average.
const MOST_JOB_PAGES: usize = 10;
/// How many child pipelines of one are looked at.
const MOST_CHILDREN: usize = 100;
/// How many pipelines are asked for their jobs before the answers are looked at.
const BATCH: usize = 12;
/// How deep child pipelines go.
const DEEPEST: usize = 2;
/// Reasons for which a job fails that say nothing about the project.
const RUNNER_BROKE: [&str; 9] = [
    "runner_system_failure",
    "stuck_or_timeout_failure",
    "api_failure",
    "ci_quota_exceeded",
    "user_blocked",
    "runner_unsupported",
    "scheduler_failure",
    "stale_schedule",
    "data_integrity_failure",
];

/// GitLab.
pub struct GitLab;

static ABOUT: About = About {
    name: "gitlab",
    takes: "PROJECT",
    help: "A project on GitLab: group/project, or its address",
    words: &[Word::Server, Word::Ref, Word::Source],
    retries: "jobs retried in a pipeline; pipelines of one sha",
    commits: Commits::All,
    home: &["gitlab.com"],
    hosts: &["gitlab"],
    variables: &[
        "GITLAB_CI",
        "CI_API_V4_URL",
        "CI_SERVER_URL",
        "CI_PROJECT_PATH",
        "CI_COMMIT_REF_NAME",
        "CI_MERGE_REQUEST_REF_PATH",
        "CI_MERGE_REQUEST_EVENT_TYPE",
        "CI_PIPELINE_ID",
        "CI_JOB_NAME",
    ],
    tokens: &["GITLAB_TOKEN"],
    scheme: Scheme::Header("private-token"),
    denied: "a private project wants a token with the scope read_api in FLAKY_TOKEN (a CI_JOB_TOKEN \
             may not list pipelines); in a job, --junit reads the reports, and --status \
             \"$CI_JOB_STATUS\" in after_script needs no token",
    ..BARE
};

#[derive(Deserialize)]
struct Project {
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Pipeline {
    id: u64,
    sha: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    status: String,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Execution {
    id: u64,
    name: String,
    status: String,
    allow_failure: Option<bool>,
    failure_reason: Option<String>,
}

#[derive(Deserialize)]
struct Bridge {
    id: u64,
    name: String,
    allow_failure: Option<bool>,
    pipeline: Option<Downstream>,
    downstream_pipeline: Option<Downstream>,
}

#[derive(Deserialize)]
struct Downstream {
    id: u64,
    project_id: Option<u64>,
    status: Option<String>,
}

impl Bridge {
    /// The pipeline it starts, where that is of the same project.
    fn child(&self) -> Option<&Downstream> {
        let ours = self.pipeline.as_ref().and_then(|pipeline| pipeline.project_id);
        let child = self.downstream_pipeline.as_ref()?;
        let theirs = child.project_id;
        (ours.is_none() || theirs.is_none() || ours == theirs).then_some(child)
    }
}

impl Provider for GitLab {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn here(&self) -> Option<Question> {
        variable("GITLAB_CI")?;
        Some(Question {
            server: variable("CI_API_V4_URL").or_else(|| variable("CI_SERVER_URL")),
            reference: merge_request().or_else(|| variable("CI_COMMIT_REF_NAME")),
            own: variable("CI_PIPELINE_ID").and_then(|id| id.parse().ok()).map(|pipeline| Own {
                pipeline,
                job: variable("CI_JOB_NAME").unwrap_or_default(),
                staged: true,
            }),
            ..Question::about(variable("CI_PROJECT_PATH")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let base = |server: &str| {
            let whole = server.strip_suffix('/').unwrap_or(server);
            whole.strip_suffix("/api/v4").unwrap_or(server).to_string()
        };
        let server = question.server.as_deref().map(base);
        let example = "group/project";
        let (server, project) =
            place::project(question.subject(), server.as_deref(), MOST_SEGMENTS, example)?;
        let usual = || {
            let own = variable("CI_API_V4_URL").or_else(|| variable("CI_SERVER_URL"));
            address(&own.map_or_else(|| SERVER.to_string(), |own| base(&own)))
        };
        let server = server.map_or_else(usual, Ok)?;
        Ok(Place::new(under(server, &["api", "v4"]), project, question))
    }

    fn settle(&self, client: &Client, place: &mut Place) -> Result<(), Trouble> {
        if place.branch_is_settled() {
            return Ok(());
        }
        let reply = client.get(place.url(&["projects", &place.project], &[]))?;
        let Project { default_branch } = reply.json()?;
        place.question.reference = Some(default_branch.ok_or_else(|| {
            Trouble::new("the project has no branch yet", "push a commit, or name a --ref")
        })?);
        Ok(())
    }

    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble> {
        let (page, size) = (slice.page.to_string(), slice.size(LARGEST_PAGE).to_string());
        let url = place.url(
            &["projects", &place.project, "pipelines"],
            &[
                ("ref", place.reference()),
                ("source", place.question.source.as_deref()),
                ("order_by", Some("id")),
                ("sort", Some("desc")),
                ("per_page", Some(&size)),
                ("page", Some(&page)),
            ],
        );
        let reply = client.get(url)?;
        let pipelines: Vec<Pipeline> = reply.json()?;
        let run = |pipeline: Pipeline| Run {
            start: Start::of(pipeline.source.as_deref()),
            reference: pipeline.reference.unwrap_or_default(),
            ..Run::new(pipeline.id, pipeline.sha.unwrap_or_default(), pipeline.status)
        };
        Ok(Page { runs: pipelines.into_iter().map(run).collect(), more: reply.next.is_some() })
    }

    fn details(&self, client: &Client, place: &Place, runs: &mut [Run]) -> Result<(), Trouble> {
        let own = place.question.own.as_ref().map(|own| own.pipeline);
        let asked = |run: &Run| !run.idle && (run.finished() || Some(run.id) == own);
        let mut all: Vec<&mut Run> = runs.iter_mut().filter(|run| asked(run)).collect();
        let ids: Vec<u64> = all.iter().map(|run| run.id).collect();
        let (jobs, mut trouble) = jobs(client, place, &ids);
        for (run, jobs) in all.iter_mut().zip(jobs) {
            run.jobs = jobs;
        }
        // Where the latest pipeline has no children the others are not asked for theirs.
        let (first, rest) = all.split_at_mut(1.min(ids.len()));
        let found = children(client, place, first, &mut trouble);
        if found && client.has_time() {
            children(client, place, rest, &mut trouble);
        }
        trouble.map_or(Ok(()), Err)
    }
}

/// The ref of a merge request's pipeline. The variable always ends in `head`, whatever is built.
fn merge_request() -> Option<String> {
    let head = variable("CI_MERGE_REQUEST_REF_PATH")?;
    let what = match variable("CI_MERGE_REQUEST_EVENT_TYPE").as_deref() {
        Some("merged_result") => "merge",
        Some("merge_train") => "train",
        _ => return Some(head),
    };
    Some(format!("{}/{what}", head.strip_suffix("/head").unwrap_or(&head)))
}

/// The jobs of some pipelines, those that were retried among them; nothing where they are not
/// told, and why.
fn jobs(client: &Client, place: &Place, pipelines: &[u64]) -> (Vec<Vec<Job>>, Option<Trouble>) {
    let mut jobs: Vec<Vec<Job>> = pipelines.iter().map(|_| Vec::new()).collect();
    let mut trouble = None;
    let mut open: VecDeque<(usize, _)> =
        pipelines.iter().map(|id| of(place, *id, "jobs", true)).enumerate().collect();
    let mut pages = MOST_JOB_PAGES * pipelines.len();
    while !open.is_empty() && pages > 0 {
        let batch = open.drain(..open.len().min(BATCH));
        let (places, urls): (Vec<usize>, Vec<_>) = batch.unzip();
        pages = pages.saturating_sub(urls.len());
        for (at, reply) in places.into_iter().zip(client.get_all(urls)) {
            let told = reply.and_then(|reply| Ok((reply.json::<Vec<Execution>>()?, reply.next)));
            match told {
                Ok((executions, next)) => {
                    jobs[at].extend(executions.into_iter().map(job));
                    open.extend(next.map(|next| (at, next)));
                }
                Err(refused) => {
                    trouble.get_or_insert(refused);
                }
            }
        }
    }
    (jobs, trouble)
}

fn of(place: &Place, pipeline: u64, what: &str, retried: bool) -> reqwest::Url {
    let size = LARGEST_PAGE.to_string();
    place.url(
        &["projects", &place.project, "pipelines", &pipeline.to_string(), what],
        &[("include_retried", retried.then_some("true")), ("per_page", Some(&size))],
    )
}

fn job(execution: Execution) -> Job {
    let word = execution.status.as_str();
    // Nobody started it: it is not awaited.
    let idle = matches!(word, "manual" | "skipped");
    let verdict = Verdict::of(word).unwrap_or(Verdict::Unknown);
    let reason = execution.failure_reason.unwrap_or_default();
    Job {
        name: execution.name,
        id: execution.id,
        outcome: Outcome { verdict, blameless: RUNNER_BROKE.contains(&reason.as_str()) },
        optional: execution.allow_failure.unwrap_or_default() || idle,
    }
}

/// A pipeline whose children are looked for.
struct Parent {
    /// Which of the runs it belongs to.
    run: usize,
    pipeline: u64,
    /// What its jobs are called after.
    prefix: String,
    /// The job of the run that started it, and whether it may fail.
    bridge: Option<(u64, bool)>,
}

/// Adds to `runs` what became of their child pipelines; returns whether there are any.
fn children(
    client: &Client,
    place: &Place,
    runs: &mut [&mut Run],
    trouble: &mut Option<Trouble>,
) -> bool {
    let mut parents: Vec<Parent> = runs
        .iter()
        .enumerate()
        .map(|(run, of)| Parent { run, pipeline: of.id, prefix: String::new(), bridge: None })
        .collect();
    let mut found = false;
    for _ in 0..DEEPEST {
        let url = |parent: &Parent| of(place, parent.pipeline, "bridges", false);
        let urls = parents.iter().map(url).collect();
        let replies = client.get_all(urls);
        let mut young = Vec::new();
        for (parent, reply) in parents.into_iter().zip(replies) {
            let bridges: Vec<Bridge> = match reply.and_then(|reply| reply.json()) {
                Ok(bridges) => bridges,
                Err(refused) => {
                    trouble.get_or_insert(refused);
                    continue;
                }
            };
            for bridge in bridges.iter().take(MOST_CHILDREN) {
                let Some(child) = bridge.child() else { continue };
                let optional = bridge.allow_failure.unwrap_or_default();
                if !optional {
                    count(runs[parent.run], child.status.as_deref().unwrap_or_default());
                }
                young.push(Parent {
                    run: parent.run,
                    pipeline: child.id,
                    prefix: format!("{}{} / ", parent.prefix, bridge.name),
                    bridge: parent.bridge.or(Some((bridge.id, optional))),
                });
            }
        }
        if young.is_empty() {
            break;
        }
        found = true;
        let ids: Vec<u64> = young.iter().map(|child| child.pipeline).collect();
        let (jobs, refused) = jobs(client, place, &ids);
        *trouble = trouble.take().or(refused);
        for (child, mut jobs) in young.iter().zip(jobs) {
            jobs.sort_by_key(|job| job.id);
            // They stand where the job stands that started them.
            let (id, optional) = child.bridge.unwrap_or_default();
            let named = jobs.into_iter().map(|job| Job {
                name: format!("{}{}", child.prefix, job.name),
                id,
                optional: job.optional || optional,
                ..job
            });
            runs[child.run].jobs.extend(named);
        }
        parents = young;
    }
    found
}

/// A parent that passed is not done before its children are.
fn count(run: &mut Run, status: &str) {
    let child = Verdict::of(status).unwrap_or(Verdict::Unknown);
    let worse = matches!(child, Verdict::Failed | Verdict::Running) || status == "canceled";
    if worse && run.outcome.verdict == Verdict::Passed {
        run.outcome = Outcome::of(child);
    }
}
