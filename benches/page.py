#!/usr/bin/env python3
"""Measures the page in headless Chromium with software rendering, through the browser's own tracing,
beside a page that only asks for animation frames. Usage: benches/page.py [SECONDS] [FLAKY]

Prints for both: frames a second, the longest gap between two frames, the time of script and core in
a frame, the time of raster and compositing in a frame, and the time to the first picture.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
FLAKY = sys.argv[2] if len(sys.argv) > 2 else "target/release/flaky"
SIZE = "1920,1080"
EMPTY = """<!doctype html><title>empty</title><body style="margin:0;background:#000">
<div style="width:8px;height:8px;background:#fff;will-change:transform" id="dot"></div><script>
let n = 0;
const frame = () => { dot.style.transform = `translateX(${n++ % 1900}px)`; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
</script>"""
CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline,cc,viz,blink.user_timing,loading"
# Work of the browser besides the scripts: raster of tiles, compositing, and drawing the screen.
PIXELS = {
    "RasterTask",
    "ThreadProxy::ScheduledActionDraw",
    "SoftwareRenderer::DrawFrame",
    "DirectRenderer::DrawFrame",
    "CanvasResourceProvider::ProduceCanvasResource",
}


def trace(folder, page):
    file = folder / "trace.json"
    words = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--window-size={SIZE}", f"--user-data-dir={folder}/profile",
        f"--trace-startup={CATEGORIES}", f"--trace-startup-duration={SECONDS + 4}",
        "--trace-startup-format=json", f"--trace-startup-file={file}", page.as_uri(),
    ]
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    with subprocess.Popen(words, **quiet) as browser:
        deadline = time.monotonic() + SECONDS + 60
        events = None
        while events is None and time.monotonic() < deadline:
            time.sleep(1)
            try:
                events = json.loads(file.read_text())["traceEvents"]
            except (FileNotFoundError, ValueError):
                pass
        browser.terminate()
    if events is None:
        raise SystemExit("chromium wrote no trace")
    return events


def measure(name, events):
    ends = [e for e in events if e.get("ph") == "X" and "dur" in e]
    frames = sorted((e for e in ends if e["name"] == "FireAnimationFrame"), key=lambda e: e["ts"])
    if len(frames) < 10:
        raise SystemExit(f"{name}: {len(frames)} frames in the trace")
    navigation = min((e["ts"] for e in events if e["name"] == "ResponseReceive" or e["name"] == "ParseHTML"), default=frames[0]["ts"])
    # The start-up is a measure of its own.
    settled = [e for e in frames if e["ts"] > frames[0]["ts"] + 2_000_000]
    seconds = (settled[-1]["ts"] - settled[0]["ts"]) / 1e6
    gaps = [(b["ts"] - a["ts"]) / 1e3 for a, b in zip(settled, settled[1:])]
    script = [e["dur"] / 1e3 for e in settled]
    begin, end = settled[0]["ts"], settled[-1]["ts"]
    pixels = sum(e["dur"] for e in ends if e["name"] in PIXELS and begin <= e["ts"] <= end) / 1e3
    late = sum(1 for gap in gaps if gap > 25)
    print(
        f"{name}: {len(settled) / seconds:.1f} frames a second over {seconds:.0f} s; gaps over 25 ms: {late}, "
        f"longest {max(gaps):.1f} ms; script and core {statistics.mean(script):.2f} ms a frame, worst "
        f"{max(script):.1f}; raster and compositing {pixels / len(settled):.2f} ms a frame; "
        f"first frame {(frames[0]['ts'] - navigation) / 1e3:.0f} ms after the document"
    )


with tempfile.TemporaryDirectory() as name:
    for kind in ("empty", "flaky"):
        folder = pathlib.Path(name) / kind
        folder.mkdir()
        page = folder / "page.html"
        if kind == "empty":
            page.write_text(EMPTY)
        else:
            subprocess.run([FLAKY, "-q", "page", "--seed", "7", "-o", page], check=True)
        measure(kind, trace(folder, page))
