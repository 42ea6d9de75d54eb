"""Lets Spark write Iceberg tables of both format versions, and the rows that Spark itself then reads from them."""
import os

import pyarrow as pa
import pyarrow.ipc
from serve import told
from spark_session import CATALOG

COLUMNS = (
    "id BIGINT NOT NULL, flag BOOLEAN, i INT, r FLOAT, d DOUBLE, d9 DECIMAL(9,2), d38 DECIMAL(38,10), day DATE, at TIMESTAMP_NTZ, instant TIMESTAMP, "
    "word STRING, bytes BINARY, l ARRAY<INT>, m MAP<STRING, DECIMAL(9,2)>, p STRUCT<x: INT, y: STRING>"
)


def rows(first, count):
    """Returns a query of rows numbered from `first`; every value is NULL in one row of seven."""
    values = [
        "id % 2 = 0",
        "CAST(id * 37 % 91 - 45 AS INT)",
        "CAST(id / 8 AS FLOAT)",
        "id / 7D - 5",
        "CAST(id / 4 - 3 AS DECIMAL(9,2))",
        "CAST(id * 1000003 - 5 AS DECIMAL(38,10)) / 8",
        "date_add(DATE'1969-12-20', CAST(id % 40 AS INT))",
        "CAST(timestamp_micros(id * 3600000001 * 7 - 86400000001) AS TIMESTAMP_NTZ)",
        "timestamp_micros(id * 86400000001 * 9 - 1)",
        "concat(array('', 'alpine', 'béta', '🎈')[id % 4], CAST(id % 3 AS STRING))",
        "unhex(md5(CAST(id % 5 AS STRING)))",
        "array(CAST(id AS INT), NULL)",
        "map(concat('k', id), CAST(id AS DECIMAL(9,2)), 'n', NULL)",
        "named_struct('x', CAST(id % 9 AS INT), 'y', IF(id % 2 = 0, NULL, 'y'))",
    ]
    names = ["flag", "i", "r", "d", "d9", "d38", "day", "at", "instant", "word", "bytes", "l", "m", "p"]
    items = [f"IF((id + {index}) % 7 = 0, NULL, {value}) AS {name}" for index, (name, value) in enumerate(zip(names, values))]
    return f"SELECT id, {', '.join(items)} FROM range({first}, {first + count})"


def insert(first, count, order="id"):
    return f"INSERT INTO {{t}} SELECT * FROM ({rows(first, count)}) ORDER BY {order}"


MERGE_ON_READ = "'write.delete.mode'='merge-on-read', 'write.update.mode'='merge-on-read', 'write.merge.mode'='merge-on-read'"
PARTITIONS = [
    "", "PARTITIONED BY (bucket(4, id))", "PARTITIONED BY (truncate(2, word))", "PARTITIONED BY (flag)", "PARTITIONED BY (day)",
    "PARTITIONED BY (years(day))", "PARTITIONED BY (months(at))", "PARTITIONED BY (days(instant))", "PARTITIONED BY (hours(at))",
    "PARTITIONED BY (d9)", "PARTITIONED BY (truncate(10, i))", "PARTITIONED BY (bucket(3, d38), months(instant))",
]
EVOLVED = [
    insert(0, 12), "ALTER TABLE {t} ADD COLUMN extra STRING AFTER id", "INSERT INTO {t} (id, extra, word) VALUES (100, 'e', 'w')",
    "ALTER TABLE {t} ADD COLUMN p.z DOUBLE AFTER x", "ALTER TABLE {t} RENAME COLUMN p.x TO w", "ALTER TABLE {t} DROP COLUMN p.y",
    "ALTER TABLE {t} RENAME COLUMN word TO label", "ALTER TABLE {t} RENAME COLUMN extra TO word", "ALTER TABLE {t} DROP COLUMN r",
    "ALTER TABLE {t} ALTER COLUMN i TYPE BIGINT", "ALTER TABLE {t} ALTER COLUMN d9 TYPE DECIMAL(20,2)", "ALTER TABLE {t} ALTER COLUMN d FIRST",
    "ALTER TABLE {t} ADD PARTITION FIELD bucket(3, id)",
    "INSERT INTO {t} (id, word, label, i, d9, p) VALUES (101, 'new', 'l', 5000000000, 123456789012.5, named_struct('w', 1, 'z', 2.5D)), (102, NULL, NULL, NULL, NULL, NULL)",
    "DELETE FROM {t} WHERE id % 5 = 1",
]


