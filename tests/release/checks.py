"""The words of these checks."""

import sys

passed = 0


def expect(what, good, why=""):
    """Prints what is expected; if it is not so, ends with the reason."""
    global passed
    if not good:
        print(f"{passed} passed, 1 failed")
        sys.exit(f"failed: {what}: {why}")
    passed += 1
    print(f"ok: {what}")


def done():
    print(f"{passed} passed, 0 failed")
