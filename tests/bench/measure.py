# SPDX-License-Identifier: Apache-2.0
"""Run a command: wall seconds, CPU seconds and the most memory it had.
usage: measure.py FILE COMMAND...; the figures go to FILE."""
import resource
import subprocess
import sys
import time

start = time.monotonic()
status = subprocess.call(sys.argv[2:])
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as out:
    print("%.3f %.3f %d" % (wall, used.ru_utime + used.ru_stime,
                            used.ru_maxrss), file=out)
sys.exit(status)
