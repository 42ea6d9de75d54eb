"""Reads Iceberg tables with Spark and compares them with the Arrow streams of another reader."""
import pyarrow as pa
import pyarrow.ipc
from compare_rows import differences
from spark_session import CATALOG, OURS


def comparable(column, target):
    """Gives a column of ours the type in which Spark hands it out: uuid is text in both, the rest casts without loss."""
    return column.cast(target) if column.type != target else column


def compare(session, job):
    """Request: {"name", "metadata", "frames", "vectorized"?}. Answer: what was compared and everything that differs."""
    name = f"{CATALOG}.{OURS}.{job['name']}"
    session.sql(f"CALL {CATALOG}.system.register_table('{OURS}.{job['name']}', '{job['metadata']}')")
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
