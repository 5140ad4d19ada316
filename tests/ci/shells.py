"""The scripts of the components in shells that gitlab-ci-local does not have: in an image with nothing but
busybox, in one with wget in place of curl, and on other systems."""

import re
import shutil
import subprocess

import yaml

from checks import expect_equal, expect_in, repository
from components import COMMITS, TEMPLATES

# What an image without curl and sha256sum may have.
TOOLS = ["sh", "wget", "shasum", "perl", "tar", "gzip", "uname", "mktemp", "cut", "mkdir", "dirname", "rm"]


def job_of(template):
    """The job of a component without inputs."""
    spec, job = template.read_text().split("\n---\n")
    defaults = {name: value["default"] for name, value in yaml.safe_load(spec)["spec"]["inputs"].items()}
    job = re.sub(r"\$\[\[ inputs\.(\w+) ]]", lambda match: defaults[match[1]], job)
    return next(iter(yaml.safe_load(job).values()))


def run(loopback, template, folder, path):
    """Runs the script of a component with the programs of `path` alone."""
    job = job_of(template)
    variables = {
        name: value["value"] if isinstance(value, dict) else value for name, value in job["variables"].items()
    }
    variables |= {"BADGE_ARGUMENTS": "--status passed", "FLAKY_RELEASES": loopback.releases_url, "PATH": path}
    project = repository(folder, {}, COMMITS)
    [script] = job["script"]
    return subprocess.run(
        [shutil.which("sh", path=path), "-c", script], cwd=project, env=loopback.environment(**variables),
        capture_output=True, text=True, check=False,
    )


def check(loopback, folder):
    folder.mkdir()
    busybox, few = folder / "busybox", folder / "few"
    for programs in (busybox, few):
        programs.mkdir()
    subprocess.run(["busybox", "--install", "-s", busybox], check=True)
    for tool in TOOLS:
        few.joinpath(tool).symlink_to(shutil.which(tool))
    for template in TEMPLATES:
        for what, path in {"busybox alone": busybox, "wget and shasum": few}.items():
            done = run(loopback, template, folder / f"{template.stem} {what}", str(path))
            expect_equal(f"{template.name} needs no more than {what}", done.returncode, 0, done.stderr)
    for system, machine, reason in [
        ("Linux", "riscv64", "-riscv64-linux.tar.gz"),
        ("Darwin", "arm64", "-aarch64-macos.tar.gz"),
        ("FreeBSD", "amd64", "flaky has no archive for FreeBSD"),
    ]:
        programs = folder / system
        programs.mkdir()
        uname = programs / "uname"
        uname.write_text(f'#!/bin/sh\n[ "$1" = -s ] && echo {system} || echo {machine}\n')
        uname.chmod(0o755)
        path = f"{programs}:{loopback.environment()['PATH']}"
        done = run(loopback, TEMPLATES[0], folder / f"on {system}", path)
        expect_in(f"{machine} of {system} is known", reason, done.stderr)
