"""The vocabulary of the checks: what is expected, and pictures and repositories."""

import io
import os
import subprocess
import sys
import xml.etree.ElementTree

import PIL.Image

GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
SVG = "{http://www.w3.org/2000/svg}"

passed = 0
failed = 0


def expect(what, condition, otherwise=""):
    """Prints a line, and `otherwise` what was seen."""
    global passed, failed
    if condition:
        passed += 1
        print(f"ok: {what}", flush=True)
    else:
        failed += 1
        print(f"FAILED: {what}\n{otherwise}".rstrip(), flush=True)


def expect_equal(what, got, wanted, log=""):
    expect(what, got == wanted, f"  expected {wanted!r}\n  got {got!r}\n{log}")


def expect_in(what, wanted, text, log=""):
    expect(what, wanted in text, f"  expected {wanted!r} in\n{text}\n{log}")


def title_of(svg):
    """The title of a picture, which says what it shows; parses the whole file."""
    root = xml.etree.ElementTree.fromstring(svg or b"<missing/>")
    return root.find(f"{SVG}title").text if root.tag == f"{SVG}svg" else ""


def frames_of(image):
    """The number of frames of a picture; decodes all of them."""
    if not image:
        return 0
    picture = PIL.Image.open(io.BytesIO(image))
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
    return picture.n_frames


def is_picture(path):
    """Whether a file is there and can be decoded."""
    return bool(title_of(read(path)) if path.suffix == ".svg" else frames_of(read(path)))


def read(path):
    """The content of a file; empty if there is none."""
    return path.read_bytes() if path.exists() else b""


def git(folder, *arguments):
    date = {"GIT_AUTHOR_DATE": "2026-05-01T12:00:00Z", "GIT_COMMITTER_DATE": "2026-05-01T12:00:00Z"}
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    command = ["git", "-C", folder, *author, *arguments]
    done = subprocess.run(command, env={**os.environ, **GIT, **date}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def repository(folder, files, commits=1):
    """A repository with these files in its first commit, and this number of commits in all."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for name, text in files.items():
        folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(name).write_text(text)
    for number in range(commits):
        folder.joinpath("lines.txt").write_text("line\n" * (number + 1) ** 2)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"Write part {number + 1}")
    return folder
