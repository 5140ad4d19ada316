-- Pipelines of GitLab for wrk: each request is another pipeline, in a body of some 4 KiB. The bodies are
-- prepared but for their numbers, so that the load costs less than the server.
local secret = os.getenv("FLAKY_WEBHOOK_SECRET")
local states = { "running", "success", "success", "failed" }
local job = [[{"id": %d, "stage": "test", "name": "job %d", "status": "%s", "created_at": "2026-11-20 10:00:00 UTC",
 "started_at": "2026-11-20 10:00:05 UTC", "finished_at": "2026-11-20 10:01:05 UTC", "duration": 60.1,
 "queued_duration": 0.5, "failure_reason": null, "when": "on_success", "manual": false, "allow_failure": false,
 "user": {"id": 1, "name": "A Developer", "username": "dev", "email": "[REDACTED]"},
 "runner": {"id": 12, "description": "shared runner", "runner_type": "instance_type", "active": true, "tags": ["linux", "docker"]},
 "artifacts_file": {"filename": null, "size": null}, "environment": null}]]
local ends = {}
for number, state in ipairs(states) do
  local jobs = {}
  for n = 1, 6 do jobs[n] = job:format(n, n, state) end
  ends[number] = ([[", "status": "%s", "ref": "main", "tag": false,
   "detailed_status": "passed", "source": "push", "stages": ["test"],
   "created_at": "2026-11-20 10:00:00 UTC", "finished_at": "2026-11-20 10:01:10 UTC", "duration": 70,
   "url": "https://gitlab.example/group/project/-/pipelines/1"},
   "project": {"id": 1, "name": "project", "web_url": "https://gitlab.example/group/project",
   "path_with_namespace": "group/project", "default_branch": "main"}, "builds": [%s]}]]):format(
    state, table.concat(jobs, ","))
end
local heads = {}
function init()
  count = 0
  for number, text in ipairs(ends) do
    -- The number of a pipeline has ten digits, and its commit ends with it.
    local length = #text + #'{"object_kind": "pipeline", "object_attributes": {"id": 1000000000, "sha": "' + 40
    heads[number] = "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      .. "X-Gitlab-Event: Pipeline Hook\r\nX-Gitlab-Token: " .. secret .. "\r\nContent-Length: " .. length
      .. '\r\n\r\n{"object_kind": "pipeline", "object_attributes": {"id": '
  end
end
function request()
  count = count + 1
  local number, state = tostring(1000000000 + count), count % #states + 1
  return heads[state] .. number .. ', "sha": "012345678901234567890123456789' .. number .. ends[state]
end
