"""Reads versions of a Delta table with a reader that was not written here, and prints what it found as one JSON value.

argv[1]: {"reader": "deltalake" | "pyarrow" | "polars" | "pyspark", "uri", "options": storage options, "versions": [..],
"jars": [..], "filter": [column, value] for pyarrow}
Prints: [{"version", "types": {column: type}, "rows": [..]}], the rows ordered by id.
"""

import json
import sys


def with_deltalake(call, version):
    import polars
    from deltalake import DeltaTable, QueryBuilder

    table = DeltaTable(call["uri"], version=version, storage_options=call["options"])
    # The engine of delta-rs answers; Polars only turns its Arrow batches into Python values.
    frame = polars.DataFrame(QueryBuilder().register("t", table).execute("select * from t order by id").read_all())
    types = {field.name: field.type.type for field in table.schema().fields}
    return {"version": table.version(), "types": types, "rows": frame.to_dicts()}


def with_pyarrow(call, version):
    import pyarrow.dataset
    from deltalake import DeltaTable

    table = DeltaTable(call["uri"], version=version, storage_options=call["options"])
    column, value = call["filter"]
    # PyArrow skips files by what delta-rs makes of their statistics.
    found = table.to_pyarrow_dataset().to_table(filter=pyarrow.dataset.field(column) == value)
    types = {field.name: field.type.type for field in table.schema().fields}
    return {"version": version, "types": types, "rows": found.sort_by("id").to_pylist()}


def with_polars(call, version):
    import polars

    frame = polars.scan_delta(call["uri"], version=version, storage_options=call["options"]).sort("id").collect()
    types = {name: str(kind) for name, kind in frame.schema.items()}
    return {"version": version, "types": types, "rows": frame.to_dicts()}


def with_pyspark(call, version):
    import atexit
    from pyspark.sql import SparkSession

    settings = {
        "spark.jars": ",".join(call["jars"]),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "1",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    atexit.register(spark.stop)
    frame = spark.read.format("delta").option("versionAsOf", version).load(call["uri"])
    types = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    return {"version": version, "types": types, "rows": [row.asDict() for row in frame.orderBy("id").collect()]}


def main():
    call = json.loads(sys.argv[1])
    read = {"deltalake": with_deltalake, "pyarrow": with_pyarrow, "polars": with_polars, "pyspark": with_pyspark}[call["reader"]]
    print(json.dumps([read(call, version) for version in call["versions"]], default=str))


main()
