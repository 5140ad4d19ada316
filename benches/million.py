#!/usr/bin/env python3
"""Writes a made-up history to standard output, as input of `git fast-import`.

    git init -q --bare big && benches/million.py 1000000 | git -C big fast-import --quiet

Many small commits: 50 people change 210 files in 21 folders, one line of one file at a time. Some
commits are at night, every thousandth has a tag, and no line is ever long. The same number gives
the same commits on every machine.
"""

import random
import sys

PEOPLE = 50
FOLDERS = 21
FILES = 210
# Lines of a file, beyond which its lines are replaced instead of added.
LINES = 40
# The first commit, in seconds since 1970, and the longest time between two commits.
BEGIN_S = 1_000_000_000
LONGEST_GAP_S = 1_200
TAGGED = 1000


def commits(count):
    """The commands for so many commits."""
    numbers = random.Random(1)
    files = [[] for _ in range(FILES)]
    now = BEGIN_S
    for number in range(count):
        at = numbers.randrange(FILES)
        lines = files[at]
        line = f"line {numbers.getrandbits(32):08x} of commit {number}\n"
        if len(lines) < LINES:
            lines.append(line)
        else:
            lines[numbers.randrange(LINES)] = line
        person = numbers.randrange(PEOPLE)
        now += numbers.randrange(1, LONGEST_GAP_S)
        who = f"Person {person} <person{person}@example.org> {now} +0000"
        subject = f"Change file {at} for the {len(lines)} lines it has now"
        yield (
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"author {who}\ncommitter {who}\ndata {len(subject)}\n{subject}\n"
            f"M 100644 inline folder{at % FOLDERS}/file{at}\n"
        )
        text = "".join(lines)
        yield f"data {len(text)}\n{text}\n"
        if number % TAGGED == TAGGED - 1:
            yield f"reset refs/tags/v{number // TAGGED + 1}\nfrom :{number + 1}\n\n"


sys.stdout.writelines(commits(int(sys.argv[1])))
