"""The short way for plain rows: the same records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.records import replay
from incidentcore.values import Actor
from incidentcore.vendors import audit_rows, clean_rows, read_table
from incidentcore.vendors.kit import Findings

CELLS = {
    "n": st.sampled_from(("1", "2", "x é", "")),
    "o": st.sampled_from(("2026-06-01T09:00Z", "2026-06-01 09:00", "soon", "2026-03-29 02:30", "")),
    "k": st.sampled_from(("", "2026-06-01T09:10Z", "2026-06-01T08:10Z")),
    "f": st.sampled_from(("", "2026-06-01T09:10Z", "2026-06-01T09:20Z")),
    "r": st.sampled_from(("", "2026-06-01T10:00Z", "2026-06-01T09:05Z", "never")),
    "c": st.sampled_from(("", "2026-06-01T10:00Z", "2026-06-02T10:00Z")),
    "x": st.sampled_from(("", "2026-06-01T10:00Z", "2026-06-03T10:00Z")),
    "u": st.sampled_from(("", "2026-06-03T10:00Z", "2026-10-25 02:30", "later")),
    "s": st.sampled_from(("", "New", "On Hold", "Resolved", "Closed", "Canceled", "odd")),
    "p": st.sampled_from(("", "1 - Critical", "high", "7")),
    "t": st.sampled_from(("", "Mail is down", "Störung")),
    "a": st.sampled_from(("", "ada", "ada\nben")),
    "m": st.sampled_from(("", "kim")),
    "q": st.sampled_from(("", "3", "many")),
    "free": st.sampled_from(("", "EMEA")),
    "state": st.sampled_from(("", "Resolved")),  # no field takes it: custom
    "impact": st.sampled_from(("", "high")),
}


COLUMNS = {
    "id": "n",
    "opened": "o",
    "acknowledged": "k",
    "responded": "f",
    "resolved": "r",
    "closed": "c",
    "canceled": "x",
    "updated": "u",
    "state": "s",
    "priority": "p",
    "title": "t",
    "assignee": "a",
    "caller": "m",
    "reopen_count": "q",
}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=4), st.data())
def test_plain_rows_take_a_shorter_way_to_the_same_record(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    """With and without the shortcut for rows that have nothing odd, records are equal."""
    fields = data.draw(st.sets(st.sampled_from(sorted(COLUMNS)))) | {"id", "opened"}
    mapping = {name: COLUMNS[name] for name in fields}
    options: dict[str, Any] = {"zone": "Europe/Berlin", "duplicates": "first"}
    short = read_table(rows, mapping, **options)
    whole = read_table(rows, mapping, extend=lambda history, custom: None, **options)
    assert [r.history for r in short] == [r.history for r in whole]
    assert short.findings.counts == whole.findings.counts
    for record in read_table(rows, mapping, **options):
        assert replay(record.history) == record


def test_most_rows_take_the_shorter_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row with a state, a level and three moments is plain."""
    monkeypatch.setattr("incidentcore.vendors.table_import.HistoryBuilder", None)
    row = {
        "n": "1",
        "o": "2026-06-01T09:00Z",
        "r": "2026-06-01T10:00Z",
        "s": "Closed",
        "c": "2026-06-02T10:00Z",
        "p": "2 - High",
        "t": "Mail is down",
        "m": "kim",
    }
    mapping = {name: column for name, column in COLUMNS.items() if column in row}
    [record] = read_table([row], mapping)
    assert record.state.is_closed


def test_many_actors_are_read_alike_when_memory_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who repeat are remembered, but not endlessly."""
    rows = [{"n": f"{n}", "o": "2026-06-01T09:00Z", "m": name} for n, name in enumerate("abab")]
    mapping = {"id": "n", "opened": "o", "caller": "m"}
    whole = [*read_table(rows, mapping)]
    monkeypatch.setattr(clean_rows, "_CACHED", 1)
    assert [*read_table(rows, mapping)] == whole


def test_no_more_actors_are_kept_than_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two, of five; each is who was asked for."""
    for module in (clean_rows, audit_rows):
        monkeypatch.setattr(module, "_CACHED", 2)
    rows = [{"n": f"{n}", "o": "2026-06-01T09:00Z", "m": name} for n, name in enumerate("abcab")]
    reading = read_table(rows, {"id": "n", "opened": "o", "caller": "m"})
    assert [record.opened_by.id for record in reading] == [*"abcab"]
    assert reading._clean._actor.cache_info().currsize == 2
    fields = audit_rows.FieldReader(None, Findings())
    for name in "abcab":
        row = audit_rows.AuditRow(1, [name], {"by": 0})
        assert fields.actor(row, "by") == Actor(name, "agent")
    assert fields._named.cache_info().currsize == 2


@pytest.mark.parametrize("room", [0, 1, 2])
def test_no_more_words_are_kept_than_have_room(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other words are looked up again, which gives the same records."""
    rows = [
        {"n": f"{n}", "o": "2026-06-01T09:00Z", "p": word}
        for n, word in enumerate(("1 - Critical", "2 - High", "2 - High", "1 - Critical"))
    ]
    mapping = {"id": "n", "opened": "o", "priority": "p"}
    whole = [*read_table(rows, mapping)]
    monkeypatch.setattr(clean_rows, "_CACHED", room)
    reading = read_table(rows, mapping)
    assert [*reading] == whole
    assert reading._clean._level_of.cache_info().currsize == room
