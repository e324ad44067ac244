"""Files as administrators break them: each error names the place and the way out."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.desk.test_file import ACME, EVERY

from incidentcore.desk import load_desk
from incidentcore.desk.reading import path_text
from incidentcore.errors import FormatError

# What is replaced, by what, and what the error must say: the place, and the way out.
BROKEN: list[tuple[str, str, str, str]] = [
    ("desk = 1", "desk = 2", "line 1: desk", "desk = 1"),
    ("desk = 1\n", "", "desk", "desk = 1"),
    ('name = "Acme managed service"', "", "name: is missing; needed: ", "a text, the desk's name"),
    ("[[approvals]]", "[approvals]", "approvals", "a list in brackets, or [[approvals]] for each"),
    ('name = "Acme managed service"', 'name = ""', "line 2: name", "non-empty"),
    ('zone = "Europe/Berlin"', 'zone = "Europe/Berln"', "line 3: zone", "IANA"),
    ('zone = "Europe/Berlin"', 'zone = "CET+1"', "line 3: zone", "IANA"),
    ('vip = "bool"', 'vip = "boolean"', "line 4: fields.vip", "nearest: bool"),
    ('vip = "bool"', "vip = true", "line 4: fields.vip", "bool, text, number, instant"),
    ('site = ["MUC", "NYC"]', "site = []", "fields.site", "list of words"),
    ('like       = "silver"', 'liek = "silver"', "services.gold.liek", "nearest: like"),
    ("[services.gold]\n", "[service.gold]\n", "service", "nearest: services"),
    ("[priority]", "[prioritys]", "prioritys", "nearest: priority"),
    ("[[agreements]]\nservice", "[agreements]\nservice", "(at line", "[[NAME]]"),
    ("[[approvals]]", "[[aprovals]]", "aprovals", "nearest: approvals"),
    ('country = "DE"', 'county = "DE"', "holidays.bavaria.county", "nearest: country"),
    ('country = "DE"', 'country = "XX"', "holidays.bavaria", "`holidays` knows"),
    ('subdivision = "BY"', 'subdivision = "QQ"', "holidays.bavaria", "`holidays` knows"),
    ('"2026-2028" }\nus', '"2028-2026" }\nus', "holidays.bavaria", "the earlier first"),
    ('"2026-2028" }\nus', '"26-28" }\nus', "holidays.bavaria", '"2026-2028"'),
    ('yearly = "12-24"', 'yearly = "24-12"', "holidays.site[1]", "12-25"),
    ('yearly = "12-24"', "yearly = 12-24", "(at line", "quotes"),
    ("from = 2026-12-28", "from = 2026-12-32", "(at line", "line 9"),
    ("to = 2026-12-31", "to = 2026-12-01", "holidays.site[2]", "not before the first"),
    ('mon-thu = "08:00-18:00"', 'mon-thu = "8-18"', "calendars.munich", "windows such as"),
    ('mon-thu = "08:00-18:00"', "mon-thu = 08:00-18:00", "(at line", "quotes"),
    ('mon-thu = "08:00-18:00"', 'mon-thru = "08:00-18:00"', "calendars.munich", "mon"),
    ('holidays = ["bavaria", "site"]', 'holidays = ["bavria"]', "holidays[1]", "nearest: bavaria"),
    ('by = "site"', 'by = "syte"', "calendars.by_site.by", "nearest: site"),
    ('NYC = "new_york"', 'NYC = "newyork"', "calendars.by_site.NYC", "nearest: new_york"),
    ('NYC = "new_york"', 'LON = "new_york"', "calendars.by_site.LON", "one of MUC, NYC"),
    (', else = "munich"', "", "calendars.by_site", "else"),
    ('else = "munich"', 'else = "by_site"', "by_site", "not made of itself"),
    ('"America/New_York"', '"America/NewYork"', "calendars.new_york", "IANA"),
    ('matrix   = "standard"', 'matrix   = "standart"', "priority.matrix", "nearest: standard"),
    ('at_least = "high" }]', 'at_least = "hi" }]', "priority.adjust[1].at_least", "critical, high"),
    (
        ', at_least = "high" }]',
        " }]",
        "priority.adjust[1]",
        "one of raise_by, at_least and at_most",
    ),
    ("when = { vip = true }", "when = { vipp = true }", "adjust[1].when.vipp", "nearest: vip"),
    ("when = { vip = true }", 'when = { vip = "yes" }', "adjust[1].when.vip", "true or false"),
    ('"by_site"\nresponse', '"by_sight"\nresponse', "services.silver.calendar", "nearest: by_site"),
    ('critical = "30m"', 'critical = "30min"', "line 21: services.silver.response.critical", "15m"),
    ('critical = "30m"', "critical = 30", "services.silver.response.critical", '"15m"'),
    ('critical = "30m"', "critical = 30m", "(at line 21", "quotes"),
    ('critical = "30m"', 'critcal = "30m"', "response.critcal", "nearest: critical"),
    ('critical = "8h"', 'critical = "8h allways"', "resolution.critical", "nearest: always"),
    ('low = "1 business day"', 'low = "one business day"', "response.low", "business days"),
    ("hold_reason = [", "hold_reasons = [", "services.silver.pause", "nearest: hold_reason"),
    (
        '"awaiting_caller", "awaiting_vendor"',
        '"awaiting_custmer"',
        "pause.hold_reason",
        "awaiting_",
    ),
    ('"50%", "80%"', '"50%", "80 percent"', "services.silver.warn[2]", '"80%"'),
    ('like       = "silver"', 'like       = "silber"', "services.gold", "nearest: silver"),
    ('like       = "gold"', 'like       = "gold_2027"', "services.gold_2027", "not like itself"),
    (
        'contract = "gold", opened',
        'contract = "platin", opened',
        "agreements[1].when",
        "silver, gold",
    ),
    (
        'contract = "gold", opened',
        'contarct = "gold", opened',
        "when.contarct",
        "nearest: contract",
    ),
    ("from = 2027-01-01 }", 'from = "next year" }', "agreements[1].when.opened_at", "2026-12-31"),
    ("from = 2027-01-01 }", "since = 2027-01-01 }", "agreements[1].when.opened_at", "from"),
    ('service  = "gold"', 'service  = "golf"', "agreements[2].service", "nearest: gold"),
    ('service  = "silver"', 'servise  = "silver"', "agreements[3]", "nearest: service"),
    ('"weekly mon 09:00"', '"weekly 09:00"', "oncall.operations.layers[1]", "weekly mon 09:00"),
    (", from = 2026-01-05", "", "oncall.operations.layers[1]", "from = the date"),
    ('to = "oncall:operations"', 'to = "oncall:operation"', "levels[1].to", "operations"),
    ('to = "oncall:operations"', 'to = "oncal:operations"', "[1].to", "nearest: oncall:operations"),
    ('to = "role:duty_manager"', 'to = "duty_manager"', "levels[2].to", "KIND:NAME"),
    ('"30m"', '"30 min"', "response.critical: got '30 min'", "nearest: 30m"),
    ('"8h"', '"4 hours"', "resolution.critical: got '4 hours'", "nearest: 4h"),
    ('"8h"', '"1 hour 30 minutes always"', "resolution.critical", "nearest: 1h 30m always"),
    ('"50%", "80%"', '"1 hour before"', "warn", "nearest: 1h before"),
    ('every = "1h", on', 'every = "1 hour", on', "updates.every", "nearest: 1h"),
    ('after = "15m"', 'after = "1 day"', "levels[2].after: got '1 day'", "nearest: 1d"),
    ('at = "resolution 80%"', 'at = "80% resolution"', "levels[3]", "resolution 80%"),
    ('at = "resolution 80%", ', "", "escalation[1].levels[3]", "either after or at"),
    ('"manager_of:assigned_to"', '"manager_of:asignee"', "levels[3].to", "nearest"),
    ('after = "15m"', 'after = "15 minutes"', "levels[2]", '"15m"'),
    ('every = "1h", on_hold', 'evry = "1h", on_hold', "updates.evry", "nearest: every"),
    ("when     = { any = [{ pr", "when     = { anny = [{ pr", "when.anny", "field"),
    ("[lifecycle.incident]", "[lifecycle.incidents]", "lifecycle.incidents", "nearest: incident"),
    ('close_after   = "5 business days"', "close_after   = 5", "close_after", "business days"),
    ("need = 2", 'need = "two"', "approvals[1].stages[2].need", "whole number"),
    ('of = "manager_of:caller"', 'off = "manager_of:caller"', "stages[1].off", "nearest: of"),
    ('item = "laptop"', "item = 7", "approvals[1].when.item", "a text"),
]


@pytest.mark.parametrize(("old", "new", "place", "way"), BROKEN, ids=range(len(BROKEN)))
def test_an_error_names_the_place_and_the_way_out(old: str, new: str, place: str, way: str) -> None:
    """One edit, as an administrator would make it: what is there, what may be, the nearest name."""
    assert ACME.count(old) >= 1, "the edit must find its place"
    with pytest.raises(FormatError) as caught:
        load_desk(ACME.replace(old, new, 1), source="acme.toml")
    text = "\n".join(caught.value.problems)
    assert place in text
    assert way in text
    assert "acme.toml" in text


MATRIX = """desk = 1
name = "x"
[priority.matrix]
high = { high = "critical", medium = "high", low = "moderate" }
medium = { high = "high", medium = "moderate", low = "low" }
low = { high = "moderate", medium = "low", low = "planning" }
"""


@pytest.mark.parametrize(
    ("old", "new", "place", "near"),
    [
        ("\nlow =", "\nlowe =", "priority.matrix.lowe: got 'lowe'", "low"),
        ("{ high =", "{ hgih =", "priority.matrix.high.hgih: got 'hgih'", "high"),
        ('"high"', '"hgih"', "priority.matrix.high.medium: got 'hgih'", "high"),
        ('"planning"', '"Planning"', "priority.matrix.low.low: got 'Planning'", "planning"),
    ],
)
def test_a_misspelt_level_of_a_matrix_is_refused(old: str, new: str, place: str, near: str) -> None:
    """One name that is nearly a standard one, among names that are."""
    with pytest.raises(FormatError) as caught:
        load_desk(MATRIX.replace(old, new, 1))
    (text,) = caught.value.problems
    assert place in text
    assert f"nearest: {near}" in text


def test_a_matrix_of_other_words_is_a_scale_of_its_own() -> None:
    """All words are its own, or one is that resembles no standard name."""
    own = MATRIX
    for place, name in enumerate(("critical", "high", "moderate", "low", "planning"), 1):
        own = own.replace(f'"{name}"', f'"P{place}"')
    assert load_desk(own).priority.scale.names == ("P1", "P2", "P3", "P4", "P5")
    four = f'{MATRIX}extensive = {{ high = "critical", medium = "high", low = "low" }}'
    rows = load_desk(four).priority.calculator.rows  # type: ignore[attr-defined]
    assert [row.name for row in rows] == ["high", "medium", "low", "extensive"]


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    """Three edits, three lines, each once: an inherited fault is told where it was written."""
    edits = (("MUC =", "MUX ="), ('critical = "30m"', 'critical = "30min"'), ('"80%"', '"80 %!"'))
    text = ACME
    for old, new in edits:
        text = text.replace(old, new, 1)
    places = [text[: text.index(new)].count("\n") + 1 for _, new in edits]
    with pytest.raises(FormatError) as caught:
        load_desk(text)
    lines = [int(m[1]) for one in caught.value.problems if (m := re.search(r"line (\d+)", one))]
    assert lines == places == sorted(places)
    assert len(caught.value.problems) == 3


def test_there_are_sixty() -> None:
    """As many as were asked for, each with another edit."""
    assert len({(old, new) for old, new, _, _ in BROKEN}) >= 60


SHAPES = (5, 2.5, True, "", "zz", [], [5], ["x"], [["x"]], [{}], {}, {"x": 1}, date(2026, 1, 1))
PLAIN: dict[str, Any] = tomllib.loads(EVERY)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in the tables and lists of a file."""
    items = {dict: dict.items, list: enumerate}.get(type(data), lambda _: ())(data)
    for key, value in items:  # type: ignore[attr-defined]  # of either kind
        yield (*path, key)
        yield from places(value, (*path, key))


