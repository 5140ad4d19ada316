#!/usr/bin/env python3
"""Builds the images with buildah from the archive of a release, and runs them.
Usage: tests/release/image.py ARCHIVE

The stage `build` of the Dockerfile is replaced by the archive's contents, and Alpine by Debian's static
busybox, so nothing is fetched. The image for `serve` then runs as its settings say, by its own user and
with a read-only root. Needs root, buildah and busybox-static.
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from checks import done, expect

HOME = pathlib.Path(__file__).resolve().parents[2]


class Buildah:
    """buildah with images of its own."""

    def __init__(self, folder):
        self.options = ["--storage-driver", "vfs", "--root", folder / "images", "--runroot", folder / "run"]

    def __call__(self, *arguments):
        command = ["buildah", *self.options, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{command}: {done.stderr}")
        return done.stdout.strip()

    def build(self, tag, *arguments):
        self("build", "--isolation", "chroot", "--format", "docker", "--pull-never", "--tag", tag, *arguments)

    def settings(self, tag):
        return json.loads(self("inspect", "--type", "image", tag))["Docker"]["config"]

    def mount(self, tag):
        return pathlib.Path(self("mount", self("from", "--pull-never", tag)))


@contextlib.contextmanager
def read_only(root):
    """The root, read-only, but for a volume at /data that belongs to the user who owns the directory."""
    at = root.parent / "read-only"
    at.mkdir()
    owner = (root / "data").stat()
    subprocess.run(["mount", "--bind", root, at], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", at], check=True)
    volume = f"uid={owner.st_uid},gid={owner.st_gid},mode={owner.st_mode & 0o777:o}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", volume, "tmpfs", at / "data"], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", at / "data"], check=True)
        subprocess.run(["umount", at], check=True)


def start(root, settings, command, env=(), **options):
    """Starts a command as an engine does: with the image's environment, directory and user."""
    user, group = (int(number) for number in settings["User"].split(":"))

    def enter():
        os.chroot(root)
        os.chdir(settings["WorkingDir"])
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)

    environment = dict(pair.split("=", 1) for pair in [*settings["Env"], *env])
    return subprocess.Popen(command, env=environment, preexec_fn=enter, **options)


def check_server(root, settings):
    entrypoint, default = settings["Entrypoint"], settings["Cmd"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = [f"FLAKY_LISTEN=0.0.0.0:{port}", "FLAKY_WEBHOOK_SECRET=a-secret-of-webhooks", "FLAKY_REPORT_TOKEN=token"]
    health = settings["Healthcheck"]["Test"]
    expect("the health check needs no shell", health[0] == "CMD", health)
    check = lambda: start(root, settings, health[1:], env, stderr=subprocess.PIPE).wait()
    expect("it is unhealthy before it runs", check() == 1)
    server = start(root, settings, [*entrypoint, *default], env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        server.stdout.readline()
        expect("it is healthy when it runs", check() == 0, server.poll())
        address = f"http://127.0.0.1:{port}"
        for run in range(300):
            body = b'<testsuite><testcase classname="a" name="b"/></testsuite>'
            url = f"{address}/reports/group/project?ref=main&sha={run:040x}&run={run}"
            urllib.request.urlopen(urllib.request.Request(url, body, {"Authorization": "Bearer token"}))
        badge = urllib.request.urlopen(f"{address}/badge/group/project.svg").read()
        expect("it keeps what it is told on the volume", b"passed" in badge and (root / "data/flaky.db").exists())
    finally:
        server.terminate()
    expect("it ends when it is asked to", server.wait(10) == 0, server.stderr.read())
    draw = [*entrypoint, "render", "-q", "-o", "ecg.svg"]
    done = start(root, settings, draw, stderr=subprocess.PIPE)
    expect("it draws into the volume", done.wait() == 0 and (root / "data/ecg.svg").exists(), done.stderr.read())
    draw[-1] = "/ecg.svg"
    done = start(root, settings, draw, stderr=subprocess.PIPE)
    expect("it can write nowhere else", done.wait() == 1, done.stderr.read())


def check_shell(root):
    """What GitLab does with the image of a job: it pipes a script into a shell."""
    script = "flaky badge --status passed -q -o /badge.svg && grep -c passed /badge.svg"
    command = [shutil.which("chroot"), root, "/bin/sh"]
    env = {"PATH": "/usr/local/bin:/bin"}
    shell = subprocess.run(command, input=script, env=env, capture_output=True, text=True)
    expect("a job's script finds a shell and the program", shell.returncode == 0, shell.stderr)


def main():
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        buildah = Buildah(folder)
        subprocess.run([HOME / "packaging/context", folder / "build", sys.argv[1]], check=True)
        context = f"build={folder / 'build'}"
        # A base with a shell, in place of Alpine.
        base = folder / "base"
        base.mkdir()
        shutil.copy(shutil.which("busybox"), base / "busybox")
        (base / "Dockerfile").write_text(
            'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\n'
        )
        buildah.build("base", base)
        buildah.build("flaky", "--build-context", context, HOME)
        buildah.build(
            "shell", "--build-context", context, "--build-context", "alpine:3=container-image://localhost/base",
            "--target", "shell", HOME,
        )
        settings = buildah.settings("flaky")
        expect("it does not run as root", settings["User"] not in ("", "0", "root"), settings["User"])
        root = buildah.mount("flaky")
        files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        extra = [file for file in files if not file.startswith(("usr/local/bin/flaky", "usr/share/doc/flaky/"))]
        expect(f"it has the program and {len(files) - 1} licences and documents", not extra, extra)
        with read_only(root) as locked:
            check_server(locked, settings)
        check_shell(buildah.mount("shell"))
        size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        print(f"{size / 1e6:.1f} MB, in {time.monotonic() - begin:.0f} s")
        buildah("rm", "--all")
    done()


main()
