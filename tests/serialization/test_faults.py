"""What is wrong in a value or document, each with its path."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.serialization.builders import document, problems

from incidentcore.conditions import Opaque, field
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import (
    Lifecycle,
    Transition,
)
from incidentcore.records import (
    Incident,
)
from incidentcore.serialization import (
    dumps,
)
from incidentcore.serialization.faults import Fault, faults_of, render_path
from incidentcore.values import CLOSED, NEW, FrozenMap


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Opaque("mine", print), "$.value"),
        (field("a").equals(1) & Opaque("mine", print), "$.value.parts[1]"),
        (float("nan"), "$.value"),
        ((1, float("inf")), "$.value[1]"),
        ("\ud800", "$.value"),
        (FrozenMap({"a": (FrozenMap({"b": object()}),)}), "$.value.a[0].b"),
        (10**200, "$.value"),
        (datetime(2026, 1, 1), "$.value"),  # noqa: DTZ001  naive on purpose
        ([1], "$.value"),
        (
            Lifecycle(
                "mine",
                "incident",
                states=(NEW, CLOSED),
                initial=NEW,
                transitions=(Transition("close", NEW, CLOSED, guard=lambda attempt: True),),
            ),
            "$.value.transitions[0].guard",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_path(value: Any, path: str) -> None:
    """Functions, NaN, halves of surrogate pairs, naive times and lists have no written form."""
    with pytest.raises(InvalidValueError) as caught:
        dumps(value)

    assert path == caught.value.where


def test_every_problem_is_listed_with_its_path() -> None:
    """One reading tells of all that is wrong, wherever it stands (rule D2)."""
    text = document({"history": [{"$type": "Opened", "at": 5, "x": 1}, 5]}, "Incident")

    found = problems(text, Incident)

    places = [problem.rpartition(" @ ")[2] for problem in found]
    assert sorted(places) == sorted(
        [
            "$.value.history[0].x",
            *(
                f"$.value.history[0].{name}"
                for name in ("record_id", "sequence", "at", "by", "record_type", "state")
            ),
            "$.value.history[0].lifecycle",
            "$.value.history[1]",
        ]
    )


def test_the_path_of_what_is_nested_too_deeply_is_cut() -> None:
    """A reader that runs out of stack says where, by the first five steps."""
    path = ("value", *range(100))
    assert [*faults_of(RecursionError("stack"), path)] == [
        Fault("nested too deeply", ("value", 0, 1, 2, 3))
    ]


@pytest.mark.parametrize(
    ("path", "key", "message"),
    [
        (("a", "b"), "b", "a required field is missing"),
        (("a", "b"), "a", "'a'"),
        ((), "b", "'b'"),
    ],
)
def test_a_missing_key_is_a_missing_field_where_the_path_ends_in_it(
    path: tuple[str, ...], key: str, message: str
) -> None:
    """Any other key is missing in something that is no document."""
    assert [*faults_of(KeyError(key), path)] == [Fault(message, path)]


@pytest.mark.parametrize(("length", "is_cut"), [(137, False), (138, False), (139, True)])
def test_a_path_is_shown_up_to_140_characters(length: int, *, is_cut: bool) -> None:
    """With the two characters before the name."""
    shown = f"$.{'a' * length}"
    assert render_path(["a" * length]) == (f"{shown[:140]}…" if is_cut else shown)
