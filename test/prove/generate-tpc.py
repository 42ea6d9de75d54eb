"""Generates the tables of one TPC benchmark as Parquet files, one a table.

Usage: generate-tpc.py tpch|tpcds SCALE_FACTOR FOLDER
The generators are those of the TPC, as the duckdb package of requirements.txt carries them; they make the same rows every time.
"""

import os
import sys

import duckdb

GENERATORS = {"tpch": "dbgen", "tpcds": "dsdgen"}


def main(benchmark: str, scale_factor: str, folder: str) -> None:
    connection = duckdb.connect()
    connection.execute(f"call {GENERATORS[benchmark]}(sf={float(scale_factor)})")
    for (table,) in connection.execute("select table_name from information_schema.tables order by 1").fetchall():
        path = os.path.join(folder, f"{table}.parquet").replace("'", "''")
        connection.execute(f"copy {table} to '{path}' (format parquet, codec zstd)")


if __name__ == "__main__":
    main(*sys.argv[1:])
