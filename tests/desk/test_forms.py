"""What a desk file can say beside the customer's policy, and that it survives a dump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import reached
from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.errors import FormatError
from incidentcore.intake import Inhibit
from incidentcore.lifecycle import INCIDENT
from incidentcore.records import Incident, set_fields
from incidentcore.sla import DueDate
from incidentcore.values import Impact, Priority, Urgency

HEAD = """
desk = 1
name = "forms"
zone = "UTC"
fields = { call_at = "instant", started = "instant", status = "text" }
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
"""
SERVICE = """
[services.all]
calendar = "office"
resolution = "4h"
[[agreements]]
service = "all"
"""
MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def loaded(text: str, **code: Any) -> Desk:
    """Return the desk of a text, after a dump said the same."""
    desk = load_desk(text, code=code)
    assert load_desk(dump_desk(desk, code=code), code=code) == desk
    return desk


def opened(desk: Desk, **fields: Any) -> Incident:
    return desk.open(Incident, id="INC-1", title="No mail", by="kim", at=MONDAY, **fields)


def test_a_break_of_every_week_is_taken_from_the_hours() -> None:
    """4 h from 10:00 with lunch from 12 to 13 end at 15:00; on Friday, without one, at 14:00."""
    lunch = 'breaks = [{ days = "mon-thu", hours = "12:00-13:00" }]'
    hours = 'hours = { mon-fri = "08:00-18:00" }'
    desk = loaded(HEAD.replace(hours, f"{hours}, {lunch}"))
    office: Any = desk.calendars["office"]
    for day, end in ((1, 15), (5, 14)):
        at = datetime(2026, 6, day, 10, tzinfo=UTC)
        assert office.deadline(at, 4 * HOUR) == at.replace(hour=end)


def test_a_break_of_every_week_in_a_night_shift() -> None:
    """A night from 22 to 06, with a pause at 02: a weekday is a date, here Tuesday's."""
    night = 'hours = { mon = "22:00-06:00" }, breaks = [{ days = "tue", hours = "02:00-03:00" }]'
    desk = loaded(HEAD.replace('hours = { mon-fri = "08:00-18:00" }', night))
    office: Any = desk.calendars["office"]
    assert office.deadline(MONDAY, 5 * HOUR) == datetime(2026, 6, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ('{ days = "sat", hours = "12:00-13:00" }', "lie within those of sat"),
        ('{ hours = "12:00-13:00" }', "either day or days"),
        ('{ days = "mun", hours = "12:00-13:00" }', "mon-fri"),
    ],
)
def test_a_break_that_takes_nothing_is_refused(entry: str, says: str) -> None:
    """Saturday has no hours; a break is of a date or of weekdays."""
    hours = 'hours = { mon-fri = "08:00-18:00" }'
    with pytest.raises(FormatError, match=says):
        load_desk(HEAD.replace(hours, f"{hours}, breaks = [{entry}]"))


def test_a_due_date_follows_its_field() -> None:
    """Due when called back; the call moves from 10:00 to 12:00, and with follow the due too."""
    for word, hour in (("due", 10), ("follow", 12)):
        text = SERVICE.replace('"4h"', f'"{word}:call_at"')
        desk = loaded(HEAD + text)
        target = desk.services[0].resolution[0].target
        assert target == DueDate("custom.call_at", follow=word == "follow")
        record = opened(desk, custom={"call_at": MONDAY.replace(hour=10)})
        custom = {"call_at": MONDAY.replace(hour=12)}
        record = set_fields(record, custom=custom, at=MONDAY + HOUR, by="ada")
        (status,) = desk.evaluate(record, now=MONDAY + HOUR)
        assert status.due_at == MONDAY.replace(hour=hour)


