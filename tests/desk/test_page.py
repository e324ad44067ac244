"""A desk as a page to sign: every part that it has, and none that it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore import Versions
from incidentcore.desk import DueItem, desk_page, due_items, explain_record, load_desk
from incidentcore.errors import InvalidValueError, TransitionNotAllowedError
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, ServiceRequest, acknowledge, request_approval
from incidentcore.serialization import dumps, loads
from incidentcore.words import GERMAN, render

TEXT = """
desk = 1
name = "small"
zone = "Europe/Berlin"
fields = { vip = "bool" }
[holidays]
office = [{ day = 2026-04-03 }, { from = 2026-12-28, to = 2026-12-31 }, { yearly = "12-24" }]
[calendars]
nights = { zone = "America/New_York", hours = { sat = "20:00-24:00" } }
either = { plus = ["office", "nights"] }
[calendars.office]
hours = { mon-thu = ["08:00-12:00", "13:00-18:00"], fri = "08:00-16:00" }
holidays = ["office"]
[services.gold]
calendar = "office"
response = { critical = "15m nights", else = "1h" }
resolution = "8h"
pause = { state = "on_hold" }
warn = ["80%"]
reopen = "new_cycle"
on_change = "restart"
[services.gold.clocks.callback]
targets = { high = "2h" }
stop = { vip = true }
[services.silver]
calendar = "either"
response = "4h"
[oncall.first]
layers = [
  { people = ["ada", "ben"], change = "daily 09:00", from = 2026-01-05, during = "office" },
  { people = "dana" },
]
[[agreements]]
when = { vip = true }
service = "gold"
kind = "ola"
[[agreements]]
service = "silver"
[[escalation]]
name = "page"
levels = [
  { after = "30m", to = "oncall:first" },
  { at = "response due", to = ["role:lead", "person:cy"], mode = "hierarchical" },
  { every = "daily 09:00", from = 2026-01-05, to = "group:x|y" },
]
[[communication]]
name = "users"
to = ["users", "board"]
updates = { first = "30m", every = "1h", on_hold = "4h" }
[lifecycle.incident]
close_after = "2d"
[[approvals]]
stages = [{ of = "person:ada" }]
[intake]
name = "A"
"""
PAGE = r"""# small

All times are those of Europe/Berlin unless stated.

## Opening hours

| Calendar | Zone | Open | Closed |
|---|---|---|---|
| either | - | plus office, nights | - |
| nights | America/New_York | sat 20:00-24:00 | - |
| office | - | mon-thu 08:00-12:00, 13:00-18:00; fri 08:00-16:00 | 6 holidays, to 2026-12-31 |

Holidays of office: 2026-04-03; 2026-12-28 to 2026-12-31; yearly 12-24.

## Service gold

Targets count in office.

| Clock | critical | high | moderate | low | planning | any other |
|---|---|---|---|---|---|---|
| response | 15m nights | 1h | 1h | 1h | 1h | 1h |
| resolution | 8h | 8h | 8h | 8h | 8h | 8h |
| callback | - | 2h | - | - | - | - |

Resolution and update clocks pause while: state on_hold.

Warnings at: 80 %.

After a reopening: new_cycle.

When another service begins to apply: restart.

Clock callback: stop (vip: true).

## Service silver

Targets count in either.

| Clock | critical | high | moderate | low | planning | any other |
|---|---|---|---|---|---|---|
| response | 4h | 4h | 4h | 4h | 4h | 4h |

## Who has which service

The first line that matches counts.

|  | Records | Service | Kind |
|---|---|---|---|
| 1 | custom.vip is True | gold | ola |
| 2 | all | silver | sla |

## On call

| Schedule | People | Change | During |
|---|---|---|---|
| first | ada, ben | daily 09:00 | office |
| first | dana | - | - |

first, layer 1: from 2026-01-05.

## Escalation

| Rule | Records | When | Who | How |
|---|---|---|---|---|
| page | all | after 30m | on call for first | functional |
| page | all | response due | role lead, person cy | hierarchical |
| page | all | daily 09:00; from 2026-01-05 | x\|y | functional |

## Updates

| Rule | Records | To | First | Every | On hold | Final |
|---|---|---|---|---|---|---|
| users | all | users, board | 30m | 1h | 4h | - |

## Lifecycle

- incident: close_after 2d

Accepted major incidents are not closed automatically, since close_major is not true.

