#!/usr/bin/env bash
# flaky beside other tools, and what one run costs.
# Pictures: 500 frames, 800x300, 50 a second, beside ffmpeg, gifski and gifsicle.
# Badges: beside anybadge (pip install anybadge) and badge-maker (npm install -g badge-maker).
# Histories: those of FLAKY_REPOS (paths, separated by spaces), beside `git log --shortstat`,
# git-of-theseus (pip install git-of-theseus) and Gource in a virtual screen (xvfb-run);
# choose some of about 2k, 20k and 80k commits.
# FLAKY_MILLION=1 adds a made-up history of a million small commits, which takes minutes.
#
# Ours is the whole process from nothing; the others are handed the very same frames ready-made.
# Times are the best of three; every figure is of this run, on this machine: look at the ratios.
# A peak below that of python itself (some 14 MiB), which starts the processes, shows as that.
# Wants ffmpeg, gifsicle, gifski, anybadge, badge, gource, xvfb-run and git-of-theseus-analyze on the
# path (a missing one is said and left out), python3.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release
flaky=$PWD/target/release/flaky
million=$PWD/benches/million.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# measure RUNS COMMAND… -> "seconds MiB", the best time and the largest peak.
measure() {
  python3 - "$@" <<'PY'
import os, subprocess, sys, time
best, peak = float("inf"), 0
for _ in range(int(sys.argv[1])):
    begin = time.perf_counter()
    child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    best = min(best, time.perf_counter() - begin)
    peak = max(peak, usage.ru_maxrss)
    if status:
        sys.exit(f"failed: {sys.argv[2:]}")
print(f"{best:.4f} {peak / 1024:.1f}")
PY
}

row() { # name file seconds MiB our-seconds
  local bytes
  bytes=$(stat -c %s "$2")
  awk -v n="$1" -v b="$bytes" -v s="$3" -v m="$4" -v o="$5" \
    'BEGIN { printf "| %-26s | %8.3f s | %6.1fx | %6.1f MiB | %9d |\n", n, s, s / o, m, b }'
}

