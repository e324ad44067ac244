"""The values by which a lint tries a field: each case that a condition distinguishes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from incidentcore.conditions import Condition, before, field, reached
from incidentcore.conditions.candidates import _unique, candidates_of
from incidentcore.conditions.neighbors import ANY, Candidate, fresh_text, is_stepped
from incidentcore.values import NEW, Actor, FrozenMap, Impact, Level, State

DAY = date(2000, 1, 1)
THEN = datetime(2000, 1, 1, tzinfo=UTC)
NEXT = datetime(2000, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


# A state is open, waits, is resolved, closed or canceled.
FLAGS: list[dict[str, bool]] = [
    {"open": True}, {"open": True, "pauses": True}, {"resolved": True},
    {"resolved": True, "final": True}, {"final": True},
]  # fmt: skip


def custom(*values: Any) -> list[FrozenMap[Any]]:
    return [FrozenMap({} if value is None else {"x": value}) for value in values]


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (field("known_error").is_true(), [True, False]),
        (field("impact").equals(Impact.HIGH), [None, *Impact.scale]),
        (field("resolved_at").present(), [None, "", THEN]),
        (field("reopen_count").present(), [1]),
        (field("reopen_count").equals(3), [3, 2, 4]),
        (field("title").equals("a"), ["a", "", "other"]),
        (field("title").has_text("vpn"), ["vpn", "", "other", ANY]),
        (field("title").contains("vpn"), ["vpn", "", "other", ANY]),
        (field("custom.x").is_true(), custom(None, True, False, "other")),
        (field("custom.x").equals(""), custom(None, "", "other")),
        (field("custom.x").present(), custom(None, "", "other")),
        (field("resolved_at") > THEN, [None, THEN, NEXT, THEN - (NEXT - THEN)]),
        (
            field("resolved_at").equals(DAY),
            [None, DAY, date(2000, 1, 2), date(1999, 12, 31), "other"],
        ),
        (field("category").starts_with("a"), [("a",), (), ("other",), ("a", "other")]),
        (
            field("category").starts_with("a", "b"),
            [("a", "b"), (), ("other",), ("a", "b", "other")],
        ),
        (
            field("custom.title").equals("a"),
            [FrozenMap(), FrozenMap({"title": "a"}), FrozenMap({"title": "other"})],
        ),
        (field("custom").present(), [FrozenMap(), FrozenMap({"other": True})]),
        (
            field("custom.x").equals(NEW),
            custom(None, *(State(name, **flags) for name in ("new", "other") for flags in FLAGS)),
        ),
        (
            field("custom.x").equals(Actor("ada")),
            custom(
                None, *(Actor(*parts) for parts in product(("ada", "other"), ("agent", "other")))
            ),
        ),
        (
            field("opened_by.id").has_text("bot"),
            [*(Actor(name, "other") for name in ("bot", "other", "\u4e00")), ANY],
        ),
        (
            field("opened_by.id").equals("bot"),
            [Actor("bot", "other"), Actor("other", "other"), Actor("\u4e00", "other")],
        ),
        (field("tags").contains("x"), [set(), {"other"}, {"x"}, {"x", "other"}]),
        (field("reopen_count") > 1.5, [1, 2]),
        (field("custom.x") > 1, custom(None, 1, 0, 2)),
        (reached("resolved_at"), [None, THEN, NEXT]),
        (reached("resolved_at") & field("resolved_at").present(), [None, THEN, NEXT]),
        (reached("resolved_at") & (field("resolved_at") > THEN), [None, THEN, NEXT, ANY]),
        (reached("resolved_at") & before("resolved_at"), [None, THEN, NEXT, ANY]),
        (
            field("resolved_at").later_than(field("opened_at")) & reached("resolved_at"),
            [None, THEN, NEXT, ANY],
        ),
    ],
)
def test_the_values_to_try(condition: Condition, values: list[Any]) -> None:
    """What is mentioned, what lies beside it, another value, and none where there may be none."""
    tried = candidates_of(condition.leaves(), {})[min(condition.fields, key=len).split(".")[0]]
    if "resolved_at" in condition.fields:
        tried = candidates_of(condition.leaves(), {})["resolved_at"]
    assert [one.value for one in tried] == values
    assert [one.certain for one in tried] == [value is not ANY for value in values]


@pytest.mark.parametrize(
    ("level", "ranks"),
    [
        (Level("odd", "x", 2), [1, 2, 3]),
        (Level("odd", "x", 1), [1, 2]),
        (Level("impact", "x", 9), [8, 9, 10]),
    ],
)
def test_a_scale_that_is_not_known_may_have_levels_beside_the_one_mentioned(
    level: Level, ranks: list[int]
) -> None:
    """Their ranks are certain to be tried, but not that the scale has them."""
    none, own, *beside = candidates_of((field("urgency") >= level).leaves(), {})["urgency"]
    assert (none.value, own.value, own.certain) == (None, level, True)
    assert [(one.value, one.certain) for one in beside] == [
        (Level(level.scale, "other", rank), False) for rank in ranks
    ]


@pytest.mark.parametrize(
    ("taken", "text"),
    [([], "other"), ([""], "other"), (["a", 5, None], "other"), (["oth"], "\u4e00"),
     (["Another"], "\u4e00"), (["other", "\u4e00"], "\u4e01")],
)  # fmt: skip
def test_another_text_shares_nothing_with_those_taken(taken: list[object], text: str) -> None:
    """It neither contains one of them nor is contained in one, in any case of letters."""
    assert fresh_text(taken) == text


def test_the_values_of_a_domain_are_the_only_ones() -> None:
    """Where a caller names them, nothing else is tried."""
    tests = tuple(field("impact").equals(Impact.HIGH).leaves())
    tried = candidates_of(tests, {"impact": (Impact.LOW, None)})["impact"]
    assert [(one.value, one.certain) for one in tried] == [(Impact.LOW, True), (None, True)]


def test_a_number_between_two_whole_ones_may_not_be_one_of_the_field() -> None:
    """Between 1 and 2 lies a half, if the field holds fractions at all."""
    tried = candidates_of(((field("x") > 1) & (field("x") < 2)).leaves(), {})["x"]
    assert [(one.value, one.certain) for one in tried] == [
        (None, True), (1, True), (2, True), (0, True), (1.5, False), (3, True)
    ]  # fmt: skip
    halves = candidates_of(((field("x") > 0.5) & (field("x") < 1)).leaves(), {})["x"]
    assert all(one.certain for one in halves)


@pytest.mark.parametrize(
    ("number", "stepped"),
    [
        (float(2**53), False), (float(2**53 - 1), True), (-float(2**53), False), (2**60, True),
        (Decimal(123456789012345), True), (Decimal(1234567890123456), False),
        (Decimal(2) * 10**16, False), (Decimal("Infinity"), False), ("a", True),
    ],
)  # fmt: skip
def test_a_number_has_neighbors_up_to_its_precision(number: Any, stepped: Any) -> None:
    """Beyond it, adding one changes nothing."""
    assert is_stepped(number) is stepped


def test_a_state_has_one_of_the_names_that_are_known() -> None:
    """Those of a domain, with each combination of flags; an empty name is none."""
    tests = tuple(field("state").equals(NEW).leaves())
    tried = candidates_of(tests, {"state.name": ("odd", "")})["state"]
    names = ("new", "odd", "other")
    assert [one.value for one in tried] == [State(n, **flags) for n in names for flags in FLAGS]


def test_of_two_equal_values_the_certain_one_stays() -> None:
    """In either order, at the place of the first; 1, 1.0 and True are three values."""
    sure, unsure = Candidate(1), Candidate(1, certain=False)
    for given in ([sure, unsure], [unsure, sure], [unsure, unsure, sure]):
        assert _unique([*given, Candidate(2)]) == [sure, Candidate(2)]
    assert _unique([unsure, unsure]) == [unsure]
    assert len(_unique([Candidate(1), Candidate(1.0), Candidate(True)])) == 3


@pytest.mark.parametrize("value", [Level("own", "bad", 2), NEW])
def test_a_name_that_is_tested_below_is_tried_above(value: Level | State) -> None:
    """A level or state of that name; a test of another part below names nothing."""
    for path, tried in (("name", True), ("color", False)):
        named = field("custom.x").equals(value) & field(f"custom.x.{path}").equals("odd")
        found = [one.value for one in candidates_of(tuple(named.leaves()), {})["custom"]]
        names = {getattr(one["x"], "name", None) for one in found if "x" in one}
        assert ("odd" in names, value.name in names) == (tried, True)
