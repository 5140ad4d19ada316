#!/usr/bin/env python3
"""Tries the archive of a release in an empty root. Usage: tests/release/archive.py ARCHIVE FLAKY

The root holds the archive's contents, a repository and a directory for results: no shared library, no
device, no file of a system. Every picture must have the same bytes as one of FLAKY, a program that was
built in the ordinary way. Names are resolved and servers trusted as in a container. Needs Linux, root
(for chroot and port 53), git and openssl.
"""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tomllib
import urllib.request

from checks import done, expect

HOME = pathlib.Path(__file__).resolve().parents[2]
PROJECT = "/api/v4/projects/group%2Fproject"


class Root:
    """An empty root with the program in it."""

    def __init__(self, path, archive):
        self.path = path
        with tarfile.open(archive) as tar:
            tar.extractall(path, filter="data")
        (self.home,) = path.iterdir()
        (path / "out").mkdir()
        self.program = f"/{self.home.name}/flaky"

    def start(self, *arguments, **settings):
        return subprocess.Popen(
            [self.program, *arguments],
            env=settings.pop("env", {}),
            preexec_fn=self.enter,
            **settings,
        )

    def enter(self):
        os.chroot(self.path)
        os.chdir("/out")

    def run(self, *arguments, env=None):
        """The exit code and both outputs."""
        process = self.start(
            *arguments, env=env or {}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()

    def on_terminal(self, *arguments):
        """The exit code, and what a terminal shows."""
        ours, theirs = pty.openpty()
        process = self.start(*arguments, stdin=theirs, stdout=theirs, stderr=theirs, env={"TERM": "xterm"})
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
        os.close(ours)
        return process.wait(), shown.decode()

    def write(self, name, text):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def check_archive(archive, root):
    name = archive.name.removesuffix(".tar.gz")
    expect("the archive holds one directory of its own name", root.home.name == name, root.home.name)
    line = archive.with_name(archive.name + ".sha256").read_text()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    expect("its checksum is beside it", line.split() == [digest, archive.name], line)
    for file in [
        "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "LICENSE-DEJAVU", "docs/in-ci.md",
        "completions/flaky.bash", "completions/_flaky", "completions/flaky.fish", "completions/_flaky.ps1",
        "man/flaky.1", "man/flaky-render.1", "man/flaky-serve.1",
        "schemas/rhythm.json", "schemas/status.json", "schemas/history.json",
        "licences/crates.yml", "licences/libgit2.txt", "licences/glibc.txt",
    ]:
        path = root.home / file
        expect(f"it has {file}", path.is_file() and path.stat().st_size > 200)
    with tarfile.open(archive) as tar:
        owners = {(member.uid, member.gid, member.uname) for member in tar}
    expect("nobody owns its files", owners == {(0, 0, "")}, owners)

    manifest = tomllib.loads((HOME / "Cargo.toml").read_text())
    values = {
        "repo": manifest["workspace"]["package"]["repository"],
        "version": manifest["workspace"]["package"]["version"],
        "bin": "flaky",
    }
    fill = lambda text: re.sub(r"\{ (\S+) \}", lambda found: values[found[1]], text)
    architecture = name.split("-")[2]
    for libc in ["gnu", "musl"]:
        binstall = manifest["package"]["metadata"]["binstall"]
        binstall |= binstall["overrides"][f"{architecture}-unknown-linux-{libc}"]
        url = fill(binstall["pkg-url"])
        expected = f"{values['repo']}/-/releases/{values['version']}/downloads/{archive.name}"
        expect(f"cargo-binstall finds it on {libc}", url == expected, url)
        inside = fill(binstall["bin-dir"])
        expect(f"and the program in it, on {libc}", (root.path / inside).is_file(), inside)


def check_linking(root):
    program = root.home / "flaky"
    headers = subprocess.run(["readelf", "-ldW", program], capture_output=True, text=True, check=True).stdout
    expect("no interpreter loads it", "INTERP" not in headers, headers)
    expect("it needs no library", "NEEDED" not in headers, headers)
    text = program.read_bytes()
    for path in {str(HOME), str(pathlib.Path.home())}:
        expect(f"it does not contain the path {path}", path.encode() not in text)
    listed = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    listed = subprocess.run(listed, cwd=HOME, capture_output=True, text=True, check=True).stdout
    linked = {tuple(line.split()[:2]) for line in listed.splitlines() if line and not line.startswith("flaky")}
    crates = (root.home / "licences/crates.yml").read_text().split("- package_name: ")[1:]
    texts = {}
    for crate in crates:
        name, version = re.match(r"(\S+)\n  package_version: '?([^'\n]+)", crate).groups()
        texts[name, f"v{version}"] = crate
    incomplete = {crate for crate in linked if "text: NOT FOUND" in texts.get(crate, "text: NOT FOUND")}
    missing = sorted(name for name, _ in incomplete if not (root.home / f"licences/{name}.txt").is_file())
    expect(f"the licences of its {len(linked)} crates are there", not missing, missing)


def check_pictures(root, flaky):
    """The main job: the same bytes as the ordinary program, in a root with nothing else."""
    outside = root.path.parent / "outside"
    outside.mkdir()
    with tempfile.TemporaryDirectory() as empty:
        git = {"HOME": empty, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
        clone = ["git", "clone", "--quiet", "--no-hardlinks", "--depth", "60", f"file://{HOME}", root.path / "repo"]
        subprocess.run(clone, env=git, check=True)
    shutil.copytree(root.path / "repo", outside / "repo", symlinks=True)
    (outside / "out").mkdir()
    for file, arguments in {
        "ecg.gif": ["render", "--seed", "99"],
        "ecg.apng": ["render", "--seed", "99", "--duration", "4s"],
        "ecg.svg": ["render", "--seed", "99", "--theme", "paper"],
        "still.png": ["render", "--seed", "99", "--still"],
        "history.gif": ["history", "../repo", "--no-cache"],
        "history.svg": ["history", "../repo", "--still", "--no-cache"],
        "history.json": ["history", "../repo", "--no-cache"],
        "badge.svg": ["badge", "--status", "flaky", "--flake-rate", "7%"],
        "badge.png": ["badge", "--status", "failed", "--label", "Ünïcode"],
        "index.html": ["page", "--seed", "7", "--assets"],
    }.items():
        code, _, err = root.run(*arguments, "-q", "-o", file)
        subprocess.run([flaky, *arguments, "-q", "-o", file], cwd=outside / "out", env={}, check=True)
        same = code == 0 and (root.path / "out" / file).read_bytes() == (outside / "out" / file).read_bytes()
        expect(f"{file} has the same bytes as outside", same, err)
    code, _, err = root.run("render", "-o", "random.svg")
    expect("a random seed needs no device", code == 0, err)
    code, shown = root.on_terminal("render", "--duration", "2min", "-o", "long.gif")
    expect("a terminal shows progress and the result", code == 0 and "━" in shown and "long.gif" in shown, shown)


class Gitlab(http.server.BaseHTTPRequestHandler):
    """A project whose only pipeline has passed."""

    def do_GET(self):
        pipeline = {
            "id": 7, "iid": 7, "ref": "main", "sha": "ab" * 20, "status": "success", "source": "push",
            "created_at": "2026-11-20T10:00:00Z", "updated_at": "2026-11-20T10:05:00Z",
            "web_url": "https://ci.test/7",
        }
        path = self.path.split("?")[0]
        answers = {PROJECT: {"default_branch": "main"}, f"{PROJECT}/pipelines": [pipeline], f"{PROJECT}/pipelines/7": pipeline}
        body = json.dumps(answers.get(path, [])).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Dns(socketserver.BaseRequestHandler):
    """Knows ci.test alone."""

    def handle(self):
        query, replies = self.request
        labels, at = [], 12
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size])
            at += 1 + size
        question = query[12 : at + 5]
        is_address = question[-4:] == b"\0\1\0\1"
        known = b".".join(labels) == b"ci.test"
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if known and is_address else b""
        flags = b"\x81\x80" if known else b"\x81\x83"
        counts = b"\0\1" + (b"\0\1" if answer else b"\0\0") + b"\0\0\0\0"
        replies.sendto(query[:2] + flags + counts + question + answer, self.client_address)


