"""Reads Iceberg tables with PyIceberg and compares them with the Arrow streams of another reader."""
import datetime
import decimal
import random
import uuid

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq
from compare_rows import differences
from pyiceberg import expressions as ex
from pyiceberg.expressions.visitors import bind
from pyiceberg.io.pyarrow import ArrowScan, expression_to_pyarrow, schema_to_pyarrow
from pyiceberg.table import StaticTable
from pyiceberg.types import DecimalType, DoubleType, FixedType, FloatType, PrimitiveType, StringType, UUIDType

COMPARISONS = (ex.EqualTo, ex.LessThan, ex.LessThanOrEqual, ex.GreaterThan, ex.GreaterThanOrEqual, ex.NotEqualTo)


def uuid_bytes(value):
    """Gives the bytes of a uuid that is told as text, as bytes or as itself."""
    if isinstance(value, str):
        value = uuid.UUID(value)
    return value.bytes if isinstance(value, uuid.UUID) else value


def typed(table, schema):
    """Casts the frames of the other reader, which carry uuid as text and fixed as bytes, to the types of the Iceberg schema."""
    columns = []
    for field, target in zip(schema.fields, schema_to_pyarrow(schema)):
        column = table.column(field.name)
        if isinstance(field.field_type, UUIDType):
            values = [uuid_bytes(value) for value in column.to_pylist()]
            column = pa.chunked_array([pa.array(values, pa.binary(16))])
        elif isinstance(field.field_type, FixedType):
            column = pa.chunked_array([pa.array(column.to_pylist(), pa.binary(len(field.field_type)))])
        elif isinstance(field.field_type, PrimitiveType):
            column = column.cast(target.type)
        columns.append(column)
    return pa.Table.from_arrays(columns, names=[field.name for field in schema.fields])


def sample_values(column, randomness, samples):
    values = [value for value in pc.drop_null(pc.unique(column)).to_pylist() if value == value]
    values.sort()
    if not values:
        return []
    picked = {0, len(values) - 1, len(values) // 2} | {randomness.randrange(len(values)) for _ in range(samples - 3)}
    return [values[index] for index in sorted(picked)]


def filters_of(schema, ours, names, randomness, samples):
    """Yields conditions over the named columns, with values that occur in it."""
    for field in schema.fields:
        kind = field.field_type
        if field.name not in names or not isinstance(kind, PrimitiveType) or isinstance(kind, (UUIDType, FixedType)):
            continue
        name = field.name
        yield ex.IsNull(name)
        yield ex.NotNull(name)
        if isinstance(kind, (FloatType, DoubleType)):
            yield ex.IsNaN(name)
        for value in sample_values(ours.column(name), randomness, samples):
            literal = value
            if isinstance(value, datetime.datetime):
                literal = value.isoformat()
            elif isinstance(value, (datetime.date, datetime.time)):
                literal = value.isoformat()
            elif isinstance(kind, DecimalType):
                literal = decimal.Decimal(value)
            for condition in randomness.sample(COMPARISONS, min(samples, len(COMPARISONS))):
                yield condition(name, literal)
            yield ex.In(name, [literal])
            if isinstance(kind, StringType):
                yield ex.StartsWith(name, value[:2])


def compare_filters(table, schema, ours, names, randomness, samples):
    tried, pruning, wrong = 0, 0, []
    files = len(list(table.scan().plan_files()))
    for condition in filters_of(schema, ours, names, randomness, samples):
        expression = expression_to_pyarrow(bind(schema, condition, case_sensitive=True))
        expected = ours.filter(expression).num_rows
        scan = table.scan(row_filter=condition)
        planned = list(scan.plan_files())
        found = ArrowScan(table.metadata, table.io, schema, condition).to_table(planned).num_rows
        tried += 1
        pruning += len(planned) < files
        if found != expected:
            wrong.append(f"{condition}: {found} rows in place of {expected}")
    return {"tried": tried, "pruning": pruning, "wrong": wrong[:5], "wrongCount": len(wrong)}


def read_by_pyiceberg(table, refused):
    """Returns the table's rows, None where PyIceberg refuses it for the reason that is expected."""
    if refused is None:
        return table.scan().to_arrow()
    try:
        table.scan().to_arrow()
    except Exception as error:  # the message tells which feature it is that the reader has not
        if refused in str(error).lower():
            return None
        raise
    raise ValueError(f"PyIceberg reads the table, which it was to refuse for: {refused}")


def compare(job):
    """Request: {"name", "metadata", "frames", "filterColumns", "seed", "samples", "plain"?, "refused"?}. Answer: what was compared and everything that differs."""
    table = StaticTable.from_metadata(job["metadata"])
    schema = table.schema()
    names = [field.name for field in schema.fields]
    theirs = read_by_pyiceberg(table, job.get("refused"))
    with pa.memory_map(job["frames"]) as source:
        ours = pa.ipc.open_stream(source).read_all()
    outcome = {"name": job["name"], "rows": ours.num_rows, "columns": len(names)}
    ours = typed(ours, schema)
    outcome["differences"] = [] if theirs is None else differences(theirs, ours, names)
    if "plain" in job:
        outcome["plainDifferences"] = differences(typed(pq.read_table(job["plain"]), schema), ours, names)
    if job["filterColumns"]:
        outcome["filters"] = compare_filters(table, schema, ours, job["filterColumns"], random.Random(job["seed"]), job["samples"])
    return outcome
