"""The examples of README and docs that use the action or a component: linted, and run."""

import re
import subprocess

import yaml

from checks import expect, expect_equal, expect_in, git, is_picture, repository
from components import COMMITS, HERE, ROOT, TEMPLATES
from github import USES, Runner

IMAGE = "registry.gitlab.com/flaky_kth_devops/flaky:"
GITLAB = f"component: gitlab.com/flaky_kth_devops/flaky/|{IMAGE}|/flaky/-/releases/"
REPORT = '<testsuite tests="1"><testcase name="a"/></testsuite>'


def examples():
    """The examples, by the file and the line where each begins."""
    for file in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
        yield from found(file, r"^```ya?ml\n(.*?)^```$", re.DOTALL)
    for file in [ROOT / "action.yml", *TEMPLATES]:
        yield from found(file, r"((?:^#     .*\n)+)")


def found(file, pattern, flags=0):
    text = file.read_text()
    for match in re.finditer(pattern, text, flags | re.MULTILINE):
        line = text.count("\n", 0, match.start(1)) + 1
        yield f"{file.relative_to(ROOT)}:{line}", re.sub(r"^#     ", "", match[1], flags=re.MULTILINE)


def check(loopback, gitlab, folder):
    kinds = set()
    for number, (place, text) in enumerate(examples()):
        if re.search(GITLAB, text):
            kinds |= set(re.findall(r"flaky/(\w+)@", text))
            pipeline(gitlab, place, text, f"example-{number}")
        elif USES in text or "runs-on:" in text:
            kinds |= set(re.findall(r"command: (\w+)", text))
            workflow(loopback, place, text, folder / str(number))
    expect_equal("there are examples of all kinds", kinds, {"badge", "history", "status"})


def pipeline(gitlab, place, text, name):
    """Runs a pipeline, in which a gate is closed, because a pipeline of the project is flaky."""
    text += "\nunit: { stage: test, script: 'true' }\n"
    # In the image of flaky, it is on the PATH.
    path = gitlab.loopback.program.parent if IMAGE in text else ""
    job = gitlab.pipeline(name, text, path=path)
    if "--fail-on" in text:
        expect(f"{place} closes a gate in a pipeline", "FAIL 3" in job.log, job.log)
    else:
        drawn = [is_picture(file) for file in job.artifacts.rglob("*.*")]
        expect(f"{place} draws in a pipeline", job.code == 0 and drawn and all(drawn), job.log)


def workflow(loopback, place, text, folder):
    """Lints a workflow and runs its jobs, in which a gate is closed, because the project has failed."""
    text = text if "runs-on:" in text else workflow_around(text)
    lint = ["node", "lint.js"]
    linted = subprocess.run(lint, cwd=HERE, input=text, capture_output=True, text=True, check=True).stdout
    expect_equal(f"{place} has no mistake that actionlint knows", linted, "")
    origin = repository(folder / "origin", {"test.sh": f"echo '{REPORT}' >report.xml\n"}, COMMITS)
    for name, job in yaml.safe_load(text)["jobs"].items():
        runner = Runner(loopback, folder / name, origin)
        good = runner.job(job)
        expect_equal(f"{place} runs its job {name}", good, "--fail-on" not in text, runner.log)
        steps = [step.get("with", {}) for step in job["steps"] if step.get("uses") == USES]
        for step in steps:
            if step.get("command", "").startswith("history"):
                expect_in(f"{place} draws all commits", f"{COMMITS} commits", runner.log)
            if step.get("summary"):
                expect_in(f"{place} writes a summary", "**", runner.summary, runner.log)
            if "output" in step:
                drawn = is_picture(runner.workspace / step["output"])
                expect(f"{place} draws {step['output']}", drawn, runner.log)
        pushed = re.search(r"git push --force origin (\w+)", text)
        if good and pushed:
            files = git(origin, "ls-tree", "--name-only", pushed[1])
            expect_equal(f"{place} pushes the badge alone", files, "badge.svg\n", runner.log)


def workflow_around(text):
    """A workflow with these steps."""
    steps = yaml.safe_load(text)
    if isinstance(steps, dict):
        steps = steps["steps"]
    return yaml.safe_dump({"on": "push", "jobs": {"example": {"runs-on": "ubuntu-latest", "steps": steps}}})
