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


def cells(row):
    """(index, {field: value}) of each cell; field 0 is posts, 1 to 4 the
    labels, 5 the score (zigzag, thousandths)."""
    at = 0
    while at < len(row):
        index = row[at]
        length, at = varint(row, at + 1)
        end = at + length
        which, at = varint(row, at)
        values = {}
        for field in range(64):
            if which >> field & 1:
                value, at = varint(row, at)
                if field == 5:
                    value = (value >> 1) ^ -(value & 1)
                values[field] = value
        assert at == end
        yield index, values


def main(path, subject="*"):
    env = lmdb.open(path, max_dbs=16, readonly=True)
    names, windows = env.open_db(b"names"), env.open_db(b"windows")
    with env.begin() as txn:
        number = 0
        if subject != "*":
            found = txn.get(bytes([SUBJECTS]) + subject.encode(), db=names)
            if found is None:
                sys.exit(f"{subject}: no such subject")
            number = struct.unpack(">I", found)[0]
        cursor = txn.cursor(db=windows)
        if not cursor.last():
            sys.exit("no posts yet")
        last = struct.unpack(">H", cursor.key()[:2])[0]
        for day in range(last - 29, last + 1):
            # Source 0: the hours of all sources.
            row = txn.get(struct.pack(">HIH", day, number, 0), db=windows)
            posts = negative = positive = score = 0
            for _, value in cells(row or b""):
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
