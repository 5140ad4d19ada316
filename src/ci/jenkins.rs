//! Jenkins: the builds of a job. <https://www.jenkins.io/doc/book/using/remote-access-api/>

use serde::Deserialize;

use super::place::{address, shown, under};
use super::{
    About, BARE, Client, Commits, Outcome, Own, Page, Place, Provider, Question, Run, Scheme,
    Slice, Trouble, Word, variable,
};
use crate::error::Error;
use flaky_core::verdict::Verdict;

/// The most builds that are asked for at once.
const LARGEST_PAGE: usize = 200;

/// Jenkins.
pub struct Jenkins;

static ABOUT: About = About {
    name: "jenkins",
    help: "A job on Jenkins, by its address; a branch of it with --ref",
    words: &[Word::Ref],
    retries: "builds of one sha",
    commits: Commits::All,
    variables: &["JENKINS_URL", "JOB_URL", "BUILD_NUMBER"],
    tokens: &["JENKINS_TOKEN"],
    scheme: Scheme::Basic,
    denied: "put `user:token` into FLAKY_TOKEN; the user needs to be allowed to read the job",
    ..BARE
};

#[derive(Deserialize)]
struct JobState {
    color: Option<String>,
    #[serde(rename = "allBuilds")]
    builds: Option<Vec<Build>>,
    #[serde(rename = "lastCompletedBuild")]
    last: Option<Build>,
}

#[derive(Deserialize)]
struct Build {
    #[serde(default)]
    number: u64,
    result: Option<String>,
    #[serde(default)]
    building: bool,
    #[serde(default)]
    actions: Vec<Option<Action>>,
}

#[derive(Deserialize)]
struct Action {
    #[serde(rename = "lastBuiltRevision")]
    revision: Option<Revision>,
    #[serde(default, rename = "remoteUrls")]
    remotes: Vec<String>,
}

#[derive(Deserialize)]
struct Revision {
    #[serde(rename = "SHA1")]
    sha: Option<String>,
}

impl From<Build> for Run {
    fn from(build: Build) -> Self {
        let built = build
            .actions
            .into_iter()
            .flatten()
            .filter_map(|action| Some((action.remotes, action.revision?.sha?)));
        let mut built: Vec<(Vec<String>, String)> = built.collect();
        built.dedup();
        // A shared library is checked out too, and nothing tells which of them the job is about.
        let sha = match built.as_slice() {
            [(_, sha)] => sha.clone(),
            _ => String::new(),
        };
        let word = match build.result {
            Some(result) if !build.building => result.to_ascii_lowercase(),
            _ => "running".to_string(),
        };
        Self { idle: word == "not_built", ..Self::new(build.number, sha, word) }
    }
}

impl Provider for Jenkins {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn here(&self) -> Option<Question> {
        variable("JENKINS_URL")?;
        Some(Question {
            own: variable("BUILD_NUMBER").and_then(|id| id.parse().ok()).map(|pipeline| Own {
                pipeline,
                job: String::new(),
                staged: false,
            }),
            ..Question::about(variable("JOB_URL")?)
        })
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        let mut root = address(question.subject())?;
        root.set_query(None);
        if let Some(branch) = &question.reference {
            // Jenkins names the job of a branch by its escaped name, and that is escaped again.
            root = under(root, &["job", &branch.replace('%', "%25").replace('/', "%2F")]);
        }
        Ok(Place::new(root, question.subject(), question))
    }

    fn runs(&self, client: &Client, place: &Place, slice: Slice) -> Result<Page, Trouble> {
        let size = slice.size(LARGEST_PAGE);
        let (from, to) = ((slice.page - 1) * size, slice.page * size);
        let tree = format!(
            "color,lastCompletedBuild[number,result],allBuilds[number,result,building,\
             actions[lastBuiltRevision[SHA1],remoteUrls]]{{{from},{to}}}"
        );
        let reply = client.get(place.url(&["api", "json"], &[("tree", Some(&tree))]))?;
        let JobState { color, builds, last } = reply.json()?;
        let disabled = color.as_deref().is_some_and(|color| color.starts_with("disabled"));
        match (builds, color) {
            (_, Some(color)) if disabled => {
                Ok(Page { runs: of(&color).into_iter().collect(), more: false })
            }
            (Some(builds), _) => {
                let more = builds.len() == size;
                Ok(Page { runs: builds.into_iter().map(Run::from).collect(), more })
            }
            (None, Some(color)) => {
                let last = last.map(Run::from);
                Ok(Page { runs: of(&color).into_iter().chain(last).collect(), more: false })
            }
            (None, None) => Err(Trouble::new(
                format!("{} is a folder of jobs", shown(&place.project)),
                "name a branch of it with --ref, or a job in it",
            )),
        }
    }
}

/// The run behind the ball of a job that does not list its builds; nothing where it never ran.
fn of(color: &str) -> Option<Run> {
    let (plain, anime) = match color.strip_suffix("_anime") {
        Some(plain) => (plain, true),
        None => (color, false),
    };
    let verdict = match plain {
        _ if anime => Verdict::Running,
        "blue" | "green" => Verdict::Passed,
        "red" | "yellow" => Verdict::Failed,
        "aborted" | "disabled" => Verdict::Stopped,
        "notbuilt" | "grey" => return None,
        _ => Verdict::Unknown,
    };
    Some(Run { outcome: Outcome::of(verdict), idle: false, ..Run::new(0, "", color) })
}
