"""Lists, pairs and values that are shared."""

from __future__ import annotations

from typing import Any

import pytest
from tests.serialization.builders import incident

from incidentcore.conditions import ALWAYS
from incidentcore.errors import FormatError
from incidentcore.kpi import Count, Kpi
from incidentcore.records import (
    Incident,
)
from incidentcore.serialization import (
    Codec,
    from_plain,
    to_plain,
)


def test_small_values_of_a_history_are_one_object() -> None:
    """The same person and state at several events take the memory of one."""
    plain = to_plain(incident())
    read = from_plain(plain, Incident)

    people = {event.by for event in read.history}
    assert len({id(event.by) for event in read.history}) == len(people)


@pytest.mark.parametrize("pair", [[], ["late"], ["late", None, None], "late", {"late": None}, None])
def test_a_pair_has_two_parts(pair: Any) -> None:
    """Neither fewer nor more are read, nor anything but a list."""
    kpi = Kpi(id="x", measure=Count(), exclusions={"late": ALWAYS})
    plain = Codec().to_plain(kpi)
    assert Codec().from_plain(plain, Kpi) == kpi
    whole = plain["value"]["exclusions"][0]
    plain["value"]["exclusions"] = [pair if not isinstance(pair, list) else [*pair]]
    with pytest.raises(FormatError, match="exclusions"):
        Codec().from_plain(plain, Kpi)
    plain["value"]["exclusions"] = [[*whole, None]]
    with pytest.raises(FormatError, match="exclusions"):
        Codec().from_plain(plain, Kpi)
