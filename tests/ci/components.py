"""The CI/CD components, run by gitlab-ci-local as `include: component:` of another project."""

import concurrent.futures
import pathlib
import subprocess

import yaml

from checks import expect, expect_equal, expect_in, frames_of, git, read, repository, title_of
from loopback import FORGED, MIRROR

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TEMPLATES = sorted(ROOT.glob("templates/*.yml"))
COMMITS = 6
FAILED_REPORT = '<testsuite tests="1"><testcase name="a"><failure/></testcase></testsuite>'
# None of it may be run, expanded or lost.
ODD = "$(touch pwned) `touch pwned` ; touch pwned | 'x' & <b> ${HOME} *"


class Job:
    """A job that has ended, in its project."""

    def __init__(self, project, code, log):
        self.project = project
        self.code = code
        self.log = log

        self.artifacts = project / ".gitlab-ci-local/artifacts"

    def artifact(self, job, name):
        return read(self.artifacts / job / name)


class GitLab:
    """gitlab.com with the components of this repository at the release, and projects that include them."""

    def __init__(self, loopback, folder):
        self.loopback = loopback
        self.folder = folder
        files = {f"templates/{file.name}": file.read_text() for file in TEMPLATES}
        components = repository(folder / "components", files)
        git(components, "tag", loopback.version)
        git(components, "config", "uploadpack.allowFilter", "true")
        loopback.home.joinpath(".gitconfig").write_text(
            f'[url "file://{components}"]\n\tinsteadOf = https://gitlab.com:443/flaky_kth_devops/flaky.git\n'
            "[user]\n\tname = Ada\n\temail = ada@example.com\n"
        )

    def run(self, name, component, inputs, *options, more="", files=None, **variables):
        """Runs the job of a component in a new project, whose pipeline has `more` in it."""
        include = {"component": f"gitlab.com/flaky_kth_devops/flaky/{component}@{self.loopback.version}"}
        include |= {"inputs": inputs} if inputs else {}
        text = yaml.safe_dump({"include": [include], "unit": {"stage": "test", "script": "true"}}) + more
        return self.pipeline(name, text, inputs.get("job", component), *options, files=files, **variables)

    def pipeline(self, name, text, *options, files=None, path="", **variables):
        """Runs a pipeline, or the jobs among the options, in a new project. Programs in `path` come first."""
        files = {".gitlab-ci.yml": text, ".gitignore": ".gitlab-ci-local\n", **(files or {})}
        project = repository(self.folder / name, files, COMMITS)
        git(project, "remote", "add", "origin", "https://gitlab.com/group/project.git")
        variables |= {
            "GITLAB_CI": "true", "CI_API_V4_URL": f"{self.loopback.api_url}/api/v4", "CI_PIPELINE_ID": "9",
        }
        command = [HERE / "node_modules/.bin/gitlab-ci-local", "--force-shell-executor", "--no-color"]
        command += ["--no-json-schema-validation", "--ignore-predefined-vars", ",".join(variables), *options]
        for variable, value in variables.items():
            command += ["--variable", f"{variable}={value}"]
        environment = self.loopback.environment()
        environment["PATH"] = f"{path}:{environment['PATH']}"
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        return Job(project, done.returncode, done.stdout + done.stderr)


def check(loopback, gitlab):
    first_badge(loopback, gitlab)
    groups = [pages, odd_characters, private_project, history, chosen_history, refused_archives, refused_inputs]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda group: group(loopback, gitlab), groups))


def first_badge(loopback, gitlab):
    job = gitlab.run("plain", "badge", {}, "--json-schema-validation")
    expect_equal("a badge without inputs is drawn", job.code, 0, job.log)
    title = title_of(job.artifact("badge", "badge.svg"))
    expect_in("it shows the state of its own pipeline", "pipeline: flaky 1/3", title)
    expect_equal("it is downloaded from gitlab.com", loopback.hosts(), {"gitlab.com"}, job.log)


