"""Compares Arrow streams of the platform with those of other readers, whatever the order of rows and columns."""
import pyarrow as pa
import pyarrow.ipc
from compare_rows import differences


def read(path):
    with pa.memory_map(path) as source:
        return pa.ipc.open_stream(source).read_all()


def fitted(column, target):
    """Gives a column of ours the type of theirs, which is the same but for sizes of offsets and names of parts."""
    if pa.types.is_fixed_size_binary(target):
        return pa.chunked_array([pa.array(column.to_pylist(), target)])
    return column if pa.types.is_nested(target) else column.cast(target)


def compare(job):
    """Request: {"name", "ours", "theirs", "dropRow"?}; only the columns that are in `ours` are compared. Answer: {"name", "rows", "differences"}."""
    ours, theirs = read(job["ours"]), read(job["theirs"])
    if job.get("dropRow"):
        ours = ours.slice(0, ours.num_rows - 1)
    names = ours.column_names
    missing = [name for name in names if name not in theirs.column_names]
    if missing:
        return {"name": job["name"], "rows": ours.num_rows, "differences": [f"columns {missing} are not theirs"]}
    fit = pa.Table.from_arrays([fitted(ours.column(name), theirs.schema.field(name).type) for name in names], names=names)
    return {"name": job["name"], "rows": ours.num_rows, "differences": differences(theirs.select(names), fit, names)}