def test_a_clock_starts_from_a_field() -> None:
    """Four hours from when it began, half an hour before the opening at 08:00: due 12:00.

    Office hours begin at 08:00, so that the half hour before them does not count.
    """
    text = SERVICE.replace('resolution = "4h"', 'resolution = "4h"\nstarts_from = "started"')
    desk = loaded(HEAD + text.replace("office", "always"))
    record = opened(desk, custom={"started": MONDAY - HOUR / 2})
    (status,) = desk.evaluate(record, now=MONDAY)
    assert status.due_at == MONDAY + 3.5 * HOUR


def test_roles_that_answer() -> None:
    """A bot's public reply is a response where the service says so."""
    line = 'response = "1h"\nanswered_by = ["agent", "bot"]'
    desk = loaded(HEAD + SERVICE.replace('resolution = "4h"', line))
    (clock,) = desk.service_level.clocks  # type: ignore[union-attr]
    assert clock.definitions[0].answered_by == ("agent", "bot")


def test_a_change_owes_an_update() -> None:
    """``on_change`` names fields by the desk's own names."""
    text = '[[communication]]\nto = "users"\nupdates = { first = "1h", on_change = ["status"] }\n'
    desk = loaded(HEAD + text)
    assert desk.communication[0].on_change == ("custom.status",)
    with pytest.raises(FormatError, match=r"on_change\[1\].*nearest: status"):
        load_desk(HEAD + text.replace('["status"]', '["statsu"]'))


def test_alerts_hold_back_others() -> None:
    """A router's alerts hold back those of the hosts behind it."""
    text = """
    [intake]
    inhibit = [{ name = "router", source = { "labels.role" = "router" }, \
target = { "labels.role" = "host" }, equal = ["labels.site"] }]
    """
    desk = loaded(HEAD + text.replace("\\\n", ""))
    assert desk.intake is not None
    (rule,) = desk.intake.inhibit
    assert isinstance(rule, Inhibit)
    assert rule.equal == ("labels.site",)


def test_an_instant_that_is_reached() -> None:
    """``reached`` holds from the instant that a field holds; false is before it."""
    row = '[[escalation]]\nname = "call"\nwhen = { call_at = { reached = true } }\n'
    levels = 'levels = [{ after = "0m", to = "group:x" }]\n'
    desk = loaded(HEAD + row + levels)
    assert desk.escalation[0].when == reached("custom.call_at")
    other = loaded(HEAD + row.replace("true", "false") + levels)
    assert other.escalation[0].when != desk.escalation[0].when
    later = loaded(HEAD + row.replace("reached = true", 'later_than = "opened_at"') + levels)
    assert later.escalation[0].when.fields == {"custom.call_at", "opened_at"}
    with pytest.raises(FormatError, match="true or false"):
        load_desk(HEAD + row.replace("true", '"yes"') + levels)


def test_a_lifecycle_asks_migrates_and_recomputes() -> None:
    """An opening without a category is refused; the priority follows [priority]."""
    text = """
    [priority]
    matrix = "plain_3x3"
    [lifecycle.incident]
    opens_with = ["category", "status"]
    migrates = { Parked = "on_hold" }
    recomputes = true
    """
    desk = loaded(HEAD + text)
    lifecycle = desk.lifecycle("incident")
    assert lifecycle.opens_with == ("category", "custom.status")
    assert dict(lifecycle.migrates) == {"Parked": "on_hold"}
    assert lifecycle.priority_policy == desk.priority
    assert lifecycle.states == INCIDENT.states
    with pytest.raises(FormatError, match="migrates"):
        load_desk(HEAD + text.replace('"on_hold"', '"onhold"'))


def test_a_lifecycle_recomputes_by_code() -> None:
    """A rule of one's own is named and passed in."""

    def always_high(_: object, /) -> Any:
        return Priority.HIGH

    text = '[lifecycle.incident]\nrecomputes = { code = "mine" }\n'
    desk = loaded(HEAD + text, mine=always_high)
    assert desk.lifecycle("incident").priority_policy is always_high
    record = opened(desk, impact=Impact.LOW, urgency=Urgency.LOW)
    assert record.id == "INC-1"
