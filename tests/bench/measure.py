# SPDX-License-Identifier: Apache-2.0
"""Run a command: wall seconds, CPU seconds, and in MB the most memory it had
of its own (sampled; the pages of a mapped store are the file's, not counted)
and in all. usage: measure.py FILE COMMAND...; the figures go to FILE."""
import resource
import subprocess
import sys
import time


def own_memory(pid):
    try:
        with open("/proc/%d/status" % pid) as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


start = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
own = 0
while child.poll() is None:
    own = max(own, own_memory(child.pid))
    time.sleep(0.02)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as out:
    print("%.3f %.3f %d %d" % (wall, used.ru_utime + used.ru_stime,
                               own / 1024, used.ru_maxrss / 1024), file=out)
sys.exit(child.returncode)
