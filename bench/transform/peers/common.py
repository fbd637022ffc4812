"""Shared by the Python peers: reads the benchmark's job and prints the result line."""

import json
import sys
import time

job = json.load(open(sys.argv[1], encoding="utf-8"))
columns = job["dataset"]["columns"]
file = job["file"]
output = job["output"]
clock = time.perf_counter


def report(seconds, **more):
    print(json.dumps({"seconds": seconds, **more}), flush=True)
