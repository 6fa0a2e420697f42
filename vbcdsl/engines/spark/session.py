"""The Spark session: the one that is there, or one of its own on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any, Final

from vbcdsl.data.readers.part import data_error

EXTRA: Final = 'Install it with `pip install "vbcdsl[spark]"`; it needs a Java runtime (17 or later).'
CHOSEN: Final = ("MASTER", "SPARK_REMOTE", "PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "PYSPARK_GATEWAY_PORT")


def session(threads: int = 2) -> Any:
    """The active session, else a new one: on the cluster that the environment names (`MASTER`,
    `PYSPARK_SUBMIT_ARGS`, `SPARK_CONF_DIR`, `spark-submit`), else `local[threads]`. `VbcError` without Spark or
    Java."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise data_error(
            "VBC5013", "The engine spark needs PySpark, which is not installed.", help=EXTRA
        ) from None
    found = SparkSession.getActiveSession()
    if found is not None:
        return found
    builder = SparkSession.builder.appName("vbcdsl")
    if not any(os.environ.get(name) for name in CHOSEN):
        if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
            raise data_error(
                "VBC5013", "The engine spark needs a Java runtime, and there is none.", help=EXTRA
            )
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        for name, value in local_settings(threads).items():
            builder = builder.config(name, value)
    try:
        started = builder.getOrCreate()
    except Exception as error:
        raise data_error(
            "VBC5013",
            "Spark does not start.",
            help="Look at what it wrote above; `spark-submit --version` must work here.",
            details=(type(error).__name__,),
        ) from None
    started.sparkContext.setLogLevel("ERROR")
    return started


def local_settings(threads: int) -> dict[str, str]:
    """The settings of a session on this machine alone: quiet, without its web pages, not seen from outside."""
    return {
        "spark.master": f"local[{threads}]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(max(2, threads)),
    }
