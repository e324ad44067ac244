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
    containers,
    from_plain,
    to_plain,
)
from incidentcore.serialization.containers import union_shape
from incidentcore.serialization.registry import REGISTRY
from incidentcore.values import NEW, Actor, State


def test_small_values_of_a_history_are_one_object() -> None:
    """The same person and state at several events take the memory of one."""
    plain = to_plain(incident())
    read = from_plain(plain, Incident)

    people = {event.by for event in read.history}
    assert len({id(event.by) for event in read.history}) == len(people)


def test_long_values_are_not_shared_and_many_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is shared takes little memory, however many values a document has."""
    monkeypatch.setattr(containers, "_MANY", 2)
    read = containers.read_shared(lambda data, _: Actor(**data), {"id": str, "role": str})

    def same(one: dict[str, str], *between: dict[str, str]) -> bool:
        first = read(one, None)
        for other in between:
            read(other, None)
        assert read(one, None) == first
        return read(one, None) is first

    ada, ben, cy = ({"id": name, "role": "agent"} for name in ("ada", "ben", "cy"))
    assert same(ada)
    assert same(ben, ada)
    assert not same(ada, cy)
    assert not same({"id": "x" * 101, "role": "agent"})


def test_a_class_and_a_mapping_are_written_alike() -> None:
    """Both are an object, so a field of either type has no written form."""
    assert union_shape((Actor, dict[str, int]), REGISTRY) is None
    assert union_shape((Actor, int), REGISTRY) == ((Actor,), {"integer": int}, False)


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


def test_a_number_is_no_flag_also_where_the_same_value_was_read_before() -> None:
    """Python takes 1 for True; what was read is found again only for values of the same types."""
    codec = Codec()
    plain = codec.to_plain(NEW)
    assert codec.from_plain(plain, State) == NEW
    plain["value"]["open"] = 1
    with pytest.raises(FormatError, match="got 1; allowed: true or false"):
        codec.from_plain(plain, State)
