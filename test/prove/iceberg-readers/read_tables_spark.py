"""Reads Iceberg tables with Spark and compares them with the Arrow streams of another reader.

Standard input: {"jars": [path], "tables": [{"name", "metadata", "frames", "vectorized"?}]}.
Standard output: one JSON line a table: what was compared and everything that differs.
"""
import json
import os
import sys
import tempfile

import pyarrow as pa
import pyarrow.ipc
from compare_rows import differences
from spark_session import CATALOG, start


def comparable(column, target):
    """Gives a column of ours the type in which Spark hands it out: uuid is text in both, the rest casts without loss."""
    return column.cast(target) if column.type != target else column


def compare(session, job):
    name = f"{CATALOG}.main.{job['name']}"
    session.sql(f"CALL {CATALOG}.system.register_table('main.{job['name']}', '{job['metadata']}')")
    theirs = session.read.option("vectorization-enabled", str(job.get("vectorized", True)).lower()).table(name).toArrow()
    with pa.memory_map(job["frames"]) as source:
        ours = pa.ipc.open_stream(source).read_all()
    columns = [comparable(ours.column(field.name), field.type) for field in theirs.schema]
    ours = pa.Table.from_arrays(columns, names=theirs.column_names)
    return {
        "name": job["name"],
        "rows": ours.num_rows,
        "columns": len(theirs.column_names),
        "differences": differences(theirs, ours, theirs.column_names),
    }


def main():
    request = json.load(sys.stdin)
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the JVM writes to standard output, too
    with tempfile.TemporaryDirectory() as scratch:
        session = start(request["jars"], scratch)
        for job in request["tables"]:
            try:
                outcome = compare(session, job)
            except Exception as error:  # a table that cannot be read is an outcome to report, like one that differs
                causes = [line.strip() for line in str(error).splitlines() if "Caused by" in line]
                text = f"{type(error).__name__}: {str(error)[:300]} {' '.join(causes)[:500]}"
                outcome = {"name": job["name"], "rows": 0, "columns": 0, "differences": [text]}
            print(json.dumps(outcome), file=results, flush=True)
        session.stop()


main()
