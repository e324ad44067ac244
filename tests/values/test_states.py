"""States: a name and flags that agree."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import pytest

from incidentcore.errors import DefinitionError
from incidentcore.values import CANCELED, CLOSED, IN_PROGRESS, NEW, ON_HOLD, RESOLVED, State


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes


# open, pauses, resolved, final -> is it a state?
LEGAL_FLAGS = {
    (True, False, False, False): "open",
    (True, True, False, False): "open, paused",
    (False, False, True, False): "resolved",
    (False, False, True, True): "closed",
    (False, False, False, True): "canceled",
}


@pytest.mark.parametrize("flags", [*itertools.product((False, True), repeat=4)], ids=str)
def test_the_flags_of_a_state_agree(flags: tuple[bool, bool, bool, bool]) -> None:
    """Of sixteen combinations five mean something; the rest are refused (rule H3)."""
    names = ("open", "pauses", "resolved", "final")
    given_flags: Any = dict(zip(names, flags, strict=True))
    if flags not in LEGAL_FLAGS:
        with pytest.raises(DefinitionError):
            State("x", **given_flags)
        return

    state = State("x", **given_flags)

    assert state.is_closed is (LEGAL_FLAGS[flags] == "closed")
    assert state.is_canceled is (LEGAL_FLAGS[flags] == "canceled")
    assert pickled(state) == state


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("", {"open": True}), (None, {"open": True}), ("x", {"open": 1}), ("x", {"final": None}),
        ("x", {"open": True, "pauses": 1}), ("x", {"open": True, "resolved": 0}),
    ],
)  # fmt: skip
def test_a_state_has_a_name_and_flags(name: Any, flags: Any) -> None:
    """A name is text and a flag True or False; the error says which is not."""
    where = f"x.{[*flags][-1]}: .*True or False" if name else "name: "
    with pytest.raises(DefinitionError, match=f"^{where}"):
        State(name, **flags)


def test_a_state_is_written_as_its_name() -> None:
    """``str`` is the name alone, without the flags."""
    assert str(State("waiting", open=True, pauses=True)) == "waiting"


def test_the_standard_states_by_name_and_flags() -> None:
    """Documents and desk files name them; the flags are open, pauses, resolved and final."""
    states = (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)
    flags = {one.name: (one.open, one.pauses, one.resolved, one.final) for one in states}
    assert flags == {
        "new": (True, False, False, False),
        "in_progress": (True, False, False, False),
        "on_hold": (True, True, False, False),
        "resolved": (False, False, True, False),
        "closed": (False, False, True, True),
        "canceled": (False, False, False, True),
    }
