"""The backend of seed.md as a minimal Flask application, which `benches/serve.sh` compares with.

It has the same two routes: a webhook of GitLab that stores the state, and /status that returns it. Like
the original, it watches one project and checks the token; each delivery is a transaction of SQLite.
"""

import os
import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)
SECRET = os.environ["FLAKY_WEBHOOK_SECRET"]
PATH = os.environ["REFERENCE_DATABASE"]


def database():
    connection = sqlite3.connect(PATH, timeout=10)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


with database() as connection:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS status (id INTEGER PRIMARY KEY, state TEXT, at TEXT)")


@app.post("/webhook")
def webhook():
    if request.headers.get("X-Gitlab-Token") != SECRET:
        return "", 401
    pipeline = request.get_json()["object_attributes"]
    with database() as connection:
        connection.execute(
            "INSERT INTO status VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, at = excluded.at",
            (pipeline["status"], pipeline["created_at"]),
        )
    return "", 200


@app.get("/status")
def status():
    with database() as connection:
        row = connection.execute("SELECT state, at FROM status").fetchone()
    return jsonify(status=row[0] if row else "unknown", at=row[1] if row else None)
