"""A change of the agreement in Python and in a desk's file: each story has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from incidentcore.conditions import field
from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.lifecycle import advance
from incidentcore.priority import override_priority
from incidentcore.records import Incident, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla
from incidentcore.sla.terms import ReopenMode
from incidentcore.values import Actor, Priority

DESK = """
desk = 1
name = "Acme"
zone = "UTC"
fields = { contract = ["silver", "gold"] }
[calendars]
office = { hours = { mon-fri = "09:00-17:00" } }
[services.silver]
calendar = "office"
resolution = { critical = "2h", high = "4h", else = "8h" }
on_change = "keep_elapsed"
reopen = "exclude_closed"
[services.gold]
calendar = "always"
resolution = "6h"
on_change = "keep_elapsed"
reopen = "exclude_closed"
[[agreements]]
when = { contract = "gold" }
service = "gold"
[[agreements]]
service = "silver"
"""
ROWS = Path(__file__).with_name("same_changes.txt").read_text(encoding="utf-8").splitlines()[3:]
KIM = Actor("kim", "requester")


@cache
def desk(on_change: str, reopen: str) -> Desk:
    text = DESK.replace("keep_elapsed", on_change).replace("exclude_closed", reopen)
    return load_desk(dump_desk(load_desk(text)))


@cache
def policy(swap: Any, reopen: Any) -> SlaPolicy:
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})

    def clock(name: str, hours: int, calendar: Any = office) -> SlaDefinition:
        terms = {"name": name, "hours": hours, "calendar": calendar, "swap": swap}
        return SlaDefinition.resolution(**terms, reopen=reopen)

    level = field("priority").equals
    return SlaPolicy(
        [
            (field("custom.contract").equals("gold"), clock("g", 6, BusinessCalendar.always())),
            (level(Priority.CRITICAL), clock("c", 2)),
            (level(Priority.HIGH), clock("h", 4)),
        ],
        default=clock("l", 8),
    )


def times(story: str) -> Iterator[tuple[datetime, list[str]]]:
    """Yield each step of a story with its time, and what happens."""
    day = ""
    for step in story.replace(";", ",").split(","):
        words = step.split()
        if ":" not in words[0]:
            day = words.pop(0)
        at = datetime.fromisoformat(f"2026-06-{day}T{words[0]}").replace(tzinfo=UTC)
        yield at, words[1:]


def made(story: str, opener: Any) -> tuple[Incident, datetime]:
    """Return the record of a story, and the instant of its last time."""
    (opening, words), *steps, (now, _) = times(story)
    custom = {"contract": "gold" if "gold" in words else "silver"}
    more = {"priority": Priority.LOW, "custom": custom}
    record = opener(id="I", title="Mail is down", at=opening, by=KIM, **more)
    for at, (verb,) in steps:
        if verb in ("gold", "silver"):
            record = set_fields(record, custom={"contract": verb}, at=at, by="ada")
        elif verb in Priority.scale.names:
            level = Priority.scale[verb]
            record = override_priority(record, level, reason="x", at=at, by="ada")
        else:
            fix = {"resolution_code": "fixed", "resolution_notes": "Restarted."}
            more = {"resolve": fix, "hold": {"reason": "awaiting_vendor"}}.get(verb, {})
            record = advance(record, verb, at=at, by=KIM if verb == "reopen" else "ada", **more)
    return record, now


def agree(story: str, swap: str, reopen: str, want: str) -> None:
    """Compare both ways with what must come out."""
    at_desk, now = made(story, lambda **more: desk(swap, reopen).open(Incident, **more))
    (by_desk,) = desk(swap, reopen).evaluate(at_desk, now=now)
    by_python = evaluate_sla(policy(swap, reopen), made(story, Incident.open)[0], now=now)
    for way, status in (("desk", by_desk), ("python", by_python)):
        minutes = status.elapsed // timedelta(minutes=1)
        due = "-" if status.due_at is None else f"{status.due_at:%d %H:%M}"
        assert f"{status.stage} {minutes // 60}:{minutes % 60:02} {due}" == want, (
            way,
            swap,
            reopen,
        )


@pytest.mark.parametrize("row", ROWS)
def test_a_change_of_the_agreement(row: str) -> None:
    """Each way to take over, as the file and as Python say it (rules S4 and B3)."""
    story, now, *wanted = (cell.strip() for cell in row.split(";"))
    for swap, want in zip(("retroactive", "keep_elapsed", "restart"), wanted, strict=True):
        agree(f"{story};{now}", swap, "exclude_closed", want)


@pytest.mark.parametrize(
    ("story", "wanted"),
    [
        (
            "01 09:00 open, 11:00 resolve, 02 10:00 reopen; 12:00",
            ("running 4:00 02 16:00", "running 11:00 01 17:00", "running 2:00 03 10:00"),
        ),
        (
            "01 09:00 open, 16:00 resolve, 16:30 reopen; 17:00",
            ("running 7:30 02 09:30", "running 8:00 01 17:00", "running 0:30 02 16:30"),
        ),
        (
            "01 09:00 open, 10:00 hold, 11:00 resolve, 12:00 reopen; 13:00",
            ("running 2:00 02 11:00", "running 3:00 02 10:00", "running 1:00 02 12:00"),
        ),
        (
            "05 16:00 open gold, 20:00 resolve, 06 08:00 reopen; 09:00",
            ("running 5:00 06 10:00", "running 17:00 05 22:00", "running 1:00 06 14:00"),
        ),
        (
            "01 09:00 open, 11:00 resolve, 02 10:00 gold, 12:00 reopen; 13:00",
            # the gap of the day before by the calendar until then, for what takes over in it
            ("running 3:00 02 16:00", "running 28:00 01 15:00", "running 1:00 02 18:00"),
        ),
    ],
)
def test_a_reopening(story: str, wanted: tuple[str, ...]) -> None:
    """Left out, counted or a cycle of its own, as the file and as Python say it (rule S5)."""
    for reopen, want in zip(get_args(ReopenMode), wanted, strict=True):
        agree(story, "retroactive", reopen, want)