@example(("lifecycle", "problem", "states"), 5)
@example(("lifecycle", "incident", "base"), ["x"])
@example(("services", "gold", "like"), ["x"])
@example(("escalation", 0, "when", "code"), ["x"])
@example(("cascades", 0, "comment"), {"copy": 5})
@example(("intake", "severity", 0), {"words": [], "default": True, "impact": "high"})
@example(("fields",), 5)
@example(("holidays",), 5)
@example(("calendars",), 5)
@example(("lifecycle",), 5)
@example(("priority",), 5)
@example(("services",), 5)
@example(("oncall",), 5)
@given(st.sampled_from(list(places(PLAIN))), st.sampled_from(SHAPES))
def test_a_value_of_any_other_shape_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    """A number, a list, a table or a date in the place of any value: no error but the file's.

    If the value itself is refused, then nothing else is, such as what uses it.
    """
    data = copy.deepcopy(PLAIN)
    table = data
    for step in path[:-1]:
        table = table[step]
    table[path[-1]] = value
    try:
        load_desk(data, code={"mine": bool})
    except FormatError as error:
        faults = [one.removeprefix("desk file: ") for one in error.problems]
        here = [one for one in faults if path_text(path).startswith(one.partition(": ")[0])] or [
            one for one in faults if one.startswith(path_text(path))
        ]
        renamed = value == {"x": 1}  # a table of another name: the names of before are gone
        assert renamed or not here or len(here) == len(faults), faults


