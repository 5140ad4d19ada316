#!/usr/bin/env python3
"""Opens event streams and measures what they cost. Usage: streams.py SERVER PID NUMBER

Prints the memory of the server per stream, and the time in which a change reaches the last of them.
"""

import json
import os
import select
import socket
import sys
import time
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

SERVER, PID, NUMBER = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
HOST, PORT = urlsplit(SERVER).hostname, urlsplit(SERVER).port
PROJECT = "group/streams"
SHA = "0123456789012345678901234567890123456789"


def memory_mib():
    with open(f"/proc/{PID}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def post(number, state):
    body = json.dumps({
        "object_kind": "pipeline",
        "object_attributes": {
            "id": number, "ref": "main", "sha": SHA, "status": state, "source": "push",
            "created_at": "2026-11-20 10:00:00 UTC", "finished_at": "2026-11-20 10:01:00 UTC",
        },
        "project": {"path_with_namespace": PROJECT, "default_branch": "main"},
        "builds": [],
    }).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Gitlab-Event": "Pipeline Hook",
        "X-Gitlab-Token": os.environ["FLAKY_WEBHOOK_SECRET"],
    }
    with urlopen(Request(f"{SERVER}/webhook", body, headers)) as answer:
        answer.read()


def listen():
    """Opens all streams and waits for the first event of each."""
    poll = select.epoll()
    streams = {}
    for _ in range(NUMBER):
        stream = socket.create_connection((HOST, PORT))
        stream.sendall(f"GET /events?project={PROJECT} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        streams[stream.fileno()] = stream
        poll.register(stream.fileno(), select.EPOLLIN)
        if len(streams) % 200 == 0:
            hear(poll, streams, 200)
    return poll, streams


def hear(poll, streams, number):
    """Waits until so many streams have an event, and returns when the last one had."""
    heard = set()
    while len(heard) < number:
        for stream, _ in poll.poll():
            if b"data:" in streams[stream].recv(1 << 16):
                heard.add(stream)
    return time.perf_counter()


def main():
    post(1, "success")
    before = memory_mib()
    poll, streams = listen()
    after = memory_mib()
    print(f"{NUMBER} event streams: {after:.0f} MiB in all, {1024 * (after - before) / NUMBER:.1f} KiB each")
    for number in range(2, 8):
        time.sleep(0.5)
        sent = time.perf_counter()
        post(number, "failed" if number % 2 == 0 else "success")
        stored = time.perf_counter()
        last = hear(poll, streams, NUMBER)
        print(f"a change reached all of them {1000 * (last - sent):.0f} ms after it was sent, answered after {1000 * (stored - sent):.0f} ms")


main()
