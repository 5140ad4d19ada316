#!/usr/bin/env bash
# flaky beside other tools, and what one run costs.
# Pictures: 500 frames, 800x300, 50 a second, beside ffmpeg, gifski and gifsicle.
# Badges: beside anybadge (pip install anybadge) and badge-maker (npm install -g badge-maker).
# Histories: those of FLAKY_REPOS (paths, separated by spaces), beside `git log --shortstat`;
# choose some of about 2k, 20k and 80k commits.
#
# Ours is the whole process from nothing; the others are handed the very same frames ready-made.
# Times are the best of three; every figure is of this run, on this machine: look at the ratios.
# A peak below that of python itself (some 14 MiB), which starts the processes, shows as that.
# Wants ffmpeg, gifsicle, gifski, anybadge and badge on the path (a missing one is said and left
# out), python3.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release
flaky=$PWD/target/release/flaky
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

# Reading and counting alone, then drawing. Ratios are those of the times.
history() { # repository
  local repo=$1 git ours line
  printf '\n%s: %s commits\n| %-26s | %10s | %7s | %10s |\n|---|---|---|---|\n' \
    "$(basename "$repo")" "$(git -C "$repo" rev-list --count HEAD)" tool time ratio peak
  git=$(measure 1 git -C "$repo" log --shortstat --no-renames)
  line() { # name "seconds MiB"
    awk -v n="$1" -v s="${2% *}" -v m="${2#* }" -v g="${git% *}" \
      'BEGIN { printf "| %-26s | %8.3f s | %6.1fx | %6.1f MiB |\n", n, s, g / s, m }'
  }
  line "git log --shortstat" "$git"
  for threads in 1 2; do
    ours=$(measure 2 "$flaky" history -q "$repo" --no-cache --threads "$threads" --json -o beats.json)
    line "flaky, $threads thread(s)" "$ours"
  done
  export XDG_CACHE_HOME=$work/cache
  "$flaky" history -q "$repo" HEAD~1 --json -o beats.json
  line "flaky, one new commit" "$(measure 1 "$flaky" history -q "$repo" --json -o beats.json)"
  line "flaky, nothing new" "$(measure 2 "$flaky" history -q "$repo" --json -o beats.json)"
  printf 'a GIF with a frame for every commit: %s (s, MiB)\n' \
    "$(measure 1 "$flaky" history -q "$repo" --max-frames 0 -o life.gif)"
}

if [ -z "${FLAKY_REPOS:-}" ]; then
  printf '\nno histories: name repositories in FLAKY_REPOS\n'
fi
for repo in ${FLAKY_REPOS:-}; do
  history "$repo"
done