# Places whose table or list is named in their stead, and those that take any value.
PARTS = re.compile(
    r"(\.hours\.[\w-]+|\.hold_reason)\[\d\]$|^calendars\.\w+\.(plus|both|minus)$"
    r"|\.(users\.\w+|note\.present|opened_at\.from|title\.text)$"
)
ANY = re.compile(r"\.reset\.kind$|by\.role|labels\.\w+")


@pytest.mark.table
@pytest.mark.parametrize("section", PLAIN)
def test_a_value_that_nothing_takes_is_the_one_fault_and_at_its_place(section: str) -> None:
    """No file has bytes, and no key takes them."""
    for path in places({section: PLAIN[section]}):
        data = copy.deepcopy(PLAIN)
        table = data
        for step in path[:-1]:
            table = table[step]
        table[path[-1]] = b"x"
        place = path_text(path)
        if ANY.search(place):
            load_desk(data, code={"mine": bool})
            continue
        with pytest.raises(FormatError) as caught:
            load_desk(data, code={"mine": bool})
        (fault,) = caught.value.problems
        up = 4 if path[-2:-1] == ("sets",) else 1 if PARTS.search(place) else 0
        assert fault.startswith(f"desk file: {path_text(path[: len(path) - up])}: got ")


# A part with one fault, and where the fault is.
HOURS = ("[calendars]\noffice = { hours = { mon = 8 } }\n", "calendars.office.hours.mon")
DAYS = ("[holidays]\ndays = 7\n", "holidays.days")
SPAN = ('[services.s]\ncalendar = "always"\nresponse = "1 lot"\n', "services.s.response")
LAYERS = ("[oncall.ops]\nlayers = 7\n", "oncall.ops.layers")
OVEN = ('fields = { oven = "boool" }\n', "fields.oven")
BASE = ('lifecycle = { incident = { base = "servicenw_incident" } }\n', "lifecycle.incident")
FLAG = ('[lifecycle.incident]\nstates = [{ name = "A", open = 7 }]\n', ".states[1].open")
REASON = ('[lifecycle.incident]\nhold_reasons = ["odd"]\nclose_after = 7\n', ".close_after")
SERVICE = '[services.s]\ncalendar = "always"\nresponse = "1h"\n'
LEVELS = '[[escalation]]\nname = "e"\nlevels = '
ROW = f'{LEVELS}[{{ after = "1h", to = "group:a" }}]\n'


