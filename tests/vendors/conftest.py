"""What tests of several readers share."""

from __future__ import annotations

import warnings
from typing import Any

import pytest


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """Return pm4py, which has a stage of its own, with the warnings of its own code left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pm4py", reason="the stage interop installs pm4py")