## Approvals

- stages:
    - of person:ada

## Alerts

- name: A
"""


def test_a_page_has_every_part() -> None:
    """Hours and holidays, targets by priority, people, and the rest as the file has it."""
    assert desk_page(load_desk(TEXT)) == PAGE


def test_a_page_says_that_major_incidents_are_not_closed() -> None:
    """Where incidents are closed, and nobody said that accepted major ones are too."""
    close = '[lifecycle.incident]\nclose_after = "2d"\n'
    for more, is_said in (("", True), ("close_major = true\n", False)):
        page = desk_page(load_desk(TEXT.replace(close, f"{close}{more}")))
        assert ("major incidents are not closed" in page) == is_said
    problems = close.replace("incident", "problem")
    assert "major incidents" not in desk_page(load_desk(TEXT.replace(close, problems)))


def test_one_holiday_is_one_with_its_name() -> None:
    """Two of one name count as two and are named once."""
    days = '{ day = 2026-05-01, name = "Labour Day" }'
    for more, closed in (
        ("", "1 holiday, to 2026-05-01: Labour Day"),
        (
            ', { day = 2027-05-01, name = "Labour Day" }',
            "2 holidays, to 2027-05-01: Labour Day",
        ),
    ):
        text = (
            f'desk = 1\nname = "x"\n[holidays]\nall = [{days}{more}]\n'
            '[calendars.office]\nhours = { mon = "08:00-12:00" }\nholidays = ["all"]\n'
        )
        assert f"| mon 08:00-12:00 | {closed} |" in desk_page(load_desk(text))


def test_a_page_lists_the_days_of_its_holidays() -> None:
    """To sign it, a customer must see each date, with its name and hours; not only how many."""
    days = (
        '{ day = 2026-12-24, name = "Eve", hours = "08:00-12:00" }, 2026-12-25, '
        '{ from = 2027-01-01, to = 2027-01-05 }, { yearly = "05-01", name = "Labour Day" }'
    )
    text = (
        f'desk = 1\nname = "x"\n[holidays]\nall = [{days}]\n'
        '[calendars.office]\nhours = { mon = "08:00-12:00" }\nholidays = ["all"]\n'
    )
    assert (
        "\nHolidays of office: 2026-12-24 08:00-12:00 Eve; 2026-12-25; "
        "2027-01-01 to 2027-01-05; yearly 05-01 Labour Day.\n"
    ) in desk_page(load_desk(text))


def test_a_page_says_a_list_of_holidays_as_the_file_does() -> None:
    """Two dates without a name stay two; the calendars that have the list are named, not the list.

    The file calls it public, which the desk does not keep; the page called it support.
    """
    page = desk_page(
        load_desk(
            'desk = 1\nname = "x"\n[holidays]\npublic = [2026-12-25, 2026-12-26]\n[calendars]\n'
            'night = { hours = { mon = "20:00-24:00" }, holidays = ["public"] }\n'
            'support = { hours = { mon = "08:00-18:00" }, holidays = ["public"], '
            'special = [{ day = 2026-12-27, hours = ["08:00-10:00", "11:00-12:00"] }], '
            'breaks = [{ days = "mon", hours = "12:00-13:00", name = "Lunch" }] }\n'
        )
    )
    assert (
        "| support | - | mon 08:00-18:00; 2026-12-27 08:00-10:00, 11:00-12:00; without mon " in page
    )
    assert "without mon 12:00-13:00 Lunch | 2 holidays, to 2026-12-26 |" in page
    assert "\nHolidays of night, support: 2026-12-25; 2026-12-26.\n" in page


def test_a_page_says_a_lifecycle_in_lines() -> None:
    """A line for each state and transition, without the signs of TOML."""
    page = desk_page(
        load_desk(
            'desk = 1\nname = "x"\n[lifecycle.problem]\nid = "own"\ninitial = "raised"\n'
            'states = [{ name = "raised", open = true }, { name = "over", final = true }]\n'
            'transitions = [{ action = "finish", from = "raised", to = "over", '
            'fields = ["assignee", "category"], sets = { resolution_code = "a, b" } }]\n'
        )
    )
    assert page.endswith(
        """## Lifecycle