@pytest.mark.parametrize(
    ("broken", "user"),
    [
        (HOURS, ""),
        (HOURS, 'made = { plus = ["office", "always"] }\n'),
        (HOURS, 'made = { by = "source", else = "office" }\n'),
        (HOURS, '[services.s]\ncalendar = "office"\nresponse = "1h"\n'),
        (HOURS, '[services.s]\ncalendar = "always"\nresponse = "1h office"\n'),
        (HOURS, f'{LEVELS}[{{ after = "1h office", to = "group:a" }}]\n'),
        (HOURS, f'{LEVELS}[{{ after = "1h", to = "group:a" }}]\nwhen = {{ during = "office" }}\n'),
        (HOURS, '[lifecycle.incident]\nbase = "standard"\nclose_after = "5 business days"\n'),
        (DAYS, ""),
        (DAYS, '[calendars]\na = { hours = { mon = "08:00-18:00" }, holidays = ["days"] }\n'),
        (SPAN, '[[agreements]]\nservice = "s"\n'),
        (SPAN, '[services.t]\nlike = "s"\n'),
        (LAYERS, f'{LEVELS}[{{ after = "1h", to = "oncall:ops" }}]\n'),
        (OVEN, f"{ROW}when = {{ oven = true }}\n"),
        (OVEN, f'{ROW}when = {{ "custom.oven" = true }}\n'),
        (OVEN, f'{LEVELS}[{{ after = "1h", to = "field:oven" }}]\n'),
        (OVEN, f'{SERVICE}starts_from = "oven"\n'),
        (OVEN, '[calendars]\na = { by = "oven", else = "always" }\n'),
        (BASE, f'{ROW}when = {{ state = "Pending" }}\n'),
        (FLAG, f'{ROW}when = {{ state = "A" }}\n'),
        (FLAG, '[import]\nstates = { x = "A" }\n'),
        (REASON, f'{ROW}when = {{ hold_reason = "odd" }}\n'),
        (("lifecycle = { incidnt = { } }\n", "incidnt"), f'{ROW}when = {{ state = "A" }}\n'),
        (("[priority]\nmatriks = 7\n", ".matriks"), f'{ROW}when = {{ priority = "p1" }}\n'),
        (("services = { s = 7, t = { like = 's' } }\n", "services.s"), ""),
        (("[servics.s]\n", "servics"), '[[agreements]]\nservice = "s"\n'),
        (("[calender]\n", "calender"), SERVICE.replace("always", "office")),
    ],
)
def test_what_uses_a_broken_part_adds_no_fault(broken: tuple[str, str], user: str) -> None:
    """A broken calendar was said not to exist, or was itself refused as an object of Python."""
    text, place = broken
    with pytest.raises(FormatError) as caught:
        load_desk(f'desk = 1\nname = "x"\n{text}{user}')
    (fault,) = caught.value.problems
    assert f"{place}: got " in fault


