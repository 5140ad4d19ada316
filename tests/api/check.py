#!/usr/bin/env python3
"""Tries `flaky serve` with software that strangers wrote. Usage: tests/api/check.py FLAKY

- Deliveries signed by standardwebhooks (GitLab) and @octokit/webhooks (GitHub) are accepted, and altered
  ones are not.
- /metrics is read by Prometheus's own client.
- schemathesis holds the server to /openapi.json.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from standardwebhooks import Webhook

HERE = pathlib.Path(__file__).parent
SIGNING_SECRET = "whsec_bm8gb25lIGtub3dzIHRoaXMgc2VjcmV0IGJ1dCB1cw=="
PLAIN_SECRET = "a-secret-without-spaces"
SCHEMATHESIS = [
    "--checks", "all",
    # Every name may be a project, and every text a branch.
    "--exclude-checks", "negative_data_rejection,positive_data_acceptance,ignored_auth",
    "--phases", "examples,coverage,fuzzing",
    "--max-examples", "60", "--seed", "1", "--max-response-time", "5", "--generation-database", "none",
    "--header", "Authorization: Bearer report",
    # A stream does not end.
    "--exclude-path", "/events",
]


def fetch(address, body=None, headers=None):
    request = urllib.request.Request(address, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: expected {wanted}, got {got}")
    print(f"ok: {what}")


def gitlab(server):
    body = json.dumps({
        "object_kind": "pipeline",
        "object_attributes": {
            "id": 31, "ref": "main", "sha": "ab" * 20, "status": "success", "source": "push",
            "created_at": "2026-11-20 10:00:00 UTC", "finished_at": "2026-11-20 10:01:00 UTC",
        },
        "project": {"path_with_namespace": "group/signed", "default_branch": "main"},
        "builds": [],
    })
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    headers = {
        "content-type": "application/json",
        "x-gitlab-event": "Pipeline Hook",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SIGNING_SECRET).sign("msg_1", now, body),
    }
    status, answer = fetch(f"{server}/webhook", body.encode(), headers)
    expect(f"a delivery signed by standardwebhooks ({answer.strip()})", status, 200)
    altered = body.replace("success", "failed").encode()
    expect("the same, altered", fetch(f"{server}/webhook", altered, headers)[0], 401)
    _, answer = fetch(f"{server}/status/group/signed")
    expect("its verdict", json.loads(answer)["verdict"], "passed")


def github(server):
    body = json.dumps({
        "action": "completed",
        "workflow_run": {
            "id": 32, "name": "CI", "workflow_id": 5, "run_attempt": 1, "event": "push",
            "head_branch": "main", "head_sha": "cd" * 20, "status": "completed", "conclusion": "failure",
            "created_at": "2026-11-20T10:00:00Z", "updated_at": "2026-11-20T10:01:00Z",
            "repository": {"id": 1}, "head_repository": {"id": 1},
        },
        "repository": {"full_name": "owner/signed", "default_branch": "main"},
    })
    signature = subprocess.run(
        ["node", "sign.js", PLAIN_SECRET], cwd=HERE, input=body, capture_output=True, text=True, check=True,
    ).stdout.strip()
    headers = {
        "content-type": "application/json",
        "x-github-event": "workflow_run",
        "x-github-delivery": "1",
        "x-hub-signature-256": signature,
    }
    status, answer = fetch(f"{server}/webhook", body.encode(), headers)
    expect(f"a delivery signed by @octokit/webhooks ({answer.strip()})", status, 200)
    expect("the same, altered", fetch(f"{server}/webhook", body.encode() + b" ", headers)[0], 401)
    _, answer = fetch(f"{server}/status/owner/signed")
    expect("its verdict", json.loads(answer)["verdict"], "failed")


def metrics(server):
    _, text = fetch(f"{server}/metrics")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    deliveries = families["flaky_deliveries"]
    stored = sum(sample.value for sample in deliveries.samples if sample.labels.get("result") == "stored")
    expect("stored deliveries in /metrics", stored, 2.0)


def main():
    flaky = pathlib.Path(sys.argv[1]).resolve()
    environment = {**os.environ, "FLAKY_WEBHOOK_SECRET": f"{SIGNING_SECRET} {PLAIN_SECRET}", "FLAKY_REPORT_TOKEN": "report"}
    with tempfile.TemporaryDirectory() as folder:
        command = [flaky, "serve", "--listen", "127.0.0.1:0", "--database", f"sqlite://{folder}/flaky.db", "--public"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                address = server.stdout.readline().strip().rstrip("/")
                gitlab(address)
                github(address)
                metrics(address)
                tool = pathlib.Path(sys.executable).with_name("schemathesis")
                subprocess.run([tool, "run", f"{address}/openapi.json", *SCHEMATHESIS], cwd=folder, check=True)
            finally:
                server.terminate()
        if server.returncode != 0:
            sys.exit(f"the server ended with {server.returncode}")


main()
