"""Instances made without checks are those that their class makes."""

from __future__ import annotations

import attrs
import pytest

from incidentcore.values.slots import slot_maker


@attrs.frozen
class Pair:
    """Two attributes."""

    kind: str
    made: int = 0


def test_the_instance_is_the_one_that_its_class_makes() -> None:
    """Attributes may be named like what the function itself uses; none has a default."""
    make = slot_maker(Pair)
    assert make("a", 1) == Pair("a", 1)
    assert hash(make(made=1, kind="a")) == hash(Pair("a", 1))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        make("a", 1).made = 2
    with pytest.raises(TypeError, match="made"):
        make("a")


def test_an_attribute_may_be_computed_from_the_parameters() -> None:
    """Each parameter is written as in a ``def``."""
    make = slot_maker(
        Pair, "kind", "/", "*", "made=None", made="len(kind) if made is None else made"
    )
    assert make("abc") == Pair("abc", 3)
    assert make("abc", made=1) == Pair("abc", 1)
