"""Partials as documents: nothing is lost on the way, and nothing that no counting gives gets in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kpi.strategies import LATEST, computable, desks, windows

from incidentcore.conditions import Opaque, field
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    FieldValue,
    Kpi,
    Partial,
    Periods,
    Rate,
    catalogue,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.records import Incident, set_fields
from incidentcore.serialization import dumps, from_plain, json_schema, loads, to_plain

MODES = st.sampled_from(["exact", "sketch"])
GROUPS = st.sampled_from([(), ("priority",), ("assignment_group", "state.name"), ("category",)])
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


@settings(max_examples=min(25, settings().max_examples))
@given(desks(), st.integers(1, 4), windows, GROUPS, MODES)
def test_parts_merge_through_documents(
    desk: list[Incident], n: int, window: Any, groups: Any, mode: Any
) -> None:
    """Any split, each part written and read, merges to what the parts themselves merge to."""
    kpis = computable(window, mode=mode)
    how: Any = {"as_of": LATEST, "group_by": groups, "window": window, "mode": mode}
    parts = [gather_kpis(kpis, desk[step::n], **how) for step in range(n)]

    read = [loads(dumps(part), Partial) for part in parts]

    assert read == parts
    assert [dumps(part) for part in read] == [dumps(part) for part in parts]
    assert merge_partials(read) == merge_partials(parts) == gather_kpis(kpis, desk, **how)
    assert finish_partial(merge_partials(read)) == finish_partial(gather_kpis(kpis, desk, **how))


def test_a_sum_of_halves_that_is_whole_is_one_number() -> None:
    """1.5 and 1.5 are 3, also as a document, so that a part read back equals the part."""
    rated = [
        set_fields(
            Incident.open(id=name, title="x", by="kim", at=AT),
            at=AT,
            by="kim",
            custom={"satisfaction": 1.5},
        )
        for name in ("I1", "I2")
    ]
    part = gather_kpis([catalogue.MEAN_SATISFACTION], rated, as_of=AT, mode="sketch")

    assert loads(dumps(part), Partial) == part
    assert finish_partial(part).results[0].value == 1.5


@settings(max_examples=min(25, settings().max_examples))
@given(desks(), st.randoms(use_true_random=False), MODES)
def test_the_order_of_records_is_not_in_the_document(
    desk: list[Incident], random: Any, mode: Any
) -> None:
    """Equal partials are written alike, in whichever order they were counted."""
    kpis = computable(None, mode=mode)
    one = gather_kpis(kpis, desk, as_of=LATEST, group_by="priority", mode=mode)
    other = gather_kpis(
        kpis, random.sample(desk, len(desk)), as_of=LATEST, group_by="priority", mode=mode
    )

    assert one == other
    assert hash(one) == hash(other)
    assert dumps(one) == dumps(other)


def _desk() -> list[Incident]:
    desk = []
    for number in range(4):
        at = AT + timedelta(hours=number)
        incident = Incident.open(
            id=f"INC-{number}", title="x", at=at, by="kim", service="mail", custom={"cost": number}
        )
        desk.append(incident)
    return desk


KPIS = {kpi.id: kpi for kpi in vars(catalogue).values() if isinstance(kpi, Kpi)}
OPENED = Kpi(id="opened", measure=Rate(numerator=field("title").present(), of="records"))


COSTS = Kpi(id="mean_cost", measure=FieldValue("custom.cost"))


def _document(*kpis: Kpi, **how: Any) -> Any:
    part = gather_kpis(kpis, _desk(), **{"as_of": AT + timedelta(days=9), **how})
    return json.loads(dumps(part))


def _kinds() -> dict[str, Kpi]:
    """Return a KPI for each kind of cell."""
    kinds: dict[str, Kpi] = {}
    for kpi in KPIS.values():
        kind = type(kpi.measure.accumulator(kpi, "exact")).__name__.lower()
        if kind != "sample" or kpi.unit == "duration":
            kinds.setdefault({"flow": "balance"}.get(kind, kind), kpi)
    return kinds


KINDS = _kinds()
WINDOW = Interval(AT - timedelta(days=1), AT + timedelta(days=8))


@pytest.mark.parametrize("name", ["tally", "ratio", "balance", "keyed", "spans", "sample"])
def test_every_kind_of_cell_is_written(name: str) -> None:
    """Each kind of cell has a form of its own, and its schema knows it."""
    document = _document(KINDS[name], window=WINDOW)
    kind = {"balance": "Flow", "keyed": "Keyed"}.get(name, name.capitalize())

    assert document["type"] == "KpiPartial"
    assert document["value"]["rows"][0]["cells"][0]["$type"] == f"KpiPartial{kind}"
    assert f"KpiPartial{kind}Tagged" in json_schema(Partial)["$defs"]


def _change(document: Any, path: str, value: Any) -> Any:
    place = document["value"]
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        place = place[step]
    place[last] = value(place[last]) if callable(value) else value
    return document


CELL = "rows.0.cells.0"
HOSTILE: list[tuple[str, str, Any, Any, str]] = [
    ("more hits than records", "tally", f"{CELL}.hits", 99, "hits from 0 to n"),
    ("hits below zero", "tally", f"{CELL}.hits", -1, "hits from 0 to n"),
    ("a count as a float", "tally", f"{CELL}.n", 4.0, "got 4.0; allowed: a whole number"),
    ("a count as text", "tally", f"{CELL}.n", "4", "got '4'"),
    ("an excluded count of 0", "tally", f"{CELL}.excluded", {"x": 0}, "at least 1"),
    ("an excluded count as a flag", "tally", f"{CELL}.excluded", {"x": True}, "whole number"),
    ("a reason without a name", "tally", f"{CELL}.excluded", {"": 1}, "reasons"),
    ("another kind of cell", "tally", CELL, {"$type": "KpiPartialSample", "values": []}, "Tally"),
    ("no kind of cell", "tally", CELL, {"$type": "Actor", "id": "x"}, "'Actor'"),
    ("too few cells", "tally", "rows.0.cells", [], "0 cells; allowed: 1"),
    ("too many cells", "tally", "rows.0.cells", lambda cells: cells * 2, "2 cells"),
    ("a row twice", "tally", "rows", lambda rows: rows * 2, "twice"),
    (
        "groups that hash alike",
        "tally",
        "rows",
        lambda rows: [{**rows[0], "group": [n * (2**61 - 1)]} for n in range(200)],
        "hash alike",
    ),
    ("a group too many", "tally", "rows.0.group", [None, "x"], "2 values; allowed: 1"),
    ("a heading twice", "tally", "groups", ["a", "a"], "heading twice"),
    ("a period without periods", "tally", "rows.0.period", "2026-06", "period"),
    ("a KPI twice", "tally", "kpis", lambda kpis: kpis * 2, "each id once"),
    ("no such mode", "tally", "mode", "rough", "exact, sketch"),
    ("a naive instant", "tally", "as_of", "2026-06-01T09:00:00", "an instant"),
    ("a window as text", "tally", "window", "2026", "@ $.value.window"),
    ("sums over no record", "ratio", f"{CELL}.n", -1, "sums over n records"),
    ("a sum as a float", "ratio", f"{CELL}.above", 1.5, "got 1.5"),
    ("a sum by zero", "ratio", f"{CELL}.above", "1/0", "a fraction"),
    (
        "sums over nothing",
        "ratio",
        CELL,
        lambda cell: {**cell, "n": 0, "above": 1},
        "sums over n records",
    ),
    ("more came than there are", "balance", f"{CELL}.came", 99, "came and went"),
    ("more went than there are", "balance", f"{CELL}.went", 99, "came and went"),
    ("fewer came than none", "balance", f"{CELL}.came", -1, "came and went"),
    (
        "a part of nothing",
        "ratio",
        CELL,
        lambda cell: {**cell, "n": 0, "above": 0, "below": 1},
        "sums over n records",
    ),
    ("fewer went than none", "balance", f"{CELL}.went", -1, "came and went"),
    ("keys of fewer records than none", "keyed", f"{CELL}.n", -1, "a count of at least 0"),
    ("outages of no record", "spans", f"{CELL}.n", 0, "spells of at least one record"),
    ("too many weights", "spans", f"{CELL}.weights", [1] * 99, "one weight for each spell"),
    (
        "a weight of nothing",
        "spans",
        CELL,
        lambda cell: {**cell, "weights": [0 for _ in cell["spans"]]},
        "weights above 0, up to 1",
    ),
    (
        "a weight of more than all",
        "spans",
        CELL,
        lambda cell: {**cell, "weights": ["3/2" for _ in cell["spans"]]},
        "weights above 0, up to 1",
    ),
    ("a time below zero", "sample", f"{CELL}.values", [-1], "whole microseconds"),
    ("a time beyond eight bytes", "sample", f"{CELL}.values", [2**63], "whole microseconds"),
    ("a time in parts", "sample", f"{CELL}.values", ["1/3"], "whole microseconds"),
    ("a time as a float", "sample", f"{CELL}.values", [1.0], "got 1.0"),
    ("a key twice", "keyed", f"{CELL}.keys", [["x", []], ["x", []]], "each key once"),
    (
        "keys that hash alike",
        "keyed",
        f"{CELL}.keys",
        [[n * (2**61 - 1), []] for n in range(500)],
        "hash alike",
    ),
    ("a key without instants", "keyed", f"{CELL}.keys", [["x"]], "an array of 2 values"),
    ("a key at no instant", "keyed", f"{CELL}.keys", [["x", ["2026"]]], "an instant"),
    (
        "an outage that ends before it begins",
        "spans",
        f"{CELL}.spans",
        [["2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z"]],
        "after they begin",
    ),
]
EMPTY: dict[str, Any] = {"n": 0, "total": 0, "least": None, "greatest": None, "buckets": []}
SKETCHED: list[tuple[str, str, Any, str]] = [
    ("a count that is not the buckets'", "seen.n", 9, "sum of the buckets"),
    ("a bucket twice", "seen.buckets", lambda pairs: [*pairs, pairs[-1]], "sum of the buckets"),
    ("a bucket below one", "seen.buckets", lambda pairs: [*pairs, [39_000, 0]], "at least 1"),
    ("a bucket out of order", "seen.buckets", [[9, 1], [8, 2]], "ascending"),
    ("a bucket beyond any number", "seen.buckets", [[10**9, 3]], "up to 40000"),
    ("an endless bucket", "seen.buckets", [[10**99, 3]], "up to 40000"),
    ("a sum of nothing", "seen", {**EMPTY, "total": 1}, "no values, and none as ends"),
    ("ends of nothing", "seen", {**EMPTY, "least": 0, "greatest": 0}, "no values, and none as"),
    ("no greatest", "seen.greatest", None, "without ends"),
    ("no least", "seen.least", None, "without ends"),
    ("a least above the greatest", "seen.least", 10**18, "between n times the ends"),
    ("a sum that cannot be", "seen.total", -5, "between n times the ends"),
    ("ends outside the buckets", "seen.greatest", 10**17, "outer buckets"),
    ("something censored", "censored.n", 1, "not a survival"),
    ("a sum as text", "seen.total", "many", "a fraction"),
]


@pytest.mark.parametrize(
    ("kind", "name", "path", "value", "words"), HOSTILE, ids=[row[0] for row in HOSTILE]
)
def test_what_no_counting_gives_is_refused(
    kind: str, name: str, path: str, value: Any, words: str
) -> None:
    """A partial that could spoil every merge after it is refused, with the place."""
    document = _document(KINDS[name], window=WINDOW, group_by="service")
    assert from_plain(document, Partial) is not None

    with pytest.raises(FormatError, match=r" @ \$\.value") as caught:
        from_plain(_change(document, path, value), Partial)

    assert any(words in problem for problem in caught.value.problems), caught.value.problems


def test_an_outage_may_end_as_it_begins() -> None:
    """It counts, with no length."""
    document = _document(KINDS["spans"], window=WINDOW, group_by="service")
    instant = "2026-06-01T09:00:00Z"
    spans = [[instant, instant]]
    assert from_plain(_change(document, f"{CELL}.spans", spans), Partial) is not None


@pytest.mark.parametrize(
    ("kind", "path", "value", "words"), SKETCHED, ids=[row[0] for row in SKETCHED]
)
def test_a_histogram_fits_its_own_sums(kind: str, path: str, value: Any, words: str) -> None:
    """A sketch whose parts contradict each other is refused."""
    document = _document(KINDS["sample"], mode="sketch")
    cell = document["value"]["rows"][0]["cells"][0]
    own = {"n": 3, "total": 43, "least": 1, "greatest": 40}
    buckets = [[1, 1], [36, 1], [187, 1]]
    cell["seen"] = {**own, "buckets": buckets}
    assert dumps(from_plain(document, Partial))

    with pytest.raises(FormatError, match=r" @ \$\.value\.rows\[0\]\.cells\[0\]") as caught:
        from_plain(_change(document, f"{CELL}.{path}", value), Partial)

    assert any(words in problem for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("name", ["2026-13", "2026-6", "2026", "June", "", "2026-06-01", "٢٠٢٦-06"])
def test_a_period_is_one_of_the_window(name: str) -> None:
    """A name that the window's unit does not give is refused."""
    document = _document(OPENED, window=Periods("month", "Europe/Berlin"))
    assert document["value"]["rows"][0]["period"] == "2026-06"

    with pytest.raises(FormatError, match=r"period of the window @ \$\.value\.rows\[0\]\.period"):
        from_plain(_change(document, "rows.0.period", name), Partial)


