"""PySpark on two local cores with multiLine, the setting for line ends in quotes; one such file is one task of Spark."""

from common import clock, columns, file, output, report
from pyspark.sql import SparkSession

TYPES = {"string": "string", "integer": "bigint", "number": "double", "boolean": "boolean", "timestamp": "timestamp"}

began = clock()
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "4g")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    .config("spark.local.dir", f"{output}/temporary")
    .getOrCreate()
)
spark.range(1).count()
since = clock()
(
    spark.read.schema(", ".join(f"`{column['name']}` {TYPES[column['type']]}" for column in columns))
    .option("header", True)
    .option("multiLine", True)
    .option("quote", '"')
    .option("escape", '"')
    .option("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss'Z'")
    .option("mode", "FAILFAST")
    .csv(file)
    .write.option("compression", "snappy")
    .parquet(f"{output}/table")
)
report(clock() - since, startSeconds=since - began)
spark.stop()
