"""The servers that a job talks to, on this computer: the releases over HTTPS, and the APIs of a GitLab
and a GitHub over HTTP.

Nothing leaves the computer: in the home directory of the jobs, a .curlrc sends the requests for any host
to the loopback address, and trusts no certificate but that of these servers.
"""

import http.server
import json
import os
import ssl
import subprocess
import threading
import urllib.parse

COMMITS = [digit * 40 for digit in "123"]
GITLAB = "/api/v4/projects/group%2Fproject"
GITHUB = "/api/v3/repos/owner/repo"
OFFICIAL = "/flaky_kth_devops/flaky/-/releases"
REGISTRY = "/registry"
MIRROR = "https://mirror.example/flaky"
FORGED = "https://mirror.example/forged"
MISSING = 404, {}, b"not found"


def pipeline(number, commit, status):
    return {
        "id": number, "iid": number, "project_id": 3, "sha": commit, "ref": "main", "status": status,
        "source": "push", "web_url": f"https://gitlab.example/pipelines/{number}",
        "created_at": "2026-05-01T12:00:00Z", "updated_at": "2026-05-01T12:00:00Z",
    }


def job(number, name, status):
    return {
        "id": number, "name": name, "stage": "test", "status": status, "allow_failure": False,
        "ref": "main", "tag": False, "pipeline": {"id": 9, "status": "running"},
    }


def run(number, commit, conclusion):
    return {
        "id": number, "name": "CI", "head_branch": "main", "head_sha": commit, "event": "push",
        "status": "completed", "conclusion": conclusion, "workflow_id": 70, "run_attempt": 1,
        "path": ".github/workflows/ci.yml", "pull_requests": [], "run_number": number,
        "html_url": f"https://github.example/runs/{number}",
        "created_at": "2026-05-01T12:00:00Z", "updated_at": "2026-05-01T12:01:00Z",
    }


def api_answers():
    """A project on GitLab whose pipeline is flaky, and one on GitHub whose workflow CI failed."""
    runs = [run(30, COMMITS[1], "failure"), run(29, COMMITS[0], "success")]
    runs = {"total_count": len(runs), "workflow_runs": runs}
    answers = {
        GITLAB: {"id": 3, "default_branch": "main"},
        f"{GITLAB}/pipelines": [
            pipeline(9, COMMITS[2], "running"),
            pipeline(8, COMMITS[1], "success"),
            pipeline(7, COMMITS[0], "success"),
        ],
        GITHUB: {"id": 4, "default_branch": "main"},
        f"{GITHUB}/actions/runs": runs,
        f"{GITHUB}/actions/workflows/ci.yml/runs": runs,
    }
    for number in (7, 8, 9):
        answers[f"{GITLAB}/pipelines/{number}/bridges"] = []
        answers[f"{GITLAB}/pipelines/{number}/jobs"] = []
    # Newest first: a job that failed and passed when it was retried.
    answers[f"{GITLAB}/pipelines/9/jobs"] = [
        job(93, "badge", "running"), job(92, "unit", "success"), job(91, "unit", "failed"),
    ]
    return answers


class Server(http.server.ThreadingHTTPServer):
    """Answers with what `reply(path)` returns: a status, headers and a body. Records the requests."""

    def __init__(self, reply, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply = reply
        self.requests = []
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # The TLS of busybox knows no newer signatures.
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that refuses the certificate is no error of this server."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        self.server.requests.append((self.headers["host"], path, self.headers))
        status, headers, body = self.server.reply(path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """The checks say what matters."""


class Loopback:
    """The servers. The archive, such as flaky-0.1.0-x86_64-linux.tar.gz, is the only one of its release."""

    def __init__(self, folder, archive):
        self.archive = archive
        self.version = archive.name.split("-")[1]
        line = ["sha256sum", archive.name]
        line = subprocess.run(line, cwd=archive.parent, capture_output=True, check=True).stdout
        self.sha256 = line.split()[0].decode()
        self.files = {archive.name: archive.read_bytes(), f"{archive.name}.sha256": line}
        subprocess.run(["tar", "-xzf", archive], cwd=folder, check=True)
        self.program = folder / archive.name.removesuffix(".tar.gz") / "flaky"
        self.certificate = folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", self.certificate, "-out", folder / "public.pem", "-days", "2", "-subj", "/CN=loopback",
             "-addext", "subjectAltName=DNS:gitlab.com,DNS:mirror.example,IP:127.0.0.1"],
            capture_output=True, check=True,
        )
        public = (folder / "public.pem").read_text()
        self.certificate.write_text(self.certificate.read_text() + public)
        self.releases = Server(self.release, self.certificate)
        answers = {path: found(json.dumps(answer).encode()) for path, answer in api_answers().items()}
        self.api = Server(lambda path: answers.get(path, MISSING))
        self.api_url = f"http://127.0.0.1:{self.api.server_port}"
        self.releases_url = f"https://127.0.0.1:{self.releases.server_port}{OFFICIAL}"
        self.home = folder / "home"
        self.home.mkdir()
        self.home.joinpath(".wgetrc").write_text(f"ca_certificate = {folder}/public.pem\n")
        self.home.joinpath(".curlrc").write_text(
            f'cacert = "{folder}/public.pem"\nconnect-to = "::127.0.0.1:{self.releases.server_port}"\n'
        )

    def release(self, path):
        downloads, _, file = path.rpartition("/")
        if downloads == f"{OFFICIAL}/{self.version}/downloads":
            # GitLab redirects to its package registry.
            return 302, {"location": f"{REGISTRY}/{file}"}, b""
        content = self.files.get(file)
        if content and downloads == f"/forged/{self.version}/downloads" and file.endswith(".sha256"):
            content = b"0" * 64 + content[64:]
        mirrors = [f"/{name}/{self.version}/downloads" for name in ("flaky", "forged")]
        return found(content) if content and downloads in [REGISTRY, *mirrors] else MISSING

    def hosts(self):
        return {host for host, _, _ in self.releases.requests}

    def environment(self, **more):
        """Variables for a job, without the proxies, tokens and CI variables of this process."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", **more}


def found(body):
    return 200, {}, body
