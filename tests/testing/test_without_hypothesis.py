"""Contracts work without hypothesis; what needs it says so."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import sys
sys.modules["hypothesis"] = None  # as if it were not installed
from incidentcore.errors import MissingExtraError
from incidentcore.storage import InMemoryStore
from incidentcore.testing import AsyncStoreContract, StoreContract, check_sla, legal_records

class Contract(StoreContract):
    def make_store(self):
        return InMemoryStore()

print(*Contract().run(["test_a_batch_is_all_or_nothing"]))
for needed in (check_sla, legal_records):
    try:
        needed()
    except MissingExtraError as error:
        print(error)
"""


@pytest.mark.process
def test_contracts_need_no_hypothesis() -> None:
    """A contract runs; a law names the extra to install."""
    shown = subprocess.run(  # noqa: S603  our own interpreter on our own lines
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    install = "needs the extra 'testing': python -m pip install 'incidentcore[testing]'"
    assert shown == [
        "passed  test_a_batch_is_all_or_nothing",
        f"incidentcore.testing.check_sla {install}",
        f"incidentcore.testing.legal_records {install}",
    ]
