"""The store of the how-to page under the contract."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.storage import RecordStore
from incidentcore.testing.contracts import StoreContract

FILE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "store_of_your_own.py"


def own_store() -> Any:
    """Return the class of the page."""
    spec = importlib.util.spec_from_file_location("store_of_your_own", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.OwnStore


def test_its_methods_take_forty_lines() -> None:
    """The class fits on a page: what is hard is in ``checked_append``."""
    text = FILE.read_text(encoding="utf-8")
    lines = [line for line in text[text.index("    def append") :].splitlines() if line]

    assert len(lines) <= 40


@pytest.mark.process
class TestOwnStore(StoreContract):
    """Every check that it declares."""

    capabilities = frozenset({"nul"})
    appends = 5
    steps = 100
    seeds = (1,)

    @pytest.fixture(autouse=True)
    def _stores(self, tmp_path: Path) -> Iterator[None]:
        self.folder, self.stores = tmp_path, list[Any]()
        yield
        for store in self.stores:
            store.base.close()

    def make_store(self) -> RecordStore:
        """Return a store on a new file."""
        store = own_store()(self.folder / f"{len(self.stores)}.sqlite")
        self.stores.append(store)
        return store  # type: ignore[no-any-return]
