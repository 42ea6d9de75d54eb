"""Plans scans of an Iceberg table with PyIceberg. Arguments: location of the metadata, first and last instant of a day, samples.

Standard output: {"firstMs", "againMs": [..], "dayMs": [..], "files", "dayFiles"}.
"""
import json
import sys
import time

from pyiceberg.expressions import And, GreaterThanOrEqual, LessThan
from pyiceberg.table import StaticTable


def timed(run):
    started = time.perf_counter()
    count = len(list(run()))
    return (time.perf_counter() - started) * 1000, count


def main():
    metadata, start, end, samples = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    day = And(GreaterThanOrEqual("at", start), LessThan("at", end))
    first_ms, files = timed(lambda: StaticTable.from_metadata(metadata).scan().plan_files())
    table = StaticTable.from_metadata(metadata)
    again = sorted(timed(lambda: table.scan().plan_files())[0] for _ in range(samples))
    days = [timed(lambda: table.scan(row_filter=day).plan_files()) for _ in range(samples)]
    print(json.dumps({"firstMs": first_ms, "againMs": again, "dayMs": sorted(ms for ms, _ in days), "files": files, "dayFiles": days[0][1]}))


main()
