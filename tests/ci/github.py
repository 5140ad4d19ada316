"""A runner of GitHub workflows, as small as the action and the examples allow.

It runs the steps of the jobs one after the other on this computer: `run:`, actions/checkout,
actions/upload-artifact and the composite action of this repository. It knows no conditions but `always()`,
no services and no matrix, and stops at what it does not know. (act, the usual local runner, needs a container
engine.)
"""

import pathlib
import re
import subprocess

import yaml

from checks import git

ROOT = pathlib.Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
USES = "flaky-kth-devops/flaky@v0"
JOB_TOKEN = "ghs-token-of-the-job"
COMPOSITE_BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
DEFAULT_BASH = ["bash", "-e"]


class Runner:
    """A machine with the files of one job."""

    def __init__(self, loopback, folder, origin=None):
        self.temporary = folder / "temporary"
        self.workspace = folder / "workspace"
        for place in (self.temporary, self.workspace):
            place.mkdir(parents=True)
        self.origin = origin
        self.path = []
        self.log = ""
        self.summary = ""
        self.uploads = {}
        self.count = 0
        self.variables = loopback.environment(
            GITHUB_ACTIONS="true", GITHUB_API_URL=f"{loopback.api_url}/api/v3", GITHUB_JOB="badge",
            GITHUB_REF_NAME="main", GITHUB_REPOSITORY="owner/repo", GITHUB_RUN_ID="31",
            GITHUB_WORKFLOW_REF="owner/repo/.github/workflows/ci.yml@refs/heads/main",
            RUNNER_TEMP=str(self.temporary),
        )
        self.github = {"token": JOB_TOKEN, "repository": "owner/repo", "ref_name": "main", "head_ref": "topic"}

    def job(self, job):
        """Runs a job of a workflow; returns whether all of its steps have succeeded."""
        contexts = {"github": self.github, "steps": {}}
        good = True
        for step in job["steps"]:
            condition = step.get("if", "success()")
            if condition not in ("success()", "always()"):
                raise KeyError(f"no condition {condition!r} here")
            if good or condition == "always()":
                good = self.step(step, contexts) and good
        return good

    def action(self, **inputs):
        """Runs the action; returns the exit code and the outputs."""
        unknown = set(inputs) - set(ACTION["inputs"])
        if unknown:
            raise KeyError(f"the action has no input {unknown}")
        contexts = {"github": self.github, "steps": {}}
        defaults = {name: resolve(spec["default"], contexts) for name, spec in ACTION["inputs"].items()}
        contexts["inputs"] = defaults | inputs
        for step in ACTION["runs"]["steps"]:
            code = self.script(step, contexts, COMPOSITE_BASH)
            if code != 0:
                break
        outputs = {name: resolve(spec["value"], contexts) for name, spec in ACTION["outputs"].items()}
        return code, outputs

    def step(self, step, contexts):
        uses = step.get("uses", "")
        inputs = {name: text(resolve(value, contexts)) for name, value in step.get("with", {}).items()}
        if "run" in step:
            code = self.script(step, contexts, DEFAULT_BASH)
        elif uses == USES:
            code, contexts["steps"][step.get("id")] = self.action(**inputs)
        elif uses.startswith("actions/checkout@"):
            depth = inputs.get("fetch-depth", "1")
            depth = [] if depth == "0" else ["--depth", depth]
            git(self.workspace, "clone", "--quiet", *depth, f"file://{self.origin}", ".")
            code = 0
        elif uses.startswith("actions/upload-artifact@"):
            path = self.workspace / inputs["path"]
            files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
            self.uploads |= {file.name: file.read_bytes() for file in files}
            code = 0 if files else 1
        else:
            raise KeyError(f"no step {uses!r} here")
        return code == 0

    def script(self, step, contexts, shell):
        """Runs a script, and reads what it has written for the runner; returns the exit code."""
        self.count += 1
        files = {
            name: self.temporary / f"{name}-{self.count}"
            for name in ("script", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for file in files.values():
            file.touch()
        files["script"].write_text(resolve(step["run"], contexts))
        variables = {name: text(resolve(value, contexts)) for name, value in step.get("env", {}).items()}
        variables = {**self.variables, **{name: str(file) for name, file in files.items()}, **variables}
        variables["PATH"] = ":".join([*self.path, variables["PATH"]])
        done = subprocess.run(
            [*shell, files["script"]], cwd=self.workspace, env=variables,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )
        self.log += done.stdout
        self.path = files["GITHUB_PATH"].read_text().splitlines() + self.path
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        contexts["steps"][step.get("id")] = outputs
        return done.returncode


def text(value):
    """A value of YAML as the runner hands it over."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolve(value, contexts):
    """Replaces the expressions in a text, which are names such as `inputs.command`."""
    def of(match):
        first, *names = match[1].split(".")
        if first == "steps":
            step, _, output = names
            return contexts["steps"].get(step, {}).get(output, "")
        found = contexts[first]
        for name in names:
            found = found[name]
        return found
    return re.sub(r"\$\{\{ *(.*?) *}}", of, value) if isinstance(value, str) else value
