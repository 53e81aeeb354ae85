#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Print a subject's posts a day for the last 30 days of a store, straight
from its file, without swell. Needs Debian's python3-lmdb.

    series.py STORE [SUBJECT]        SUBJECT "*" (default): every post
"""
import datetime
import struct
import sys

import lmdb

SUBJECTS = 0  # kinds in the table "names"


def varint(data, at):
    """The number at data[at], and where the next one starts."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def tags(data, at):
    """The counts of one post, from its tags: posts, label, score."""
    which = data[at]
    score, at = varint(data, at + 1) if which & 4 else (0, at + 1)
    for bit in 8, 16:  # channels, intents
        at += 1 if which & bit else 0
    if which & 32:  # aspects
        _, at = varint(data, at)
    return {0: 1, 1 + (which & 3): 1, 5: unzigzag(score)}, at


def unzigzag(value):
    return (value >> 1) ^ -(value & 1)


def cells(row):
    """(index, {field: value}) of each cell; field 0 is posts, 1 to 4 the
    labels, 5 the score in thousandths."""
    length, at = varint(row, 0)
    end = at + length
    while at < end:
        head, at = varint(row, at)
        if head & 1:
            values, at = tags(row, at)
        else:
            _, at = varint(row, at)
            which, at = varint(row, at)
            values = {}
            for field in range(64):
                if which >> field & 1:
                    value, at = varint(row, at)
                    values[field] = unzigzag(value) if field == 5 else value
        yield head >> 1, values
    assert at == end


def main(path, subject="*"):
    env = lmdb.open(path, max_dbs=16, readonly=True)
    names, days = env.open_db(b"names"), env.open_db(b"days")
    with env.begin() as txn:
        number = 0
        if subject != "*":
            found = txn.get(bytes([SUBJECTS]) + subject.encode(), db=names)
            if found is None:
                sys.exit(f"{subject}: no such subject")
            number = struct.unpack(">I", found)[0]
        cursor = txn.cursor(db=days)
        if not cursor.last():
            sys.exit("no posts yet")
        last = struct.unpack(">H", cursor.key()[:2])[0]
        for day in range(last - 29, last + 1):
            row = txn.get(struct.pack(">HI", day, number), db=days)
            posts = negative = positive = score = 0
            for _, value in cells(row or b"\0"):
                posts += value.get(0, 0)
                negative += value.get(2, 0)
                positive += value.get(4, 0)
                score += value.get(5, 0)
            date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
            print(date, posts, negative, positive, f"{score / 1000:.3f}")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