compare() { # name, options
  local name=$1 ours figures
  shift
  local options=(render -q --seed 3 --glitch dropped-beat --duration 10s --fps 50 --sweep-speed 40 "$@")
  "$flaky" "${options[@]}" -o frames.y4m
  "$flaky" "${options[@]}" -o frames.rgb
  printf '\n%s\n| %-26s | %10s | %7s | %10s | %9s |\n|---|---|---|---|---|\n' \
    "$name" tool time ratio peak bytes
  figures=$(measure 3 "$flaky" "${options[@]}" -o ours.gif)
  ours=${figures% *}
  # shellcheck disable=SC2086 # a pair of figures
  row "flaky (whole process)" ours.gif $figures "$ours"
  if command -v ffmpeg >/dev/null; then
    figures=$(measure 3 ffmpeg -v error -y -f rawvideo -pix_fmt rgb24 -s 800x300 -r 50 -i frames.rgb \
      -vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse=diff_mode=rectangle' ffmpeg.gif)
    row "ffmpeg" ffmpeg.gif $figures "$ours"
  else echo "ffmpeg is not installed"; fi
  if command -v gifski >/dev/null; then
    figures=$(measure 3 gifski -q --fps 50 -W 800 -H 300 -o gifski.gif frames.y4m)
    row "gifski" gifski.gif $figures "$ours"
    figures=$(measure 3 gifski -q --fast --fps 50 -W 800 -H 300 -o fast.gif frames.y4m)
    row "gifski --fast" fast.gif $figures "$ours"
  else echo "gifski is not installed"; fi
  if command -v gifsicle >/dev/null; then
    figures=$(measure 1 gifsicle -O3 ours.gif -o smaller.gif)
    row "gifsicle -O3 on ours" smaller.gif $figures "$ours"
    awk -v a="$(stat -c %s ours.gif)" -v b="$(stat -c %s smaller.gif)" \
      'BEGIN { printf "gifsicle saves %.2f %%\n", 100 * (1 - b / a) }'
  else echo "gifsicle is not installed"; fi
}

compare phosphor
compare lcd --trail lcd

printf '\nmemory and single runs\n'
printf '400 frames:    %s (s, MiB)\n' "$(measure 3 "$flaky" render -q --seed 3 -o a.gif)"
printf '20,000 frames: %s (s, MiB)\n' "$(measure 1 "$flaky" render -q --seed 3 --duration 800s -o b.gif)"
printf 'a still:       %s (s, MiB)\n' "$(measure 9 "$flaky" render -q --seed 3 --still -o c.png)"
printf 'an svg:        %s (s, MiB)\n' "$(measure 9 "$flaky" render -q --seed 3 -o d.svg)"
printf 'svg bytes:     %s, gzipped %s\n' "$(stat -c %s d.svg)" "$(gzip -9c d.svg | wc -c)"

printf '\nbadges, whole processes\n| %-26s | %10s | %7s | %10s | %9s |\n|---|---|---|---|---|\n' \
  tool time ratio peak bytes
figures=$(measure 30 "$flaky" badge -q --status passed -o ours.svg)
ours=${figures% *}
# shellcheck disable=SC2086 # a pair of figures
row "flaky badge" ours.svg $figures "$ours"
if command -v anybadge >/dev/null; then
  figures=$(measure 10 anybadge -l pipeline -v passed -f anybadge.svg -o)
  # shellcheck disable=SC2086
  row "anybadge" anybadge.svg $figures "$ours"
else echo "anybadge is not installed"; fi
if command -v badge >/dev/null; then
  badge pipeline passed :brightgreen >badge-maker.svg
  figures=$(measure 10 badge pipeline passed :brightgreen)
  # shellcheck disable=SC2086
  row "badge-maker" badge-maker.svg $figures "$ours"
else echo "badge-maker is not installed"; fi
printf 'png: %s, monitor png: %s, flaky gif: %s (s, MiB)\n' \
  "$(measure 20 "$flaky" badge -q --status passed -o badge.png)" \
  "$(measure 20 "$flaky" badge -q --status passed --style monitor -o monitor.png)" \
  "$(measure 3 "$flaky" badge -q --status flaky --flake-rate 7% -o flaky.gif)"

line() { # name "seconds MiB" seconds-of-the-other
  awk -v n="$1" -v s="${2% *}" -v m="${2#* }" -v g="$3" \
    'BEGIN { printf "| %-26s | %8.3f s | %6.1fx | %6.1f MiB |\n", n, s, g / s, m }'
}

# Reading and counting alone, then drawing. Ratios are those of the times.
history() { # repository
  local repo=$1 git ours
  printf '\n%s: %s commits\n| %-26s | %10s | %7s | %10s |\n|---|---|---|---|\n' \
    "$(basename "$repo")" "$(git -C "$repo" rev-list --count HEAD)" tool time ratio peak
  git=$(measure 1 git -C "$repo" log --shortstat --no-renames)
  line "git log --shortstat" "$git" "${git% *}"
  for threads in 1 2; do
    ours=$(measure 2 "$flaky" history -q "$repo" --no-cache --threads "$threads" --json -o beats.json)
    line "flaky, $threads thread(s)" "$ours" "${git% *}"
  done
  ours=$(measure 1 "$flaky" history -q "$repo" --no-cache --threads 2 -o life.gif)
  line "flaky, 2 threads, GIF" "$ours" "${git% *}"
  export XDG_CACHE_HOME=$work/cache
  "$flaky" history -q "$repo" HEAD~1 --json -o beats.json
  line "flaky, one new commit" "$(measure 1 "$flaky" history -q "$repo" --json -o beats.json)" "${git% *}"
  line "flaky, nothing new" "$(measure 2 "$flaky" history -q "$repo" --json -o beats.json)" "${git% *}"
}

# Whole times beside a tool that counts which lines survive.
survival() { # repository
  local repo=$1 branch
  if ! command -v git-of-theseus-analyze >/dev/null; then
    echo "git-of-theseus is not installed"
    return
  fi
  branch=$(git -C "$repo" symbolic-ref --short HEAD)
  printf 'git-of-theseus-analyze: %s (s, MiB)\n' "$(measure 1 git-of-theseus-analyze --quiet \
    --procs 2 --outdir theseus --branch "$branch" "$repo")"
}

# frame COMMAND… -> "seconds MiB": the time divided by the number of pictures that it writes.
frame() {
  local figures
  # shellcheck disable=SC2016 # for the inner shell
  figures=$(measure 1 sh -c '"$@" | wc -c >bytes' sh "$@")
  awk -v b="$(cat bytes)" -v s="${figures% *}" -v m="${figures#* }" \
    'BEGIN { printf "%.4f %.1f", s / (b / (3 * 1920 * 1080)), m }'
}

# A frame for every commit, as a GIF and as video of 1920x1080. Ratios are those of the times.
film() { # repository
  local repo=$1 ours theirs
  printf 'a GIF with a frame for every commit: %s (s, MiB)\n' \
    "$(measure 1 "$flaky" history -q "$repo" --max-frames 0 -o life.gif)"
  printf '\n%s: video, for every frame\n| %-26s | %10s | %7s | %10s |\n|---|---|---|---|\n' \
    "$(basename "$repo")" tool time ratio peak
  ours=$(frame "$flaky" history -q "$repo" --no-cache --threads 2 --max-frames 0 --size 1920x1080 \
    --format rgb -o -)
  theirs=$ours
  if command -v gource >/dev/null && command -v xvfb-run >/dev/null; then
    git -C "$repo" log --pretty=format:user:%aN%n%ct --reverse --raw --no-renames >gource.log
    theirs=$(frame xvfb-run -a -s '-screen 0 1920x1080x24' gource -1920x1080 --log-format git \
      --output-framerate 25 --stop-at-time 4 --output-ppm-stream - gource.log)
    line "Gource" "$theirs" "${theirs% *}"
  else echo "gource or xvfb-run is not installed"; fi
  line "flaky (whole process)" "$ours" "${theirs% *}"
}

if [ -z "${FLAKY_REPOS:-}" ]; then
  printf '\nno histories: name repositories in FLAKY_REPOS\n'
fi
for repo in ${FLAKY_REPOS:-}; do
  history "$repo"
  survival "$repo"
  film "$repo"
done

# Many small commits: MiB are about bytes for one of them.
if [ -n "${FLAKY_MILLION:-}" ]; then
  git init -q --bare million
  "$million" 1000000 | git -C million fast-import --quiet
  history million
fi
