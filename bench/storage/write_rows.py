"""Writes the rows of a Parquet file as an Iceberg table with PyIceberg. Arguments: the file, a directory for the table, samples.

Each sample reads the file and replaces all rows of the table. Standard output: {"writeMs": [..], "rows"}.
"""
import json
import sys
import time
import uuid

import pyarrow.parquet as parquet
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.io import load_file_io
from pyiceberg.io.pyarrow import _pyarrow_to_schema_without_ids
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import assign_fresh_schema_ids
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import update_table_metadata


class OneTable(NoopCatalog):
    """PyIceberg's catalogs need a database; this one writes the metadata file and leaves it at that."""

    def commit_table(self, table, requirements, updates):
        metadata = update_table_metadata(table.metadata, updates, False, table.metadata_location)
        location = f"{metadata.location}/metadata/{uuid.uuid4()}.metadata.json"
        ToOutputFile.table_metadata(metadata, table.io.new_output(location))
        return CommitTableResponse(metadata=metadata, metadata_location=location)


def main():
    source, directory, samples = sys.argv[1], sys.argv[2], int(sys.argv[3])
    location = f"file://{directory}"
    schema = assign_fresh_schema_ids(_pyarrow_to_schema_without_ids(parquet.read_schema(source), downcast_ns_timestamp_to_us=True))
    metadata = new_table_metadata(schema, UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, location)
    first = f"{location}/metadata/00000.metadata.json"
    io = load_file_io(location=location)
    ToOutputFile.table_metadata(metadata, io.new_output(first))
    table = Table(("bench", "target"), metadata, first, io, OneTable("bench"))
    times = []
    for _ in range(samples):
        started = time.perf_counter()
        table.overwrite(parquet.read_table(source))
        times.append((time.perf_counter() - started) * 1000)
    rows = sum(task.file.record_count for task in table.scan().plan_files())
    print(json.dumps({"writeMs": sorted(times), "rows": rows}))


main()
