//! Responses of the platforms, in their own formats.

use serde_json::{Value, json};

use crate::server::Server;

/// Three commits.
pub const ONE: &str = "1111111111111111111111111111111111111111";
pub const TWO: &str = "2222222222222222222222222222222222222222";
pub const THREE: &str = "3333333333333333333333333333333333333333";

/// The project on GitLab.
pub const GITLAB: &str = "/api/v4/projects/group%2Fproject";
/// The repository on a GitHub Enterprise server.
pub const GITHUB: &str = "/api/v3/repos/owner/repo";
/// The repository on Gitea.
pub const GITEA: &str = "/api/v1/repos/owner/repo";
/// The repository on Woodpecker.
pub const WOODPECKER: &str = "/api/repos/5";
/// The job on Jenkins.
pub const JENKINS: &str = "/job/project/api/json";

/// A pipeline of GitLab's on the branch `main`.
pub fn pipeline(id: u64, sha: &str, status: &str) -> Value {
    json!({
        "id": id, "iid": id, "project_id": 3, "sha": sha, "ref": "main", "status": status,
        "source": "push", "name": null, "web_url": "https://gitlab.example/p",
        "created_at": "2024-05-01T12:00:00.000Z", "updated_at": "2024-05-01T12:00:00.000Z",
    })
}

/// An execution of a job of GitLab's.
pub fn job(id: u64, name: &str, status: &str) -> Value {
    json!({
        "id": id, "name": name, "stage": "test", "status": status, "allow_failure": false,
        "ref": "main", "tag": false, "started_at": null, "pipeline": {"id": 1, "status": "x"},
    })
}

/// The same, which failed for this reason.
pub fn job_broken(id: u64, name: &str, reason: &str) -> Value {
    let mut job = job(id, name, "failed");
    job["failure_reason"] = json!(reason);
    job
}

/// A job of GitLab's that starts a pipeline of the project with this number.
pub fn bridge(name: &str, project: u64, child: u64, status: &str) -> Value {
    json!({
        "id": 900, "name": name, "stage": "deploy", "status": "success", "allow_failure": false,
        "pipeline": {"id": 1, "project_id": 3},
        "downstream_pipeline": {"id": child, "project_id": project, "status": status},
    })
}

/// A GitLab with these pipelines, newest first, which have neither jobs nor bridges yet.
pub fn gitlab(pipelines: &[Value]) -> Server {
    let server = Server::new()
        .answers(GITLAB, json!({"id": 3, "default_branch": "main"}))
        .answers(&format!("{GITLAB}/pipelines"), pipelines);
    pipelines.iter().fold(server, |server, pipeline| empty(server, &pipeline["id"]))
}

/// The same with a pipeline that has neither jobs nor bridges.
pub fn empty(server: Server, id: &Value) -> Server {
    empty_in(server, GITLAB, id)
}

/// The same in another project.
pub fn empty_in(server: Server, project: &str, id: &Value) -> Server {
    let place = format!("{project}/pipelines/{id}");
    server
        .answers(&format!("{place}/jobs"), json!([]))
        .answers(&format!("{place}/bridges"), json!([]))
}

/// A run of a workflow of GitHub's, at its first attempt.
pub fn run(id: u64, sha: &str, status: &str, conclusion: Option<&str>) -> Value {
    json!({
        "id": id, "name": "CI", "head_branch": "main", "head_sha": sha, "event": "push",
        "status": status, "conclusion": conclusion, "workflow_id": 70, "run_attempt": 1,
        "path": ".github/workflows/ci.yml", "pull_requests": [],
    })
}

/// The same at this attempt.
pub fn attempt(number: u64, mut run: Value) -> Value {
    run["run_attempt"] = json!(number);
    run
}

/// A GitHub Enterprise server with these runs, newest first.
pub fn github(runs: &[Value]) -> Server {
    Server::new().answers(GITHUB, json!({"id": 4, "default_branch": "main"})).answers(
        &format!("{GITHUB}/actions/runs"),
        json!({"total_count": runs.len(), "workflow_runs": runs}),
    )
}

/// A status of a commit on Gitea.
pub fn status(id: u64, context: &str, status: &str) -> Value {
    json!({
        "id": id, "status": status, "context": context, "description": "", "target_url": "",
        "creator": null, "created_at": "2024-05-01T12:00:00Z", "updated_at": "2024-05-01T12:00:00Z",
    })
}

/// A Gitea with these commits, newest first, and their statuses, newest first too.
pub fn gitea(commits: &[(&str, &[Value])]) -> Server {
    let shas: Vec<_> =
        commits.iter().map(|(sha, _)| json!({"sha": sha, "url": "", "parents": []})).collect();
    let server = Server::new()
        .answers(GITEA, json!({"id": 5, "default_branch": "main"}))
        .answers(&format!("{GITEA}/commits"), shas);
    commits.iter().fold(server, |server, (sha, statuses)| {
        server.answers(&format!("{GITEA}/commits/{sha}/statuses"), statuses)
    })
}

/// A pipeline of Woodpecker's.
pub fn woodpecked(number: u64, sha: &str, status: &str) -> Value {
    json!({
        "id": 1000 + number, "number": number, "event": "push", "status": status, "commit": sha,
        "branch": "main", "ref": "refs/heads/main", "errors": null, "started": 0, "finished": 0,
    })
}

/// A Woodpecker with these pipelines, newest first.
pub fn woodpecker(pipelines: &[Value]) -> Server {
    let repository = json!({"id": 5, "full_name": "owner/repo", "default_branch": "main"});
    Server::new()
        .answers("/api/repos/lookup/owner/repo", repository)
        .answers(&format!("{WOODPECKER}/pipelines"), pipelines)
}

/// A build of Jenkins', which goes on where it has no result.
pub fn build(number: u64, sha: &str, result: Option<&str>) -> Value {
    let revision = json!({"lastBuiltRevision": {"SHA1": sha}});
    json!({
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": number,
        "result": result, "building": result.is_none(), "actions": [{}, null, revision],
    })
}

/// A Jenkins with these builds, newest first.
pub fn jenkins(builds: &[Value]) -> Server {
    Server::new().answers(JENKINS, json!({"color": "blue", "allBuilds": builds}))
}

/// A list of one project.
pub fn cctray(activity: &str, status: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Projects><Project name="project" activity="{activity}" lastBuildStatus="{status}"
  lastBuildLabel="8" lastBuildTime="2024-05-01T12:00:00Z" webUrl="https://ci.example/"/></Projects>"#
    )
}

/// The arguments that query a server.
pub type Words = fn(&Server) -> String;

/// The arguments that query each platform.
impl Server {
    pub fn gitlab(&self) -> String {
        format!("--gitlab group/project --server {}", self.url(""))
    }

    pub fn github(&self) -> String {
        format!("--github owner/repo --server {}", self.url(""))
    }

    pub fn gitea(&self) -> String {
        format!("--gitea owner/repo --server {}", self.url(""))
    }

    pub fn woodpecker(&self) -> String {
        format!("--woodpecker owner/repo --server {}", self.url(""))
    }

    pub fn jenkins(&self) -> String {
        format!("--jenkins {}", self.url("/job/project"))
    }
}
