"""Spark for the proof, as one session: compares tables, and writes tables of its own. The requests are told where they are answered.

Arguments: a folder for files of the session, and the jars beside Spark's own.
"""
import sys

import read_tables_spark
import write_tables_spark
from serve import serve
from spark_session import start

session = start(sys.argv[2:], sys.argv[1])
serve({"read": lambda request: read_tables_spark.compare(session, request), "write": lambda request: write_tables_spark.write(session, request)})
session.stop()
