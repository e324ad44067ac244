"""What the tests of stores share."""

from __future__ import annotations

import pytest

from incidentcore.storage import InMemoryStore


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()
