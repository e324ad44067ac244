"""Services in a desk's file: due dates, starts and who answers."""

from __future__ import annotations

import re

import pytest
from tests.desk.small_files import HEAD, HOUR, MONDAY, SERVICE, loaded, opened

from incidentcore.desk import load_desk
from incidentcore.errors import FormatError
from incidentcore.lifecycle import advance
from incidentcore.records import set_fields
from incidentcore.sla import DueDate


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


def test_what_a_service_is_like_is_replaced_key_by_key() -> None:
    """Targets by priority are taken over one by one; one for all takes the place of all."""
    text = SERVICE.replace('"4h"', '{ critical = "2h", else = "4h" }')
    gold = '[services.gold]\nlike = "all"\ncalendar = "always"\nresolution = '
    for given, targets in (
        ('"1h"', {"": 1}),
        ('{ critical = "1h" }', {"critical": 1, "": 4}),
    ):
        desk = loaded(f"{HEAD}{text}{gold}{given}\n")
        service = next(one for one in desk.services if one.name == "gold")
        assert {one.level: one.target / HOUR for one in service.resolution} == targets  # type: ignore[operator]
        assert service.calendar != desk.calendars["office"]


def test_roles_that_answer() -> None:
    """A bot's public reply is a response where the service says so."""
    line = 'response = "1h"\nanswered_by = ["agent", "bot"]'
    desk = loaded(HEAD + SERVICE.replace('resolution = "4h"', line))
    (clock,) = desk.service_level.clocks  # type: ignore[union-attr]
    assert clock.definitions[0].answered_by == ("agent", "bot")


def test_a_canceled_record_ends_a_clock_of_one_s_own() -> None:
    """As it ends the usual ones; ``cancel`` may say otherwise."""
    own = """
[services.all.clocks.diagnosis]
targets = "1h"
stop = { category = { present = true } }
"""
    stages = []
    for text in (own, own + 'cancel = { status = "void" }\n'):
        desk = loaded(HEAD + SERVICE + text)
        record = advance(opened(desk), "cancel", at=MONDAY + HOUR / 2, by="ada")
        clocks = desk.evaluate(record, now=MONDAY + 2 * HOUR)
        stages.append([(clock.stage, clock.breached) for clock in clocks])
    usual = ("canceled", False)
    assert stages == [[usual, usual], [usual, ("running", True)]]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("resolution", 'resolution = "due:title"'),
        ("starts_from", 'resolution = "4h"\nstarts_from = "title"'),
        (
            "pause.resolved_at",
            'resolution = "4h"\npause = { resolved_at = { later_than = "title" } }',
        ),
    ],
)
def test_a_time_comes_from_a_field_that_holds_one(key: str, line: str) -> None:
    """A title was read as a due time only with the first record, which it refused."""
    wrong = f"services.all.{key}: got 'title'; allowed: a field that holds an instant"
    with pytest.raises(FormatError, match=re.escape(wrong)):
        load_desk((HEAD + SERVICE).replace('resolution = "4h"', line))
