"""The GitHub action, run by the runner of github.py."""

import json
import re
import subprocess

from checks import expect, expect_equal, expect_in, frames_of, read, repository, title_of
from components import COMMITS
from github import JOB_TOKEN, Runner
from loopback import FORGED, MIRROR

BRANCHES = ["$(touch pwned)", "`touch${IFS}pwned`", '"; touch pwned; "', "a\\b*", "'; touch pwned; '", "*"]
VERDICTS = ["passed", "flaky", "failed", "running", "stopped", "unknown"]


def check(loopback, folder):
    for group in [badge, verdicts, history, status, queries, tokens, hostile_branches, mistakes, mirror]:
        group(loopback, folder / group.__name__)


def run(loopback, folder, **inputs):
    runner = Runner(loopback, folder)
    code, outputs = runner.action(**inputs)
    return runner, code, outputs


def badge(loopback, folder):
    runner, code, outputs = run(loopback, folder, summary="true")
    expect_equal("an action without a command draws a badge", code, 0, runner.log)
    expect_equal("it has the outputs", outputs, {"file": "badge.svg", "verdict": "failed"}, runner.log)
    expect_in("the badge says so", "pipeline: failed", title_of(read(runner.workspace / "badge.svg")), runner.log)
    expect_in("so does the summary", "**failed** · owner/repo", runner.summary, runner.log)
    expect_in("it has the evidence", "https://github.example/runs/30", runner.summary, runner.log)
    step = {"run": "flaky --version"}
    runner.job({"steps": [step]})
    expect_in("later steps find flaky", f"flaky {loopback.version}", runner.log)


def verdicts(loopback, folder):
    for verdict in VERDICTS:
        _, _, outputs = run(loopback, folder / verdict, command=f"badge --status {verdict}", summary="true")
        expect_equal(f"the verdict {verdict} is an output", outputs["verdict"], verdict)
    loopback.api.requests.clear()
    runner, _, outputs = run(loopback, folder / "quick", command="badge")
    paths = [path for _, path, _ in loopback.api.requests]
    expect_equal("a badge without a summary asks", outputs["verdict"] == "" and paths != [], True, runner.log)
    expect_equal("it asks nothing twice", len(paths), len(set(paths)), runner.log)