def histories():
    """Yields tables: name, clauses of CREATE TABLE, statements."""
    churn = [
        insert(0, 15), insert(15, 15), "DELETE FROM {t} WHERE id % 3 = 1", "UPDATE {t} SET word = concat('new ', id), i = NULL WHERE id % 4 = 0",
        insert(30, 6), "MERGE INTO {t} t USING (SELECT id, 'merged' AS w FROM range(20, 45)) s ON t.id = s.id WHEN MATCHED AND t.id % 2 = 0 THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET word = s.w WHEN NOT MATCHED THEN INSERT (id, word) VALUES (s.id, s.w)",
    ]
    for version in (2, 3):
        for index, partition in enumerate(PARTITIONS):
            yield f"read_merged_{index}_v{version}", f"{partition} TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ})", churn
        granularity = "'write.delete.granularity'='partition'"
        yield f"by_partition_v{version}", f"PARTITIONED BY (flag) TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ}, {granularity})", churn
        yield f"written_anew_v{version}", f"PARTITIONED BY (months(at)) TBLPROPERTIES ('format-version'='{version}')", churn
        for codec in ("gzip", "snappy", "lz4", "uncompressed"):
            properties = f"'write.parquet.compression-codec'='{codec}', 'write.metadata.compression-codec'='gzip'"
            yield f"{codec}_v{version}", f"TBLPROPERTIES ('format-version'='{version}', {properties})", [insert(0, 20)]
        for partition, name in (("", "plain"), ("PARTITIONED BY (months(at))", "months"), ("PARTITIONED BY (i)", "identity")):
            more = {
                "months": ["ALTER TABLE {t} REPLACE PARTITION FIELD months(at) WITH days(at)"],
                "identity": ["ALTER TABLE {t} DROP PARTITION FIELD i"],
            }.get(name, [])
            steps = [*EVOLVED, *more, insert_evolved(200), "DELETE FROM {t} WHERE id % 7 = 3", "UPDATE {t} SET label = 'u' WHERE id % 6 = 2"]
            yield f"evolved_{name}_v{version}", f"{partition} TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ})", steps
        kept = [*churn, "CALL proof.system.rewrite_data_files(table => '{n}', options => map('rewrite-all', 'true'))", "DELETE FROM {t} WHERE id % 11 = 2"]
        yield f"rewritten_v{version}", f"PARTITIONED BY (flag) TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ})", kept
        manifests = [*churn, "CALL proof.system.rewrite_position_delete_files('{n}')", "CALL proof.system.rewrite_manifests('{n}')"]
        yield f"manifests_v{version}", f"PARTITIONED BY (flag) TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ})", manifests
        yield f"object_store_v{version}", f"TBLPROPERTIES ('format-version'='{version}', 'write.object-storage.enabled'='true')", [insert(0, 9)]
    yield "upgraded", f"PARTITIONED BY (flag) TBLPROPERTIES ('format-version'='2', {MERGE_ON_READ})", [
        *churn, "ALTER TABLE {t} SET TBLPROPERTIES ('format-version'='3')", insert(60, 9), "DELETE FROM {t} WHERE id % 5 = 0",
    ]


def insert_evolved(first):
    return f"INSERT INTO {{t}} (id, word, label, at, i) SELECT id, concat('w', id), NULL, at, i FROM ({rows(first, 12)})"


