"""Compares the rows that two readers found in one table."""
import collections
import datetime
import decimal
import uuid

import pyarrow as pa
import pyarrow.compute as pc

ROWS_AS_OBJECTS_MAX = 50_000

# Sums of decimals must not depend on the order of the rows.
decimal.getcontext().prec = 100


def plain(value):
    """Gives a value a form that equal values of both readers share."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float):
        return "nan" if value != value else repr(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, dict):
        return tuple((key, plain(inner)) for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(plain(inner) for inner in value)
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value


def counted(kind):
    """Gives the type that nanoseconds, or a list of them, are compared in: Python has no moments so fine. None for other types."""
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.int64()
    if (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and counted(kind.value_type) is not None:
        return pa.list_(pa.int64())
    return None


def uniform(table, names):
    """Drops what may differ without meaning: dictionary encoding, large offsets, extension types, chunks."""
    columns = []
    for name in names:
        column = table.column(name)
        if isinstance(column.type, pa.BaseExtensionType):
            column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
        if pa.types.is_large_string(column.type):
            column = column.cast(pa.string())
        if pa.types.is_large_binary(column.type):
            column = column.cast(pa.binary())
        columns.append(column if counted(column.type) is None else column.cast(counted(column.type)))
    return pa.Table.from_arrays(columns, names=names)


def row_bag(table):
    if table.num_rows <= ROWS_AS_OBJECTS_MAX:
        columns = [[plain(value) for value in column.to_pylist()] for column in table.columns]
        return collections.Counter(map(repr, zip(*columns)))
    counted = table.group_by(table.column_names).aggregate([([], "count_all")])
    return counted.sort_by([(name, "ascending") for name in counted.column_names])


def column_facts(column):
    facts = {"nulls": column.null_count}
    try:
        low_high = pc.min_max(column).as_py()
        facts["min"], facts["max"] = repr(plain(low_high["min"])), repr(plain(low_high["max"]))
        if pa.types.is_integer(column.type) or pa.types.is_decimal(column.type):
            facts["sum"] = str(sum(value for value in column.to_pylist() if value is not None)) if len(column) <= ROWS_AS_OBJECTS_MAX else str(pc.sum(column).as_py())
    except (pa.ArrowNotImplementedError, KeyError):
        facts["values"] = collections.Counter(repr(plain(value)) for value in column.to_pylist())
    return facts


def differences(theirs, ours, names):
    """Returns sentences about everything in which two tables of the same types differ, whatever the order of their rows."""
    found = []
    if theirs.num_rows != ours.num_rows:
        found.append(f"{theirs.num_rows} rows in place of {ours.num_rows}")
    left, right = uniform(theirs, names), uniform(ours, names)
    for name in names:
        if column_facts(left.column(name)) != column_facts(right.column(name)):
            found.append(f"column {name}: {str(column_facts(left.column(name)))[:200]} in place of {str(column_facts(right.column(name)))[:200]}")
    if row_bag(left) != row_bag(right):
        found.append("the rows differ as a multiset")
    return found