def pages(loopback, gitlab):
    more = "pages:\n  artifacts: { paths: [public] }\n"
    inputs = {"job": "pages", "output": "public/badge.svg", "style": "monitor", "sha256": loopback.sha256}
    job = gitlab.run("pages", "badge", inputs, more=more)
    title = title_of(job.artifact("pages", "public/badge.svg"))
    expect_in("a badge with the style of a monitor is published on Pages", "flaky 1/3", title, job.log)


def odd_characters(loopback, gitlab):
    inputs = {"label": ODD, "arguments": "--junit * $(touch pwned) ;touch pwned;", "releases": MIRROR}
    # If the shell expanded the pattern, the second file would be an option.
    files = {"report.xml": FAILED_REPORT, "--style=none": ""}
    job = gitlab.run("odd", "badge", inputs, files=files)
    title = title_of(job.artifact("badge", "badge.svg"))
    expect_in("odd characters stay as they are", f"{ODD}: failed", title, job.log)
    expect_equal("no input of a component is run as a command", list(job.project.rglob("pwned*")), [], job.log)
    expect_in("a mirror can have the releases", "mirror.example", loopback.hosts(), job.log)


def private_project(loopback, gitlab):
    job = gitlab.run("private", "badge", {}, FLAKY_TOKEN="glpat-secret")
    tokens = [headers["private-token"] for _, _, headers in loopback.api.requests]
    expect_in("FLAKY_TOKEN reaches the API of GitLab", "glpat-secret", tokens, job.log)
    expect("the log does not show it", "glpat-secret" not in job.log, job.log)


def history(_loopback, gitlab):
    job = gitlab.run("history", "history", {})
    frames = frames_of(job.artifact("history", "history.gif"))
    expect_equal("a history without inputs has a frame per commit", frames, COMMITS, job.log)
    sheet = job.artifact("history", "history.svg")
    expect_in("its sheet has all commits", f"{COMMITS} commits", title_of(sheet), job.log)
    expect("its sheet stands still", b"@keyframes" not in sheet, job.log)


def chosen_history(_loopback, gitlab):
    inputs = {
        "arguments": "--max-count 4 --theme amber", "animation": "--max-frames 2 --captions none",
        "output": "public/life.apng", "sheet": "public/sheets/life.svg",
    }
    job = gitlab.run("chosen", "history", inputs)
    title = title_of(job.artifact("history", "public/sheets/life.svg"))
    expect_in("arguments choose the commits of a history", "4 commits", title, job.log)
    frames = frames_of(job.artifact("history", "public/life.apng"))
    expect_equal("those of the animation are for it alone", frames, 2, job.log)


def refused_archives(loopback, gitlab):
    archive = loopback.archive.name
    for what, component, inputs, reason in [
        ("a badge with a wrong checksum", "badge", {"sha256": "0" * 64}, f"the SHA-256 of {archive} is not 0000"),
        ("a history with a wrong checksum", "history", {"sha256": "0" * 64}, f"the SHA-256 of {archive} is not 0000"),
        ("a wrong archive", "badge", {"releases": FORGED}, f"the SHA-256 of {archive} is not 0000"),
        ("a version that does not exist", "badge", {"version": "9.9.9"}, "/9.9.9/downloads/flaky-9.9.9-"),
    ]:
        job = gitlab.run(what.replace(" ", "-"), component, inputs)
        expect(f"{what} ends the job", "WARN 1" in job.log and "wrote" not in job.log, job.log)
        expect_in(f"{what} is named", reason, job.log)


def refused_inputs(_loopback, gitlab):
    for what, inputs in [
        ("a mirror without TLS", {"releases": "http://mirror.example"}),
        ("an output outside of the project", {"output": "/tmp/badge.svg"}),
        ("a quote in an argument", {"arguments": 'a" b'}),
    ]:
        job = gitlab.run(what.replace(" ", "-"), "badge", inputs)
        expect_in(f"{what} is refused", "does not match required regex", job.log)
