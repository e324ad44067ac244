"""A partial goes through bytes and comes back."""

from __future__ import annotations

import pytest

from incidentcore.adapters.partial_bytes import pack_partial, unpack_partial
from incidentcore.errors import FormatError
from incidentcore.kpi import gather_kpis
from incidentcore.vendors import read_table

from .engines import KPIS, MAPPING, MODES, how, tickets


@pytest.mark.parametrize("mode", MODES)
def test_a_packed_partial_comes_back(mode: str) -> None:
    """Equal, and smaller than the values that it holds written out."""
    part = gather_kpis(KPIS, read_table(tickets(300), MAPPING), **how(mode))
    data = pack_partial(part)
    assert unpack_partial(data) == part
    assert len(data) < 12_000
    assert data[:2] == b"x\x01"  # zlib's fastest level


@pytest.mark.parametrize("data", [b"", b"x" * 9, b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_other_bytes_are_refused(data: bytes) -> None:
    """The error says what they are not."""
    with pytest.raises(FormatError):
        unpack_partial(data)