- problem: id own
  - states:
    - name raised; open true
    - name over; final true
  - transitions:
    - action finish; from raised; to over; fields assignee, category; sets """
        '(resolution_code: "a, b")\n'
    )


def test_an_approval_that_was_not_asked_is_named() -> None:
    """Nothing holds up a request that nobody was asked to approve (rule L7)."""
    desk = load_desk(
        'desk = 1\nname = "x"\nfields = { item = "text" }\n'
        '[[approvals]]\nwhen = { item = "laptop" }\nstages = [{ of = "person:bo" }]\n'
    )
    said = "\napproval: needed, and not asked; see Desk.approval_rule\n"
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    laptop, mouse = (
        desk.open(ServiceRequest, id="R", title="x", by="kim", at=at, custom={"item": item})
        for item in ("laptop", "mouse")
    )
    assert said in explain_record(desk, laptop, now=at)
    assert said not in explain_record(desk, mouse, now=at)
    rule = desk.approval_rule(laptop, people=lambda who: [who.name])
    assert rule is not None
    asked = request_approval(laptop, rule, at=at, by="ada")
    assert said not in explain_record(desk, asked, now=at)
    assert not desk.decide(asked, "start", at=at, by="ada")


def test_a_desk_of_a_name_alone() -> None:
    """The zone is said, and nothing else."""
    empty = load_desk('desk = 1\nname = "empty"\n')
    assert desk_page(empty) == "# empty\n\nAll times are those of UTC unless stated.\n"


EVERYTHING = """
desk = 1
name = "pager"
[calendars]
office = { hours = { mon-fri = "09:00-17:00" } }
[services.gold]
calendar = "office"
resolution = "24h"
[[agreements]]
service = "gold"
[oncall.first]
combine = "all"
layers = [{ people = ["ada", "ben"], change = "daily 09:00", from = 2026-01-05 }]
overrides = [{ from = 2026-06-03T09:00:00, to = 2026-06-03T17:00:00, people = ["cyn"] }]
[[escalation]]
name = "page"
repeat = 2
repeat_after = "45m"
ack_timeout = "20m"
levels = [
  { after = "0m", to = "oncall:first", during = "office" },
  { after = "35m", to = "person:dee", until = "resolved" },
]
[[communication]]
name = "users"
to = "board"
via = "mail"
during = "office"
updates = { first = "50m", on_change = ["category"] }
"""


def test_a_page_hides_no_rule() -> None:
    """What is signed has the repetitions, timeouts, overrides and contact hours of the file."""
    page = desk_page(load_desk(EVERYTHING))
    for rule in (
        "| page | all | after 0m; during office |",
        "| page | all | after 35m from the level before; until resolved |",
        "page: ack_timeout 20m; repeat 2; repeat_after 45m.",
        "combine all",
        "people: cyn",
        "users: via mail; during office; on_change category.",
    ):
        assert rule in page


def test_targets_are_in_hours() -> None:
    """Twenty-four hours of an office are not a day."""
    page = desk_page(load_desk(EVERYTHING))
    assert "| resolution | 24h | 24h |" in page
    assert "1d" not in page


def test_an_explanation_has_one_zone_and_names_people() -> None:
    """Open in Los Angeles 8 to 17: two hours on Friday, six on Monday until 14:00, 21:00 UTC."""
    text = """
desk = 1
name = "x"
[calendars]
west = { zone = "America/Los_Angeles", hours = { mon-fri = "08:00-17:00" } }
[services.all]
calendar = "west"
resolution = "8h"
[[agreements]]
service = "all"
[oncall.first]
layers = [{ people = ["ada", "ben"], change = "daily 09:00", from = 2026-06-05 }]
[[escalation]]
levels = [{ after = "0m", to = "oncall:first" }]
"""
    opened = datetime(2026, 6, 5, 22, tzinfo=UTC)
    record = Incident.open(id="I1", title="x", at=opened, by="kim")
    desk, now = load_desk(text), opened + timedelta(hours=1)
    said = explain_record(desk, record, now=now)
    assert "due Mon  8 Jun 21:00" in said
    later = opened + timedelta(minutes=1)
    both = Versions([(opened, desk), (later, load_desk('desk = 1\nname = "x"\n'))])
    assert explain_record(both, record, now=now) == said
    assert "on call for first (ada)" in said


def test_an_explanation_says_what_comes_next_and_for_whom() -> None:
    """Until ada is notified at 9:15, that is next; then nothing but the clock at 10:00."""
    text = """
