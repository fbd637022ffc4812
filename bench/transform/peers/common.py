"""What the Python peers share: the job that the benchmark hands over, and the line that a peer ends with."""

import json
import sys
import time

job = json.load(open(sys.argv[1], encoding="utf-8"))
columns = job["dataset"]["columns"]
file = job["file"]
output = job["output"]
clock = time.perf_counter


def tell(seconds, **more):
    print(json.dumps({"seconds": seconds, **more}), flush=True)
