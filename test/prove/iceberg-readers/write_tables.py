"""Lets PyIceberg write Iceberg tables of format version 2 (it does not write version 3), and the rows that PyIceberg itself then reads from them."""
import datetime
import decimal
import os
import uuid

import pyarrow as pa
import pyarrow.ipc
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, HourTransform, IdentityTransform, MonthTransform, TruncateTransform, YearTransform
from pyiceberg.types import (
    BinaryType, BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, IntegerType, ListType, LongType, MapType, NestedField, StringType, StructType,
    TimestampType, TimestamptzType, TimeType, UUIDType,
)
from serve import told

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "flag", BooleanType(), required=False),
    NestedField(3, "i", IntegerType(), required=False),
    NestedField(4, "r", FloatType(), required=False),
    NestedField(5, "d", DoubleType(), required=False),
    NestedField(6, "d9", DecimalType(9, 2), required=False),
    NestedField(7, "d38", DecimalType(38, 10), required=False),
    NestedField(8, "day", DateType(), required=False),
    NestedField(9, "clock", TimeType(), required=False),
    NestedField(10, "at", TimestampType(), required=False),
    NestedField(11, "instant", TimestamptzType(), required=False),
    NestedField(12, "word", StringType(), required=False),
    NestedField(13, "bytes", BinaryType(), required=False),
    NestedField(14, "four", FixedType(4), required=False),
    NestedField(15, "l", ListType(16, IntegerType(), element_required=False), required=False),
    NestedField(17, "m", MapType(18, StringType(), 19, DecimalType(9, 2), value_required=False), required=False),
    NestedField(20, "p", StructType(NestedField(21, "x", IntegerType(), required=False), NestedField(22, "y", StringType(), required=False)), required=False),
)
EPOCH = datetime.datetime(1970, 1, 1)


def value(name, n):
    instant = EPOCH + datetime.timedelta(days=n * 17 - 60, microseconds=n * 3600000001)
    return {
        "id": n, "flag": n % 2 == 0, "i": n * 37 % 91 - 45, "r": n / 8, "d": n / 7 - 1, "d9": decimal.Decimal(n * 25 - 300).scaleb(-2),
        "d38": decimal.Decimal(n * 1000003 - 5).scaleb(-10), "day": instant.date(), "clock": instant.time(), "at": instant,
        "instant": instant.replace(tzinfo=datetime.timezone.utc), "word": ["", "alpine", "béta", "🎈"][n % 4] + str(n % 3), "bytes": bytes([n % 5, 255, 0]),
        "four": bytes([n % 256, 1, 2, 3]), "l": [n, None], "m": [(f"k{n}", decimal.Decimal(n)), ("n", None)], "p": {"x": n % 9, "y": None if n % 2 == 0 else "y"},
    }[name]


def rows(table, first, count):
    """Returns rows numbered from `first`; every value but the number is NULL in one row of seven."""
    columns, schema = [], table.schema().as_arrow()
    for index, field in enumerate(schema):
        values = [value(field.name, n) if index == 0 or (n + index) % 7 != 0 else None for n in range(first, first + count)]
        columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def spec(*fields):
    return PartitionSpec(*[PartitionField(SCHEMA.find_field(name).field_id, 1000 + n, transform, f"{name}_{n}") for n, (name, transform) in enumerate(fields)])


def plain(table):
    table.append(rows(table, 0, 20))
    table.append(rows(table, 20, 20))
    table.delete("id < 5")
    table.overwrite(rows(table, 100, 5), overwrite_filter="id >= 35")


def evolved(table):
    plain(table)
    with table.update_schema() as update:
        update.add_column("extra", StringType())
        update.rename_column("word", "label")
        update.delete_column("r")
        update.update_column("i", field_type=LongType())
        update.update_column("d9", field_type=DecimalType(20, 2))
        update.move_first("d")
        update.add_column(("p", "z"), DoubleType())
        update.rename_column("p.x", "w")
    with table.update_spec() as update:
        update.add_field("id", BucketTransform(3), "by_id")
    schema = table.schema()
    more = pa.Table.from_pylist([{"id": 200 + n, "extra": f"e{n}", "i": 5000000000 + n, "p": {"w": n, "y": None, "z": 0.5}} for n in range(4)], schema=schema.as_arrow())
    table.append(more)
    table.delete("id == 201")


LAYOUTS = {
    "py_plain": (spec(), plain),
    "py_identity": (spec(("word", IdentityTransform())), plain),
    "py_bucket": (spec(("word", BucketTransform(3)), ("id", BucketTransform(2))), plain),
    "py_truncate": (spec(("i", TruncateTransform(10))), plain),
    "py_year": (spec(("day", YearTransform())), plain),
    "py_month": (spec(("at", MonthTransform())), plain),
    "py_day": (spec(("instant", DayTransform())), plain),
    "py_hour": (spec(("at", HourTransform())), plain),
    "py_evolved": (spec(), evolved),
    "py_evolved_month": (spec(("at", MonthTransform())), evolved),
}


def write(request):
    """Request: {"folder": path, "seed": int, "quick": bool}; `quick` writes the evolved tables and every third of the others. Answer: for each table {"name", "metadata", "frames",
    "deleteFiles"}, or {"name", "error"}."""
    folder = request["folder"]
    catalog = SqlCatalog("proof", uri=f"sqlite:///{folder}/py.db", warehouse=f"file://{folder}")
    catalog.create_namespace("main")
    outcomes = []
    for index, (name, (partitions, fill)) in enumerate(LAYOUTS.items()):
        if request["quick"] and fill is not evolved and (index + request["seed"]) % 3 != 0:
            continue
        try:
            table = catalog.create_table(f"main.{name}", SCHEMA, partition_spec=partitions, properties={"format-version": "2"})
            fill(table)
            found = table.scan().to_arrow()
            path = os.path.join(folder, f"{name}.arrows")
            with pa.OSFile(path, "wb") as out, pa.ipc.new_stream(out, found.schema) as writer:
                writer.write_table(found)
            outcomes.append({"name": name, "metadata": table.metadata_location, "frames": path, "deleteFiles": 0})
        except Exception as error:  # a table that cannot be written is an outcome to report
            outcomes.append({"name": name, "error": told(error)})
    return outcomes
