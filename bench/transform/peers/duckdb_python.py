"""The DuckDB of the Python package index with the query of the bare DuckDB, over the whole file."""

import duckdb
from common import clock, job, output, report

since = clock()
connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
connection.execute("SET TimeZone = 'UTC'")
connection.execute(f"COPY ({job['query']}) TO '{output}/part.parquet' (FORMAT parquet, COMPRESSION snappy)")
report(clock() - since)