def history(loopback, folder):
    runner = Runner(loopback, folder, repository(folder / "origin", {}, COMMITS))
    checkout = {"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}
    runner.job({"steps": [checkout]})
    code, outputs = runner.action(command="history --theme amber", output="pictures/life.gif")
    expect_equal("a history is drawn", code, 0, runner.log)
    expect_equal("it queries nothing for a verdict", outputs, {"file": "pictures/life.gif", "verdict": ""})
    frames = frames_of(read(runner.workspace / "pictures/life.gif"))
    expect_equal("it has a frame per commit", frames, COMMITS, runner.log)
    _, outputs = runner.action(command="history", summary="true")
    expect_in("its summary is on the pipeline of the job", "**failed** · owner/repo", runner.summary, runner.log)


def status(loopback, folder):
    loopback.api.requests.clear()
    runner, code, outputs = run(loopback, folder / "gate", command="status --fail-on failed", summary="true")
    requests = len(loopback.api.requests)
    expect_equal("a gate that is closed fails the step", code, 3, runner.log)
    expect_equal("the verdict is there nevertheless", outputs["verdict"], "failed", runner.log)
    expect_in("the log has the summary", runner.summary, runner.log)
    expect_equal("the server is asked once", requests, 1, runner.log)
    projects = f"--gitlab group/project --gitlab group/absent --server {loopback.api_url}"
    runner, _, outputs = run(loopback, folder / "two", command=f"status {projects}", summary="true")
    worst, *parts = re.findall(r"^\*\*(\w+)\*\*", runner.summary, re.MULTILINE)
    expect_equal("the summary has both of two projects", sorted(parts), ["running", "unknown"], runner.log)
    expect_equal("the verdict is the worst of them", outputs["verdict"], worst, runner.log)
    inputs = {"command": "status --json --fail-on failed", "output": "public/status.json", "summary": "true"}
    runner, code, outputs = run(loopback, folder / "json", **inputs)
    written = json.loads(read(runner.workspace / "public/status.json"))
    expect_equal("the JSON of status is written to a file", written["verdict"], "failed", runner.log)
    expect_equal("its gate fails the step", code, 3, runner.log)
    other, _, _ = run(loopback, folder / "doctor", command="doctor --offline", output="doctor.txt")
    told = read(other.workspace / "doctor.txt").decode()
    expect_in("what other commands print is written to a file", "GITHUB_ACTIONS", told, other.log)
    expect_in("its summary is Markdown", f"**failed** · owner/repo\n\n{written['reason']}", runner.summary, runner.log)


def queries(loopback, folder):
    """The summary asks about the pipelines that the command names."""
    project = f"--gitlab group/project --server {loopback.api_url}"
    for what, command in {
        "badge": f"badge --style monitor --label=x --size 300x100 --still {project} --runs 5",
        "history": f"history . --theme amber --timeout=5s {project} --since 2020 --no-cache",
    }.items():
        place = folder / what
        runner = Runner(loopback, place, repository(place / "origin", {}, COMMITS))
        runner.job({"steps": [{"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}]})
        code, outputs = runner.action(command=command, output=f"{what}.png", summary="true")
        expect_equal(f"a {what} of another project is drawn", code, 0, runner.log)
        expect_in("the summary is on that project", "**running** · group/project", runner.summary, runner.log)
    options = {name: options_of(loopback.program, name) for name in ("badge", "status")}
    picture = {"--style", "--label", "--trace", "--theme", "--size", "--fonts", "--format", "--still", "--output"}
    expect_equal("the action knows the options of a picture", options["badge"] - options["status"], picture)


def options_of(program, command):
    text = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", text, re.MULTILINE))


def tokens(loopback, folder):
    gitlab = f"badge --gitlab group/project --server {loopback.api_url}"
    for what, inputs, wanted in [
        ("the job's token is sent to GitHub", {}, {(f"Bearer {JOB_TOKEN}", None)}),
        ("it is not sent elsewhere", {"command": gitlab}, {(None, None)}),
        ("another token is", {"command": gitlab, "token": "glpat-secret"}, {(None, "glpat-secret")}),
    ]:
        loopback.api.requests.clear()
        runner, _, _ = run(loopback, folder / what, **inputs)
        sent = {(headers["authorization"], headers["private-token"]) for _, _, headers in loopback.api.requests}
        expect_equal(what, sent, wanted, runner.log)
        expect("no token is in the log", not re.search("glpat-|ghs-", runner.log), runner.log)


def hostile_branches(loopback, folder):
    for number, branch in enumerate(BRANCHES):
        # A name with a space is several arguments, unless each has a line.
        separator = "\n" if number % 2 == 0 or " " in branch else " "
        command = separator.join(["badge", "--status", "failed", "--label", branch])
        place = folder / str(number)
        runner = Runner(loopback, place)
        (runner.workspace / "a file for patterns").touch()
        _, outputs = runner.action(command=command, output=f"{branch}.svg")
        title = title_of(read(runner.workspace / f"{branch}.svg"))
        expect_in(f"a branch {branch} is nothing but a name", f"{branch}: failed", title, runner.log)
        expect_equal("its file is an output", outputs["file"], f"{branch}.svg", runner.log)
        expect_equal("nothing in it is run", list(place.rglob("pwned*")), [], runner.log)


def mistakes(loopback, folder):
    archive = f"the SHA-256 of {loopback.archive.name} is not 0000"
    for what, inputs, reason in [
        ("an empty command", {"command": " "}, "error: expected a subcommand"),
        ("an unknown option", {"command": "badge --colour red"}, "error: unexpected argument '--colour' found"),
        ("a file in the command", {"command": "badge -o x.svg"}, "write the file into output"),
        ("an output of two lines", {"output": "a.svg\nverdict=passed"}, "error: expected one file for output"),
        ("another word for summary", {"summary": "yes"}, "error: expected true or false for summary, found yes"),
        ("a version that is a path", {"version": "../x"}, "error: expected a version such as 0.1.0, found ../x"),
        ("a version that does not exist", {"version": "9.9.9"}, "/9.9.9/downloads/flaky-9.9.9-"),
        ("a wrong checksum", {"sha256": "0" * 64}, archive),
        ("an archive that is not the published one", {"releases": FORGED}, archive),
    ]:
        runner, code, outputs = run(loopback, folder / what, **inputs)
        drawn = list(runner.workspace.iterdir())
        expect_equal(f"{what} fails the step", (code != 0, outputs["verdict"], drawn), (True, "", []), runner.log)
        expect_equal(f"{what} is named once", runner.log.count(reason), 1, runner.log)


def mirror(loopback, folder):
    runner, code, _ = run(loopback, folder, releases=f"{MIRROR}/", sha256=loopback.sha256)
    expect_equal("a mirror and a checksum are accepted", code, 0, runner.log)
