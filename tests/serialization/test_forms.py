"""Answers are documents: decisions, clocks, what is due, findings, each with its text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore import Incident, decide, evaluate_sla, sla
from incidentcore.desk import DueItem, due_items, load_desk
from incidentcore.errors import FormatError
from incidentcore.lifecycle import Allowed, Refused
from incidentcore.lifecycle.decision import PathStep
from incidentcore.records import comment
from incidentcore.serialization import dumps, from_plain, json_schema, loads, to_plain
from incidentcore.sla import SlaSnapshot, SlaStatus
from incidentcore.values import IN_PROGRESS, LintFinding
from incidentcore.words import GERMAN, render

from .examples import AT, HOUR, OFFICE

INCIDENT = Incident.open(id="INC-1", title="Mail is down", by="kim", at=AT)
SAID = comment(INCIDENT, "password is hunter2", at=AT + HOUR / 2, by="ada")
RULE = sla.SlaDefinition.resolution(hours=1, calendar=OFFICE)
DESK = load_desk("""
desk = 1
name = "small"
zone = "UTC"
[services.all]
calendar = "always"
response = "1h"
[[agreements]]
service = "all"
""")


def test_a_refusal_says_its_reason_beside_its_data() -> None:
    """A page elsewhere shows the text; this library makes it again from the data."""
    refused = decide(INCIDENT, "close", at=AT, by="ada")
    plain = to_plain(refused)

    assert plain["type"] == "Refused"
    assert plain["value"]["reason"] == (
        "close is not allowed from new; allowed here: start, hold, resolve, cancel; the shortest"
        " path is resolve (needs resolution_code, resolution_notes), then close"
    )
    assert plain["value"]["allowed_actions"] == ["start", "hold", "resolve", "cancel"]
    found = from_plain(plain, Refused)
    assert found == refused
    assert not found
    assert isinstance(found.path[0], PathStep)
    assert render(found, words=GERMAN) == render(refused, words=GERMAN) != str(refused)


def test_the_text_of_an_answer_is_not_read_back() -> None:
    """A document without the text, or with another one, gives the same answer."""
    refused = decide(INCIDENT, "close", at=AT, by="ada")
    without, other = to_plain(refused), to_plain(refused)
    del without["value"]["reason"]
    other["value"]["reason"] = "because"

    assert from_plain(without, Refused) == from_plain(other, Refused) == refused
    assert from_plain(other, Refused).reason == refused.reason


def test_a_permission_holds_its_events_and_the_record() -> None:
    """What a store must append, and the record as it then is."""
    allowed = decide(INCIDENT, "start", at=AT, by="ada")
    found = loads(dumps(allowed), Allowed)

    assert found == allowed
    assert found.record.state == IN_PROGRESS


def test_a_status_is_written_as_its_snapshot() -> None:
    """In Berlin 17:40 to 18:00 counts on the 23rd, and from 8:00 on the 24th: due at 8:40 there."""
    status = evaluate_sla(RULE, SAID, now=datetime(2026, 12, 24, 8, tzinfo=UTC))
    text = dumps(status)
    snapshot = loads(text, SlaSnapshot)

    assert snapshot.due_at == datetime(2026, 12, 24, 7, 40, tzinfo=UTC)
    assert (snapshot.stage, snapshot.breached) == ("running", True)
    assert (snapshot.elapsed, snapshot.remaining) == (timedelta(minutes=80), timedelta(minutes=-20))
    assert str(snapshot) == str(status.trace) == str(snapshot.trace)
    assert render(snapshot, words=GERMAN) == render(status, words=GERMAN)
    assert dumps(snapshot) == text


@pytest.mark.parametrize("name", list(SlaSnapshot.__annotations__))
def test_a_snapshot_says_what_its_status_says(name: str) -> None:
    """Each result has the name that it has on the status; the definition is its name."""
    status = evaluate_sla(RULE, SAID, now=AT + 2 * HOUR)
    expected = RULE.name if name == "definition" else getattr(status, name)

    assert getattr(SlaSnapshot.of(status), name) == expected


def test_a_snapshot_leaves_the_history_out() -> None:
    """A comment, or the notes of a resolution, do not travel with the figures."""
    status = evaluate_sla(RULE, SAID, now=AT + HOUR)

    assert "hunter2" not in dumps(status)
    assert "events" not in dumps(status)


def test_a_status_is_read_as_a_snapshot_and_the_error_says_so() -> None:
    """A status holds its history, which the document has not."""
    text = dumps(evaluate_sla(RULE, INCIDENT, now=AT))

    with pytest.raises(FormatError, match="its document is read as SlaSnapshot"):
        loads(text, SlaStatus)


def test_what_is_due_travels_with_its_snapshot() -> None:
    """A key, a kind, a time and the figures of the clock."""
    item, _ = due_items(DESK, INCIDENT, now=AT + 2 * HOUR)
    found = loads(dumps(item), DueItem)

    assert (found.key, found.kind, found.due_at) == (item.key, "sla.due", AT + HOUR)
    assert isinstance(item.body, SlaStatus)
    assert found.body == SlaSnapshot.of(item.body)
    assert dumps(found) == dumps(item)


FINDING = LintFinding("odd", "row 1", {"name": "x"}, texts={"odd": "{name} in {{braces}}"})


def test_a_finding_keeps_its_message_without_its_table() -> None:
    """The table of texts belongs to the room; the document has one message."""
    plain = to_plain(FINDING)
    found = from_plain(plain, LintFinding)

    assert plain["value"]["message"] == "x in {braces}"
    assert "texts" not in plain["value"]
    assert found == FINDING
    assert (found.message, str(found)) == ("x in {braces}", "row 1: x in {braces}")
    assert to_plain(found) == plain


@pytest.mark.parametrize("message", ["{0.__class__}", "{name:>9999999999}", "{", "}{", "{name!r}"])
def test_a_message_is_text_and_never_a_template(message: str) -> None:
    """What a stranger wrote is shown as it stands, not filled in."""
    plain = to_plain(FINDING)
    plain["value"]["message"] = message

    assert from_plain(plain, LintFinding).message == message


@pytest.mark.parametrize(
    ("answer", "field", "wrong"),
    [
        (decide(INCIDENT, "close", at=AT, by="ada"), "code", 5),
        (decide(INCIDENT, "close", at=AT, by="ada"), "reason", ["x"]),
        (FINDING, "message", None),
        (evaluate_sla(RULE, INCIDENT, now=AT), "stage", "sleeping"),
        (evaluate_sla(RULE, INCIDENT, now=AT), "due_at", "tomorrow"),
        (evaluate_sla(RULE, INCIDENT, now=AT), "more", 1),
    ],
    ids=lambda value: str(value)[:12],
)
def test_an_answer_is_read_strictly(answer: object, field: str, wrong: object) -> None:
    """A wrong value, or a field that the class does not have, is refused with its place."""
    plain: Any = to_plain(answer)
    plain["value"][field] = wrong

    with pytest.raises(FormatError) as caught:
        from_plain(plain, object)
    assert f"$.value.{field}" in str(caught.value)


def test_the_schema_of_an_answer_has_its_text() -> None:
    """The text may be absent; the data may not."""
    refused = json_schema(Refused)["$defs"]["Refused"]

    assert refused["properties"]["reason"] == {"type": "string"}
    assert refused["required"] == ["code", "action", "state"]
    json.dumps(json_schema(SlaSnapshot))
