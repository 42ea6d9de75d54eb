"""Spark for the comparison with jobs of the batch engine: runs queries over Parquet files and writes their rows to Parquet.

Arguments: threads, memory in MiB, shuffle partitions, a folder for files of the session, and a JSON object of the paths of each table's files.
Requests, a line of JSON each: {"do": "facts"}, or {"do": "run", "select": ".."}.
"""
import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from pyspark.sql import SparkSession  # noqa: E402

threads, memory, partitions, scratch, tables = sys.argv[1:]
session = (
    SparkSession.builder.master(f"local[{threads}]")
    .appName("batch-spark")
    .config("spark.driver.memory", f"{memory}m")
    .config("spark.sql.shuffle.partitions", partitions)
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "localhost")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.local.dir", scratch)
    .config("spark.sql.warehouse.dir", scratch)
    .config("spark.sql.parquet.compression.codec", "zstd")
    .getOrCreate()
)
session.sparkContext.setLogLevel("OFF")
for name, files in json.loads(tables).items():
    session.read.parquet(*files).createOrReplaceTempView(name)


def run(request):
    session.sql(request["select"]).write.mode("overwrite").parquet(f"{scratch}/result")
    return None


def facts(_):
    system = session.sparkContext._jvm.java.lang.System
    return {"spark": session.version, "java": system.getProperty("java.version"), "rows": session.table("facts").count()}


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"answer": {"run": run, "facts": facts}[request["do"]](request)}
    except Exception as error:  # Every failure is told to the caller.
        answer = {"failure": f"{type(error).__name__}: {error}"[:2000]}
    print(json.dumps(answer), file=answers, flush=True)
session.stop()