@pytest.mark.parametrize("costs", [[5e-324, 1e299], [-(10**299), 1], ["0.1", 1e-300], [0.1, "7"]])
@pytest.mark.parametrize("mode", ["exact", "sketch"])
def test_numbers_of_any_size_are_written(costs: list[Any], mode: Any) -> None:
    """Numbers as long as a KPI takes them, and their exact sums, have room in the document."""
    desk = [
        Incident.open(id=str(place), title="x", at=AT, by="kim", custom={"cost": cost})
        for place, cost in enumerate(costs)
    ]
    part = gather_kpis([COSTS], desk, as_of=AT, mode=mode)

    assert loads(dumps(part), Partial) == part
    assert finish_partial(loads(dumps(part), Partial)) == finish_partial(part)


def test_several_problems_are_told_at_once() -> None:
    """Every row and cell is tested, whatever is wrong with the others."""
    document = _document(OPENED, group_by="title")
    row = document["value"]["rows"][0]
    document["value"]["rows"] = [
        row,
        {**row, "group": ["y"], "period": "2026"},
        {**row, "group": ["z"], "cells": []},
        {**row, "group": ["x", "z"]},
    ]

    with pytest.raises(FormatError) as caught:
        from_plain(document, Partial)

    places = [problem.rpartition("@ ")[2] for problem in caught.value.problems]
    assert places == [f"$.value.rows[{end}" for end in ("1].period", "2].cells", "3].group")]


