#!/usr/bin/env python3
"""Tries the CI/CD components, the GitHub action and their examples with the archive of a release.

    tests/ci/check.py flaky-0.1.0-x86_64-linux.tar.gz

Needs the Debian packages busybox, curl, git, nodejs (20 or newer), openssl, rsync, shellcheck and wget, the npm
packages of package.json and the Python packages of requirements.txt. Everything runs on this computer, and
talks to nothing else. Prints a line per check, and exits with 1 if one failed.
"""

import pathlib
import sys
import tempfile

import actions
import checks
import components
import examples
import scripts
import shells
from loopback import Loopback


def main():
    archive = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        loopback = Loopback(folder, archive)
        gitlab = components.GitLab(loopback, folder / "gitlab")
        scripts.check(loopback)
        components.check(loopback, gitlab)
        shells.check(loopback, folder / "shells")
        actions.check(loopback, folder / "github")
        examples.check(loopback, gitlab, folder / "examples")
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed > 0)


main()