@contextlib.contextmanager
def served(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder):
    request = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=ci.test", "-addext", "subjectAltName=DNS:ci.test",
        "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
    ]
    subprocess.run(request, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, (folder / "cert.pem").read_text()


def check_network(root):
    def status(address, **env):
        code, out, err = root.run("status", "--gitlab", "group/project", "--server", address, env=env)
        return f"{out}{err}"

    with served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gitlab)) as port:
        told = status(f"http://127.0.0.1:{port}")
        expect("a server is asked by its address", told.startswith("passed"), told)
        told = status(f"http://ci.test:{port}")
        expect("without hosts and DNS, a name is unknown", "cannot connect to ci.test" in told, told)
        # A library that is not there, before everything else.
        root.write("etc/nsswitch.conf", "hosts: absent [NOTFOUND=return]\npasswd: absent\n")
        root.write("etc/hosts", "127.0.0.1 ci.test\n")
        told = status(f"http://ci.test:{port}")
        expect("/etc/hosts has a say, and no library", told.startswith("passed"), told)
        root.write("etc/hosts", "")
        root.write("etc/resolv.conf", "nameserver 127.0.0.153\n")
        with served(socketserver.UDPServer(("127.0.0.153", 53), Dns)):
            told = status(f"http://ci.test:{port}")
            expect("DNS has a say", told.startswith("passed"), told)
            told = status(f"http://other.test:{port}")
            expect("DNS denies a name", "cannot connect to other.test" in told, told)

    root.write("etc/hosts", "127.0.0.1 ci.test\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gitlab)
    context, pem = certificate(root.path.parent)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with served(server) as port:
        told = status(f"https://ci.test:{port}")
        expect("with its own trust roots, it refuses a stranger", "not signed by an authority" in told, told)
        root.write("ca.pem", pem)
        told = status(f"https://ci.test:{port}", SSL_CERT_FILE="/ca.pem")
        expect("it trusts the certificate that it is told to", told.startswith("passed"), told)
        root.write("etc/ssl/certs/ca-certificates.crt", pem)
        told = status(f"https://ci.test:{port}")
        expect("it trusts those of the system", told.startswith("passed"), told)
        shutil.rmtree(root.path / "etc/ssl")
        root.write("empty.pem", "")
        told = status(f"https://ci.test:{port}", SSL_CERT_FILE="/empty.pem")
        expect("a selected file without certificates is an error", "SSL_CERT_FILE" in told, told)
    code, told, err = root.run("doctor", "--offline")
    expect("doctor names the trust roots", code == 0 and "which are built in" in told, told + err)


def check_server(root):
    """The backend, its health check included, on a database in the empty root."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"FLAKY_LISTEN": f"127.0.0.1:{port}", "FLAKY_DATABASE": "sqlite:///out/flaky.db"}
    code, _, err = root.run("serve", "--probe", env=env)
    expect("nothing is ready before it starts", code == 1 and "is not ready" in err, err)
    server = root.start("serve", "-q", env=env, stdout=subprocess.PIPE)
    server.stdout.readline()
    try:
        code, _, err = root.run("serve", "--probe", env=env)
        expect("the server is ready", code == 0, err)
        report = b'<testsuite><testcase classname="a" name="b"/></testsuite>'
        address = f"http://127.0.0.1:{port}"
        urllib.request.urlopen(f"{address}/reports/group/project?ref=main&sha={'ab' * 20}&run=1", report)
        badge = urllib.request.urlopen(f"{address}/badge/group/project.svg").read()
        expect("it draws what it was told", b"passed" in badge, badge)
    finally:
        server.terminate()
    expect("it ends when it is asked to", server.wait(10) == 0)


def main():
    archive, flaky = (pathlib.Path(path).resolve() for path in sys.argv[1:])
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        (path := pathlib.Path(folder) / "root").mkdir()
        root = Root(path, archive)
        check_archive(archive, root)
        check_linking(root)
        check_pictures(root, flaky)
        check_network(root)
        check_server(root)
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB, in {time.monotonic() - begin:.0f} s")
    done()


main()
