#!/usr/bin/env bash
# `flaky serve` beside nginx, which serves the same badge and status as static files, and beside the
# backend of seed.md as a minimal Flask application (benches/serve/reference.py), all in one run on
# loopback. The load comes from wrk on the same machine, so look at the ratios.
# Wants wrk, nginx and python3 with venv. The databases lie below target/, so that a synchronisation
# reaches a real disk.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --locked --release
python3 -m venv target/reference
target/reference/bin/pip install --quiet --disable-pip-version-check flask gunicorn
seconds=${1:-8}
work=$(mktemp -d "$PWD/target/serve.XXXXXX")
export FLAKY_WEBHOOK_SECRET=s3cret
pids=()
# shellcheck disable=SC2317 # called by the trap
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
ulimit -n "$(ulimit -H -n)"

await() { until curl --silent --output /dev/null "$1"; do sleep 0.05; done; }

# load NAME URL [WRK-OPTION…]: requests a second and the 99th percentile.
load() {
  local name=$1 url=$2 out
  shift 2
  out=$(wrk --threads 1 --connections 64 --duration "${seconds}s" --latency "$@" "$url")
  awk -v name="$name" '
    /99%/ { p99 = $2 }
    /Requests\/sec/ { rate = $2 }
    /Non-2xx/ { odd = " failed:" $0 }
    END { printf "| %-36s | %10.0f | %9s |%s\n", name, rate, p99, odd }' <<<"$out"
}

one_delivery() { # server
  curl --silent --fail --output /dev/null "$1/webhook" -H 'X-Gitlab-Event: Pipeline Hook' \
    -H "X-Gitlab-Token: $FLAKY_WEBHOOK_SECRET" -H 'Content-Type: application/json' --data '{
    "object_kind": "pipeline", "object_attributes": {"id": 7, "ref": "main", "status": "success",
      "sha": "0123456789012345678901234567890123456789", "source": "push",
      "created_at": "2026-11-20 09:00:00 UTC", "finished_at": "2026-11-20 09:01:00 UTC"},
    "project": {"path_with_namespace": "group/project", "default_branch": "main"}, "builds": []}'
}

target/release/flaky serve --quiet --listen 127.0.0.1:18080 --public \
  --database "sqlite://$work/flaky.db" >/dev/null &
pids+=($!)
flaky=$!
await http://127.0.0.1:18080/healthz
one_delivery http://127.0.0.1:18080

mkdir "$work/www"
curl --silent http://127.0.0.1:18080/badge/group/project.svg >"$work/www/badge.svg"
curl --silent http://127.0.0.1:18080/status/group/project >"$work/www/status.json"
chmod 755 "$work" # for the workers of nginx, which are another user's if root starts it
cat >"$work/nginx.conf" <<CONF
worker_processes auto;
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 4096; }
http {
  types { image/svg+xml svg; application/json json; }
  access_log off;
  keepalive_requests 1000000;
  open_file_cache max=100;
  server { listen 127.0.0.1:18081; root $work/www; }
}
CONF
nginx -c "$work/nginx.conf" 2>/dev/null &
pids+=($!)
await http://127.0.0.1:18081/badge.svg

(cd benches/serve && REFERENCE_DATABASE=$work/reference.db \
  exec ../../target/reference/bin/gunicorn --workers 2 --bind 127.0.0.1:18082 --log-level error reference:app) &
pids+=($!)
await http://127.0.0.1:18082/status
one_delivery http://127.0.0.1:18082

printf '| %-36s | %10s | %9s |\n|---|---|---|\n' "what (64 connections, ${seconds} s)" "requests/s" p99
load "badge, nginx (static file)" http://127.0.0.1:18081/badge.svg
load "badge, flaky" http://127.0.0.1:18080/badge/group/project.svg
etag=$(curl --silent --head http://127.0.0.1:18080/badge/group/project.svg | tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }')
load "badge not modified, flaky" http://127.0.0.1:18080/badge/group/project.svg --header "If-None-Match: $etag"
load "status, nginx (static file)" http://127.0.0.1:18081/status.json
load "status, flaky" http://127.0.0.1:18080/status/group/project
load "status, Flask" http://127.0.0.1:18082/status
load "webhooks, Flask" http://127.0.0.1:18082 --script benches/serve/webhooks.lua
load "webhooks, flaky" http://127.0.0.1:18080 --script benches/serve/webhooks.lua

printf '\nafter the load: %s MiB\n' "$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$flaky/status")"
python3 benches/serve/streams.py http://127.0.0.1:18080 "$flaky" 10000

printf '\na large database\n'
mkdir "$work/large"
python3 benches/serve/large.py target/release/flaky "$work/large"