@pytest.mark.parametrize(
    ("section", "circle"),
    [
        ('services = { a = { like = "a" } }', "a.like: got 'a'; .*itself: a -> a$"),
        (
            'services = { a = { like = "b" }, b = { like = "a" } }',
            "b.like: got 'a'; .*: a -> b -> a$",
        ),
        (
            'services = { d = {like="b"}, c = {like="a"}, a = {like="b"}, b = {like="c"} }',
            "b.like: got 'c'; .*: c -> a -> b -> c$",
        ),
        (
            'calendars = { a = {plus=["b", "always"]}, b = {by="source", else="a"} }',
            ": a -> b -> a$",
        ),
        (
            'calendars = {d={plus=["b","a"]}, a={by="source", else="b"}, b={plus=["a","always"]}}',
            ": b -> a -> b$",
        ),
    ],
)
def test_a_circle_is_one_fault(section: str, circle: str) -> None:
    """Each member of a circle of services, and each that is like one of them, had its own."""
    with pytest.raises(FormatError) as caught:
        load_desk(f'desk = 1\nname = "x"\n{section}\n')
    (fault,) = caught.value.problems
    assert re.search(circle, fault)


def test_what_a_service_lacks_is_missed_once() -> None:
    """The service that is like it lacks the calendar too; with one of its own it lacks nothing."""
    text = (
        'desk = 1\nname = "x"\nservices = {{ s = {{ response = "1h" }}, t = {{ like = "s"{} }} }}\n'
    )
    for own in ("", ', calendar = "always"'):
        with pytest.raises(FormatError) as caught:
            load_desk(text.format(own))
        (fault,) = caught.value.problems
        assert "services.s.calendar: is missing" in fault


def test_a_name_beside_a_broken_one_is_still_refused() -> None:
    """The file has two mistakes: a calendar with a fault, and a service with no such calendar."""
    service = SERVICE.replace("always", "ofice")
    with pytest.raises(FormatError) as caught:
        load_desk(f'desk = 1\nname = "x"\n{HOURS[0]}{service}')
    assert ["office.hours.mon" in one for one in caught.value.problems] == [True, False]


def test_a_name_beside_a_section_that_cannot_be_read_is_still_refused() -> None:
    """Only names of that section are not known."""
    service = SERVICE.replace("always", "ofice")
    with pytest.raises(FormatError) as caught:
        load_desk(f'desk = 1\nname = "x"\noncall = 7\n{service}')
    assert ["oncall" in one for one in caught.value.problems] == [True, False]
