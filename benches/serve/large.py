#!/usr/bin/env python3
"""Measures what a large database costs. Usage: large.py FLAKY FOLDER [RUNS]

Fills one database with RUNS runs (a million) of 1,000 projects over two years, and one with 100 runs of each, and
prints for each: the time until the server answers, and the median time of the first request for each kind
of page, so that nothing is cached. Then it sends deliveries while the older half of the large one is
deleted.
"""

import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection

FLAKY, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
PROJECTS = 1000
YEAR = 365 * 86_400
PAGES = ["/status/{}", "/badge/{}.svg", "/history/{}.json", "/tests/{}.json", "/events?project={}"]
SECRET = "s3cret"


class Server:
    """A server on a database in FOLDER."""

    def __init__(self, name, *options):
        self.path = FOLDER / f"{name}.db"
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [FLAKY, "serve", "--quiet", "--listen", "127.0.0.1:0", "--database", f"sqlite://{self.path}", "--public", *options],
            env={**os.environ, "FLAKY_WEBHOOK_SECRET": SECRET}, stdout=subprocess.PIPE, text=True,
        )
        address = self.process.stdout.readline().strip()
        self.start_s = time.perf_counter() - begin
        self.connection = HTTPConnection(address.removeprefix("http://").rstrip("/"))

    def end(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()

    def get(self, path):
        """The time of a request, in seconds."""
        begin = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        if path.startswith("/events"):
            while not answer.readline().startswith(b"data:"):
                pass
            self.connection.close()
        else:
            answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status}")
        return time.perf_counter() - begin

    def post(self, number, project="group/posted"):
        """The time of a delivery, in seconds."""
        body = json.dumps({
            "object_kind": "pipeline",
            "object_attributes": {
                "id": number, "ref": "main", "sha": f"{number:040x}", "status": "success", "source": "push",
                "created_at": "2026-11-20 10:00:00 UTC", "finished_at": "2026-11-20 10:01:00 UTC",
            },
            "project": {"path_with_namespace": project, "default_branch": "main"},
            "builds": [
                {"id": 10 * number + job, "name": f"job {job}", "status": "success", "allow_failure": False,
                 "created_at": "2026-11-20 10:00:00 UTC", "finished_at": "2026-11-20 10:01:00 UTC"}
                for job in range(5)
            ],
        })
        headers = {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET, "Content-Type": "application/json"}
        begin = time.perf_counter()
        self.connection.request("POST", "/webhook", body, headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"a delivery was answered {answer.status}")
        return time.perf_counter() - begin


def fill(name, runs, projects):
    """Makes a database of copies of one run."""
    server = Server(name)
    server.post(7, "group/p0")
    server.end()
    database = sqlite3.connect(server.path)
    columns = "id, name, provider, default_branch, branch_told, heard, seq"
    first = database.execute(f"SELECT {columns} FROM flaky_projects").fetchone()
    rows = ((first[0] + n, f"group/p{n}", *first[2:6], first[6] + n) for n in range(1, projects))
    database.executemany(f"INSERT INTO flaky_projects ({columns}) VALUES (?,?,?,?,?,?,?)", rows)
    columns = "project, key, git_ref, kind, created, number, attempt, finished, body"
    run = database.execute(f"SELECT {columns} FROM flaky_runs").fetchone()
    sha = f"{7:040x}"
    before, after = run[8].split('"Number":7' if '"Number":7' in run[8] else '"number":7', 1)
    word = '"Number":' if '"Number":7' in run[8] else '"number":'

    def copies():
        for number in range(runs):
            created = run[4] - int((1 - number / runs) * 2 * YEAR * 1e6)
            body = f"{before}{word}{1000 + number}{after.replace(sha, f'{number:040x}')}"
            yield (1 + number % projects, f"gitlab {1000 + number} 1 group/p", run[2], run[3], created, 1000 + number, 1, 1, body)

    database.executemany(f"INSERT INTO flaky_runs ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", copies())
    database.commit()
    database.close()


def measured(name):
    """The times of a server on this database, in milliseconds."""
    server = Server(name, "--keep", "3650d")
    times = {"start": 1000 * server.start_s}
    chance = random.Random(1)
    for page in PAGES:
        # Each page has projects of its own, so nothing is cached.
        some = chance.sample(range(PROJECTS), 100)
        times[page] = 1000 * statistics.median(server.get(page.format(f"group/p{number}")) for number in some)
    server.end()
    return times


def main():
    fill("small", PROJECTS * 100, PROJECTS)
    fill("large", RUNS, PROJECTS)
    small, large = measured("small"), measured("large")
    size = (FOLDER / "large.db").stat().st_size / 1e6
    print(f"{RUNS} runs of {PROJECTS} projects, {size:.0f} MB, beside 100 runs of each")
    for what, milliseconds in large.items():
        print(f"| {what:24} | {milliseconds:8.2f} ms | {milliseconds / small[what]:5.2f}x |")
    server = Server("large", "--keep", "365d")
    times = sorted(server.post(number) for number in range(1, 3001))
    server.end()
    print(f"deliveries while old runs are deleted: p50 {1000 * times[1500]:.1f} ms, p99 {1000 * times[2970]:.1f} ms")


main()