def delete_equal(session, name, columns, values):
    """Adds a commit of equality deletes by Iceberg's own library, one delete file for the whole of an unpartitioned table."""
    jvm = session._jvm
    table = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session._jsparkSession, f"{CATALOG}.main.{name}")
    schema = table.schema().select(columns)
    ids = session.sparkContext._gateway.new_array(jvm.int, len(columns))
    for index, column in enumerate(columns):
        ids[index] = table.schema().findField(column).fieldId()
    factory = jvm.org.apache.iceberg.data.GenericAppenderFactory(table.schema(), table.spec(), ids, schema, None)
    output = jvm.org.apache.iceberg.io.OutputFileFactory.builderFor(table, 1, 1).build()
    writer = factory.newEqDeleteWriter(output.newOutputFile(), jvm.org.apache.iceberg.FileFormat.PARQUET, None)
    for row in values:
        record = jvm.org.apache.iceberg.data.GenericRecord.create(schema)
        for column, value in zip(columns, row):
            record.setField(column, value)
        writer.write(record)
    writer.close()
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit()
    session.sql(f"REFRESH TABLE {CATALOG}.main.{name}")


def equality_history(session, name, version):
    run(session, name, f"TBLPROPERTIES ('format-version'='{version}', {MERGE_ON_READ})", [insert(0, 20)])
    delete_equal(session, name, ["i"], [(-25,), (12,), (999,)])
    run(session, name, None, ["INSERT INTO {t} (id, i, word) VALUES (30, -25, 'again'), (31, NULL, NULL)"])
    delete_equal(session, name, ["i", "word"], [(None, None), (-25, "other")])
    run(session, name, None, ["ALTER TABLE {t} RENAME COLUMN word TO label", "INSERT INTO {t} (id, label) VALUES (32, NULL)", "DELETE FROM {t} WHERE id = 7"])


def run(session, name, clauses, statements):
    table = f"{CATALOG}.main.{name}"
    if clauses is not None:
        session.sql(f"CREATE TABLE {table} ({COLUMNS}) USING iceberg {clauses}")
    for statement in statements:
        session.sql(statement.replace("{t}", table).replace("{n}", f"main.{name}"))


def save(session, name, folder):
    """Writes the rows as Spark reads them, and tells where the table's metadata is."""
    found = session.table(f"{CATALOG}.main.{name}").toArrow()
    path = os.path.join(folder, f"{name}.arrows")
    with pa.OSFile(path, "wb") as out, pa.ipc.new_stream(out, found.schema) as writer:
        writer.write_table(found)
    log = session.sql(f"SELECT file FROM {CATALOG}.main.{name}.metadata_log_entries ORDER BY timestamp DESC, latest_sequence_number DESC LIMIT 1")
    files = session.sql(f"SELECT content, count(*) FROM {CATALOG}.main.{name}.files GROUP BY content").collect()
    return {"name": name, "metadata": log.collect()[0][0], "frames": path, "deleteFiles": sum(count for content, count in files if content != 0)}


def write(session, request):
    """Request: {"folder": path, "seed": int, "quick": bool}; `quick` writes those with equality deletes, the upgraded one and a few of the others. Answer: for each table {"name",
    "metadata", "frames", "deleteFiles"}, or {"name", "error"}."""
    tables = [(name, lambda name=name, clauses=clauses, steps=steps: run(session, name, clauses, steps)) for name, clauses, steps in histories()]
    tables += [(f"equality_v{version}", lambda version=version: equality_history(session, f"equality_v{version}", version)) for version in (2, 3)]
    outcomes = []
    for index, (name, fill) in enumerate(tables):
        stride = 1 if name.startswith(("equality", "upgraded")) else 3 if name.startswith("evolved") else 14
        if request["quick"] and (index + request["seed"]) % stride != 0:
            continue
        try:
            fill()
            outcomes.append(save(session, name, request["folder"]))
        except Exception as error:  # a table that cannot be written is an outcome to report
            outcomes.append({"name": name, "error": told(error)})
    return outcomes