def test_a_definition_with_a_function_cannot_be_written() -> None:
    """What is a function has no document; the refusal names the place."""
    kpi = Kpi(id="opened", measure=Rate(numerator=Opaque("always", bool), of="records"))
    part = gather_kpis([kpi], _desk(), as_of=AT)

    with pytest.raises(InvalidValueError, match=r"\$\.value\.kpis\[0\]"):
        dumps(part)


def test_a_loaded_partial_counts_on() -> None:
    """What was read merges with what is counted here, and yields the whole day's figures."""
    kpis = (KPIS["mean_time_to_resolve"], OPENED)
    desk = _desk()
    how: Any = {"as_of": AT + timedelta(days=9), "group_by": "service"}

    night = loads(dumps(gather_kpis(kpis, desk[:1], **how)), Partial)

    assert finish_partial(
        merge_partials([night, gather_kpis(kpis, desk[1:], **how)])
    ) == finish_partial(gather_kpis(kpis, desk, **how))


def test_partials_of_another_definition_still_do_not_merge() -> None:
    """The definition is in the document, so that a change of it is noticed."""
    part = gather_kpis([OPENED], _desk(), as_of=AT)
    other = Kpi(id="opened", measure=Rate(numerator=field("service").present(), of="records"))

    with pytest.raises(InvalidValueError):
        merge_partials([loads(dumps(part), Partial), gather_kpis([other], _desk(), as_of=AT)])
    assert to_plain(part)["value"]["kpis"][0]["id"] == "opened"
