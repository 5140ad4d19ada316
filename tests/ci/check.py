#!/usr/bin/env python3
"""Tries the CI/CD components and the GitHub action with the archive of a release.

    tests/ci/check.py flaky-0.1.0-x86_64-linux.tar.gz
"""

import pathlib
import sys
import tempfile

import checks
import components
import shells
from loopback import Loopback


def main():
    archive = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        loopback = Loopback(folder, archive)
        components.check(loopback, folder / "gitlab")
        shells.check(loopback, folder / "shells")
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed > 0)


main()
