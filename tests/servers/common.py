# SPDX-License-Identifier: Apache-2.0
"""What the tests of servers say, run and compare with. They leave with
failures; DIR, BUILD: their folder and the programs, from the environment."""
import json
import os
import subprocess

DIR, BUILD = os.environ["DIR"], os.environ["BUILD"]
failures = []


def check(what, condition, more=""):
    if not condition:
        failures.append(what)
        print("FAIL", what, more)


def swell(*words, status=0):
    """All that it says."""
    done = subprocess.run([BUILD + "/swell", "--config", DIR + "/swell.yaml",
                           *words], capture_output=True, text=True)
    said = done.stdout + done.stderr
    check(f"swell {' '.join(words)} leaves with {status}",
          done.returncode == status, f"{done.returncode}: {said}")
    return said


def posts(store, there=True):
    """there=False: perhaps there is no store yet."""
    out = subprocess.run([BUILD + "/tests/tools/posts", store],
                         capture_output=True, text=True, check=there).stdout
    return list(map(json.loads, out.splitlines()))


def stored(source=None, there=True):
    """By their ids."""
    return {p["id"]: p for p in posts(DIR + "/store", there)
            if source in (None, p["source"])}
