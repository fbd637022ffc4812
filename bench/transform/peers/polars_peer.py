"""Polars, its streaming engine from file to file. It does not report which records are faulty: no strict validation."""

import polars
from common import clock, columns, file, output, report

TYPES = {"string": polars.String, "integer": polars.Int64, "number": polars.Float64, "boolean": polars.Boolean}

since = clock()
schema = {column["name"]: TYPES.get(column["type"], polars.String) for column in columns}
times = [
    polars.col(column["name"]).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC")
    for column in columns
    if column["type"] == "timestamp"
]
polars.scan_csv(file, schema=schema).with_columns(times).sink_parquet(f"{output}/part.parquet", compression="snappy")
report(clock() - since)
