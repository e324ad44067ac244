"""The page of known limits: each that stands there is one, and none stands elsewhere alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from incidentcore import BusinessCalendar, Holiday, SlaDefinition, dumps
from incidentcore.categorization import Categorization
from incidentcore.conditions import Condition, field
from incidentcore.desk import dump_desk, load_desk
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.schedule import read_ical
from incidentcore.vendors.kit import STANDARD_STATES
from incidentcore.vendors.profiles import PROFILES

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "known_limits.rst").read_text(encoding="utf-8")
# What a page says where it does not do something; sentences about a single record are others.
SAYS = re.compile(
    r"\*\*Not done\*\*|What we do not do|which is not read|they are not read|There is none for|"
    r"There is no importer for|cannot be written as a document|knows nothing of|"
    r"has no written form|cannot say\n=|needs the history"
)


def test_each_page_that_states_a_limit_is_listed() -> None:
    """The page of limits leads to it."""
    stating = [
        page.relative_to(DOCS).with_suffix("").as_posix()
        for page in sorted(DOCS.rglob("*.rst"))
        if SAYS.search(page.read_text(encoding="utf-8")) and page.name != "known_limits.rst"
    ]
    assert len(stating) > 8
    assert [page for page in stating if f":doc:`{page}`" not in PAGE] == []


def nested(depth: int) -> Condition:
    found: Condition = field("title").present()
    for number in range(depth):
        other = field("title").equals(str(number))
        found = found & other if number % 2 else found | other
    return found


@attrs.frozen
class Noon:
    """A target of one's own."""

    fields: tuple[str, ...] = ()
    follow: bool = False

    def resolve(self, start: datetime, calendar: Any, facts: Any) -> datetime:  # noqa: D102
        return start.replace(hour=12)

    def __str__(self) -> str:
        return "noon"


def own_target() -> object:
    desk = load_desk(SMALL)
    (service,) = desk.services
    target = attrs.evolve(service.resolution[0], target=Noon())
    return dump_desk(attrs.evolve(desk, services=(attrs.evolve(service, resolution=(target,)),)))


SMALL = """
desk = 1
name = "x"
[services.s]
calendar = "always"
resolution = "1h"
[[agreements]]
service = "s"
"""
MISSPELT = """
desk = 1
name = "x"
[priority]
matrix = { hgih = { high = "critical", low = "low" }, low = { high = "high", low = "low" } }
"""
BREAK = Holiday(yearly="12-24/01-02")
HOURS = {"zone": "UTC", "hours": {"mon-fri": "09:00-17:00"}}


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        (DefinitionError, lambda: nested(101)),
        (FormatError, lambda: read_ical("x" * 1_000_001, zone="UTC", years=[2026])),
        (InvalidValueError, lambda: as_utc(datetime(1, 1, 1, tzinfo=UTC))),
        (DefinitionError, own_target),
        (
            DefinitionError,
            lambda: BusinessCalendar(
                **HOURS, holidays=[BREAK], special={"2027-12-28": "09:00-17:00"}
            ),
        ),
        (InvalidValueError, lambda: dumps(lambda record: Categorization())),
        (FormatError, lambda: load_desk(MISSPELT)),
        (TypeError, lambda: SlaDefinition.resolution(hours=4, calender=BusinessCalendar.always())),
    ],
)
def test_a_limit_is_one(error: type[Exception], limit: Callable[[], object]) -> None:
    """What the page says is refused, is refused."""
    with pytest.raises(error):
        limit()


def test_profiles_that_are_not_there() -> None:
    """The page names them."""
    missing = {"opsgenie", "zammad", "github", "ocel", "otrs", "znuny"}
    assert missing.isdisjoint(PROFILES)


def test_words_that_may_mean_two_things_are_not_known() -> None:
    """Such a state is open, with its own name."""
    for word in ("Approved", "Freigegeben"):
        state, is_known = STANDARD_STATES.find(word)
        assert state is not None
        assert (state.name, state.open, is_known) == (word, True, False)


def test_a_bridge_day_by_rule_has_no_finding() -> None:
    """The same date written out has one."""
    rule = Holiday(rule="FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=10", hours="sat")
    day = Holiday(date(2026, 10, 10), hours="sat")
    assert BusinessCalendar(**HOURS, holidays=[rule]).lint(years=[2026]) == ()
    (finding,) = BusinessCalendar(**HOURS, holidays=[day]).lint(years=[2026])
    assert finding.code == "workday_without_hours"
