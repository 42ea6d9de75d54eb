"""Starts Spark with Iceberg and a catalog in which tables are registered by their metadata."""
from pyspark.sql import SparkSession

CATALOG = "proof"

# Tables that Spark reads of ours; those that it writes are in `main`.
OURS = "ours"


def start(jars, scratch):
    """Returns a session whose catalog `CATALOG` keeps its tables below the folder `scratch`."""
    settings = {
        "spark.jars": ",".join(jars),
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        # Tables of few rows of many shapes: what would compile each statement takes longer than it saves.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": scratch,
        "spark.local.dir": scratch,
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        f"spark.sql.catalog.{CATALOG}": "org.apache.iceberg.spark.SparkCatalog",
        f"spark.sql.catalog.{CATALOG}.type": "jdbc",
        f"spark.sql.catalog.{CATALOG}.uri": f"jdbc:sqlite:{scratch}/catalog.db",
        f"spark.sql.catalog.{CATALOG}.warehouse": f"file://{scratch}",
        f"spark.sql.catalog.{CATALOG}.io-impl": "org.apache.iceberg.hadoop.HadoopFileIO",
    }
    builder = SparkSession.builder.master("local[2]").appName("iceberg-readers")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for namespace in ("main", OURS):
        session.sql(f"CREATE NAMESPACE {CATALOG}.{namespace}")
    return session