desk = 1
name = "x"
[services.all]
calendar = "always"
resolution = "1h"
[[agreements]]
service = "all"
[[escalation]]
levels = [{ after = "15m", to = "person:ada" }]
"""
    desk = load_desk(text)
    nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    record = Incident.open(id="I1", title="x", at=nine, by="kim")
    lines = explain_record(desk, record, now=nine).splitlines()
    assert lines[-4:-2] == ["due: nothing", "next, unless something happens:"]
    assert lines[-2].startswith("  2026-06-01 09:15 UTC escalation -> person ada: ")
    later = explain_record(desk, record, now=nine + timedelta(minutes=20)).splitlines()
    assert later[-2:] == [
        "  2026-06-01 10:00 UTC sla.due: the resolution clock is due",
        "look again: 2026-06-01 10:00 UTC",
    ]
    done = explain_record(desk, record, now=nine + timedelta(hours=2)).splitlines()
    assert done[-1] == "look again: when something happens"
    assert "next, unless something happens:" not in done


def test_an_explanation_in_german() -> None:
    """Names, states and kinds of what is due stay; the rest is said in the other language."""
    text = """
desk = 1
name = "x"
zone = "Europe/Berlin"
[services.all]
calendar = "always"
resolution = "1h"
[[agreements]]
service = "all"
[[escalation]]
levels = [{ after = "15m", to = "person:ada" }, { after = "90m", to = "group:ops" }]
"""
    desk = load_desk(text)
    nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    record = Incident.open(id="I1", title="x", at=nine, by="kim")
    record = acknowledge(record, at=nine + timedelta(minutes=20), by="ada")
    said = explain_record(desk, record, now=nine + timedelta(minutes=30))
    (due,) = due_items(desk, record, now=nine + timedelta(minutes=60))[:1]

    gone = "nicht mehr fällig seit 2026-06-01 11:20 CEST: bestätigt"
    assert render(said, words=GERMAN).splitlines() == [
        "I1: x",
        "Stand 2026-06-01 11:30 CEST (Europe/Berlin)",
        "Zustand new, ohne Priorität",
        "Uhren:",
        "  all resolution: läuft; 0:30 von 1:00 verbraucht, 0:30 übrig; fällig Mo  1. Juni 12:00",
        "fällig:",
        f"  2026-06-01 11:15 CEST escalation -> Person ada: 0:15:00 nach opened; {gone}",
        "danach, wenn nichts geschieht:",
        "  2026-06-01 12:00 CEST sla.due: die Uhr resolution ist fällig",
        "wieder ansehen: 2026-06-01 12:00 CEST",
    ]
    assert render(due, words=GERMAN) == "die Uhr resolution ist fällig"
    assert render(loads(dumps(due), DueItem), words=GERMAN) == due.why
    with pytest.raises(TransitionNotAllowedError) as refused:
        advance(record, "reopen", at=nine + timedelta(hours=1), by="ada")
    assert render(refused.value, words=GERMAN).startswith("reopen ist aus new nicht erlaubt; ")


def test_an_explanation_is_of_its_instant() -> None:
    """Later events are not seen; before the opening there is nothing to explain."""
    desk = load_desk('desk = 1\nname = "x"\nzone = "Europe/Berlin"\n')
    opened = datetime(2026, 6, 1, 9, tzinfo=UTC)
    record = Incident.open(id="I1", title="x", at=opened, by="kim")
    record = advance(record, "start", at=opened + timedelta(hours=2), by="ada")
    assert "state new" in explain_record(desk, record, now=opened + timedelta(hours=1))
    assert "state in_progress" in explain_record(desk, record, now=opened + timedelta(hours=2))
    told = (
        "^now: got '2026-06-01 10:59 CEST'; allowed: 2026-06-01 11:00 CEST, the opening of I1, or"
    )
    with pytest.raises(InvalidValueError, match=told):
        explain_record(desk, record, now=opened - timedelta(minutes=1))


def test_an_explanation_names_a_record_without_a_title_once() -> None:
    """By its id; and a desk without a plan of approvals asks for none."""
    desk = load_desk('desk = 1\nname = "bare"\nzone = "UTC"\n')
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    for title, first in (("INC-1", "INC-1"), ("No mail", "INC-1: No mail")):
        record = Incident.open(id="INC-1", title=title, by="kim", at=at)
        assert str(explain_record(desk, record, now=at)).splitlines()[0] == first
        assert desk.approval_rule(record, people=lambda target: ()) is None
