"""Programs of the machine that tests use. On a machine without one the tests that need it say so and are skipped;
where `CI` is set they run, and fail."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(program: str, package: str) -> pytest.MarkDecorator:
    """The mark of a test that needs a program, from a Debian package."""
    here = shutil.which(program) is not None or (program == "java" and bool(os.environ.get("JAVA_HOME")))
    missing = not here and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason=f"{program} is not installed (apt-get install {package})")
