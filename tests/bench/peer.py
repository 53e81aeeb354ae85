# SPDX-License-Identifier: Apache-2.0
"""The peer of `make bench`, second half: rows of peer.js into SQLite, one
transaction for each 10,000 posts, journal WAL, synchronous NORMAL. Prints the
CPU seconds it used. usage: peer.py DATABASE <ROWS"""
import resource
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.executescript("""
pragma journal_mode = wal;
pragma synchronous = normal;
create table posts (source text, id text, quarter integer, score real,
                    text text, primary key (source, id)) without rowid;
create table windows (quarter integer, subject text, source text,
                      negative integer, neutral integer, positive integer,
                      primary key (quarter, subject, source)) without rowid;
""")
posts, windows = [], []
for line in sys.stdin:
    row = line.rstrip("\n").split("\t")
    if row[0] == "p":
        posts.append(row[1:])
    elif row[0] == "w":
        windows.append(row[1:])
    elif row[0] == "commit":
        db.execute("begin")
        db.executemany("insert or replace into posts values (?,?,?,?,?)",
                       posts)
        db.executemany(
            "insert into windows values (?,?,?,?,?,?) on conflict do update "
            "set negative = negative + excluded.negative, "
            "neutral = neutral + excluded.neutral, "
            "positive = positive + excluded.positive", windows)
        db.execute("commit")
        posts, windows = [], []
db.close()
used = resource.getrusage(resource.RUSAGE_SELF)
print("python %.3f" % (used.ru_utime + used.ru_stime), file=sys.stderr)
