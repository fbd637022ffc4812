"""pandas reads (its C parser), pyarrow writes. Values that do not fit their type end the program, so it has no strict validation."""

import pandas
import pyarrow
import pyarrow.parquet
from common import clock, columns, file, output, report

TYPES = {"string": "string[pyarrow]", "integer": "Int64", "number": "float64", "boolean": "boolean"}

since = clock()
types = {column["name"]: TYPES.get(column["type"], "string[pyarrow]") for column in columns}
table = pandas.read_csv(file, dtype=types, keep_default_na=False, na_values=[""], true_values=["true"], false_values=["false"])
for column in columns:
    if column["type"] == "timestamp":
        table[column["name"]] = pandas.to_datetime(table[column["name"]], format="%Y-%m-%dT%H:%M:%SZ", utc=True)
pyarrow.parquet.write_table(
    pyarrow.Table.from_pandas(table, preserve_index=False), f"{output}/part.parquet", compression="snappy"
)
report(clock() - since)
