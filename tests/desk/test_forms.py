"""What a desk and its file refuse, each part in a small file of its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from tests.desk.small_files import HEAD, SERVICE

import incidentcore.desk
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.desk import (
    Agenda,
    Agreement,
    Desk,
    OwnClock,
    Service,
    ServiceTarget,
    dump_desk,
    load_desk,
)
from incidentcore.desk.due import look_at
from incidentcore.desk.forms import Table
from incidentcore.desk.parts import ApprovalPlan, ApprovalStage, AutoClose, DeskField
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.escalation import (
    After,
    Candidate,
    EscalationLevel,
    EscalationRow,
    Trigger,
    TriggerContext,
)
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import (
    AbstractCalendar,
    BusinessCalendar,
    BusinessDays,
    Calendar,
    CalendarUnion,
)

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK = load_desk(HEAD + SERVICE)
CASCADE = '[[cascades]]\nid = "c"\nsource = "problem"\ntarget = "incident"\nlinks = "problem"\n'
STATES = (
    '[lifecycle.incident]\nid = "own"\n'
    'states = [{ name = "A", open = true }, { name = "B", final = true }]\n'
)
ON_CALL = '[oncall.ops]\nlayers = [{ people = ["anna", "ben"] }]\n'
LEVEL = '[[escalation]]\nname = "p1"\nlevels = [{ to = "group:a", '


def when(condition: str) -> str:
    """Return an agreement with a condition."""
    return f'[[agreements]]\nwhen = {{ {condition} }}\nservice = "all"\n'


# What follows the head of a file, and what the error must say: the place, and the way out.
PARTS: list[tuple[str, str, str]] = [
    ("always = { hours = {} }\n", "calendars.always", "built in"),
    ("b = 7\n", "calendars.b", "hours, by, plus, minus or both"),
    ('b = { plus = ["office", "always"], name = "x" }\n', "calendars.b", "one of plus"),
    ('b = { plus = ["office"] }\n', "calendars.b", "two calendars or more"),
    (
        'f = { by = "status", else = "office" }\nb = { both = ["f", "always"] }\n',
        "calendars.b.both[1]",
        "not chosen by a field",
    ),
    ("b = { hours = { mon = 8 } }\n", "calendars.b.hours.mon", "hours in quotes"),
    ("b = { hours = 8 }\n", "calendars.b.hours", "a table: { NAME = ... }"),
    ('b = { hours = {}, special = "x" }\n', "calendars.b.special", "a list in brackets"),
    ("b = { hours = {}, special = [8] }\n", "special[1]", "a table with the keys day, hours"),
    ("b = { hours = {}, holidays = 8 }\n", "holidays", "names of [holidays], or dates"),
    ('b = { hours = {}, holidays = ["2026-13-01"] }\n', "holidays[1]", "2026-12-24"),
    ("b = { hours = {}, holidays = [8] }\n", "holidays[1]", "2026-12-24"),
    ("[holidays]\na = 7\n", "holidays.a", "a list of dates and tables"),
    ('[holidays]\na = { ical = "a.ics", years = "2026" }\n', "holidays.a", "files={...}"),
    ("[priority]\nmatrix = 7\n", "priority.matrix", "IMPACT"),
    ('[priority]\nmatrix = { high = "low" }\n', "priority.matrix", "high = {"),
    ('[priority]\nmatrix = { code = "m" }\n', "priority.matrix", "none was given"),
    ('[priority]\nadjust = [{ code = "a" }]\n', "priority.adjust[1]", "none was given"),
    ("[categories]\nrules = [{ when = {} }]\n", "categories", "a category, a group or both"),
    ("[lifecycle]\nincident = 7\n", "lifecycle.incident", "a table with the keys"),
    ('[lifecycle.incident]\nbase = "nope"\n', "lifecycle.incident", "one of standard"),
    (f'{STATES}base = "standard"\n', "lifecycle.incident", "either base, or states"),
    (f'{STATES}initial = "C"\n', "lifecycle.incident", "one of the states A, B"),
    (
        f'{STATES}transitions = [{{ action = "go", from = "A", to = "C" }}]\n',
        "lifecycle.incident",
        "one of the states A, B",
    ),
    (f'{STATES}reopen_within = "2d"\n', "lifecycle.incident", "the action reopen"),
    ("[lifecycle.incident]\nrecomputes = 7\n", "recomputes", '{ code = "name" }'),
    (ON_CALL, "oncall.ops.layers[1]", "when they hand over"),
    (
        ON_CALL.replace(" }", ', change = "monday 9am" }'),
        "oncall.ops.layers[1].change: got 'monday 9am'",
        'allowed: "daily 09:00"',
    ),
    (
        ON_CALL.replace('"anna", "ben"', ""),
        "oncall.ops.layers[1].people: got []",
        "allowed: at least one person",
    ),
    (
        f"{LEVEL}after = 15 }}]\n",
        "escalation[1].levels[1].after: got 15",
        'allowed: a span such as "90s"',
    ),
    (f"{LEVEL}at = 80 }}]\n", "escalation[1].levels[1].at: got 80", 'allowed: "resolution 80%"'),
    (
        '[[escalation]]\nname = "p1"\nlevels = [{ after = "0m", to = "anna" }]\n',
        "escalation[1].levels[1].to: got 'anna'",
        "or a list of them; nearest: person:anna, group:anna",
    ),
    (
        'b = { zone = "Amerika/New_York", hours = { mon = "08:00-09:00" } }\n',
        "calendars.b.zone: got 'Amerika/New_York'",
        'or "UTC"; nearest: America/New_York',
    ),
    (
        '[import]\nzone = "Berlin"\n',
        "import.zone: got 'Berlin'",
        'or "UTC"; nearest: Europe/Berlin',
    ),
    (
        "[oncall.ops]\nzone = 2\nlayers = []\n",
        "oncall.ops.zone: got 2",
        'allowed: an IANA time zone such as "Europe/Berlin" or "UTC"',
    ),
    (
        f'{LEVEL}after = "0m" }}]\n' * 2,
        'escalation: got ["p1", "p1"]',
        "allowed: each name once",
    ),
    (
        '[services.b]\ncalendar = "office"\nresolution = 00:30:00\n',
        "services.b.resolution: got 00:30:00",
        'allowed: a span such as "90s"',
    ),
    (
        '[services.b]\ncalendar = "office"\nresolution = "30M"\n',
        "services.b.resolution: got '30M'",
        "which moves with the field; nearest: 30m",
    ),
    (when('state = "NEW"'), "when.state: got 'NEW'", "nearest: new"),
    (when("title = true"), "when.title: got true", "allowed: a text"),
    (
        '[intake]\nwindow = "1h"\nwhen = { sevrity = "x" }\n',
        "intake.when.sevrity: got 'sevrity'",
        "allowed: a field of alerts: source, key, severity, status, title, value, at; nearest: sev",
    ),
    (f'{LEVEL}after = "1 business day" }}]\n', "escalation[1].levels[1]", "a span such as"),
    (f'{LEVEL}at = "resolution" }}]\n', "escalation[1].levels[1]", "resolution due"),
    (CASCADE + "comment = 1.5\n", "cascades[1].comment", 'copy = "field"'),
    ('[services.b]\ncalendar = "office"\nresolution = {}\n', "services.b.resolution", "priority"),
    ('[services.b]\ncalendar = "office"\npause = 7\n', "services.b.pause", "a table such as"),
    (
        '[services.b]\ncalendar = "office"\nresolution = "4h"\nwarn = ["soon before"]\n',
        "services.b.warn[1]",
        "1h before",
    ),
    (
        '[services.b]\ncalendar = "office"\nresolution = "4h"\nwarn = ["x%"]\n',
        "services.b.warn[1]",
        "80%",
    ),
    ('[services.b]\ncalendar = "office"\nresolution = ""\n', "services.b.resolution", "a span"),
    ('[services.b]\ncalendar = "office"\nresolution = "999999999d 1d"\n', "resolution", "a span"),
    ('[lifecycle.incident]\nclose_after = "1h always"\n', "close_after", "business days"),
    (when("any = 7"), "when.any", "any = [{ ... }, { ... }]"),
    (when("major = 7"), "when.major", "true or false"),
    (when("title = {}"), "when.title", "at_least"),
    (when('title = { contains = "" }'), "when.title", "non-empty text"),
    (when("title = []"), "when.title", "at least one value"),
    (when("category = 7"), "when.category", "network/vpn"),
    (when('opened_at = "soon"'), "when.opened_at", "2026-12-31"),
    (when("opened_at = 7"), "when.opened_at", "2026-12-31"),
    (when('record_type = "task"'), "when.record_type", "incident"),
    (when('"impact.name" = "huge"'), 'when."impact.name"', "one of"),
    (when('code = "f"'), "when.code", "none was given"),
    (when('during = "night"'), "when.during", "office"),
    (when("custom = { status = 7 }"), "when.custom.status", "a text"),
    (when("state = { pause = true }"), "when.state.pause", "state.pauses"),
    (LEVEL + 'after = "0m" }]\nrepeat = 2\n', "escalation[1]", "repeat_after ="),
    (LEVEL.replace('"group:a"', "7") + 'after = "0m" }]\n', "levels[1].to", "KIND:NAME"),
    ('[[communication]]\nto = "a"\nupdates = { first = 7 }\n', "updates.first", "a span"),
]


@pytest.mark.parametrize(("part", "place", "way"), PARTS, ids=range(len(PARTS)))
def test_a_part_is_refused_at_its_place_with_the_way_out(part: str, place: str, way: str) -> None:
    """Each part alone: what is wrong is named by its path, and what may be there is said."""
    with pytest.raises(FormatError) as caught:
        load_desk(HEAD + part + ("" if "services.b" in part else SERVICE))
    text = "\n".join(caught.value.problems)
    assert place in text
    assert way in text


@pytest.mark.parametrize("name", ["holidays", "calendars", "lifecycle", "services"])
def test_a_section_that_is_not_a_table_is_refused(name: str) -> None:
    """A number where a section must be: the section is named."""
    with pytest.raises(FormatError, match=f"{name}: got 7"):
        load_desk({"desk": 1, "name": "d", name: 7})


VALUES: list[tuple[Callable[[], Any], str]] = [
    (lambda: DeskField("a.b"), "without a dot"),
    (lambda: DeskField("a", kind="color"), "bool, text"),
    (lambda: DeskField("a", words=("x",)), "only there"),
    (lambda: AutoClose(after=BusinessDays(2)), "a calendar"),
    (lambda: AutoClose(after=-HOUR), "not negative"),
    (lambda: AutoClose(after=HOUR, basis="opened_at"), "resolved_at or updated_at"),
    (lambda: ApprovalStage(of=()), "somebody to ask"),
    (lambda: ApprovalStage(of=DESK.sources or ("a",), need=0), "whole number"),  # type: ignore[arg-type]
    (lambda: ApprovalPlan(stages=()), "at least one stage"),
    (lambda: Agreement(service="all", kind="slo"), "sla"),
    (lambda: Agreement(service="all", when=True), "a Condition"),  # type: ignore[arg-type]
    (lambda: Service(name="", calendar=DESK.calendars["office"]), "non-empty name"),
    (lambda: Service(name="s", calendar=DESK.calendars["office"]), "at least one of"),
    (lambda: Desk(name="a/b"), "without a slash"),
    (lambda: Desk(name="d", fields=("vip",)), "DeskField values"),  # type: ignore[arg-type]
    (lambda: Desk(name="d", fields=(DeskField("a"), DeskField("a"))), "each name once"),
    (lambda: Desk(name="d", auto_close={"task": AutoClose(after=HOUR)}), "incident"),
]


@pytest.mark.parametrize(("make", "way"), VALUES, ids=range(len(VALUES)))
def test_a_value_that_cannot_be_meant_is_refused(make: Callable[[], Any], way: str) -> None:
    """A part made in code is checked as one of a file is."""
    with pytest.raises(DefinitionError, match=way):
        make()


def test_what_is_not_a_desk_or_a_record_is_refused() -> None:
    """The error says what was expected."""
    given: Any = "INC-1"
    with pytest.raises(InvalidValueError, match="a record"):
        look_at(DESK, given, now=AT)
    with pytest.raises(InvalidValueError, match="incident"):
        DESK.lifecycle("task")
    with pytest.raises(InvalidValueError, match="TOML text, or a mapping"):
        load_desk(given and 7)
    with pytest.raises(FormatError, match="line 2: byte 0xfc is not UTF-8 text; save the"):
        load_desk(b"desk = 1\nname = 'B\xfcro'\n")


OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
EIGHT = ServiceTarget(target=8 * HOUR)
OWN = OwnClock(name="call", targets=[EIGHT], stop=ALWAYS)
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "two targets of one priority": (
        lambda: Service(name="a", calendar=OFFICE, resolution=[EIGHT, EIGHT]),
        "a.resolution: .*each priority once",
    ),
    "an own clock with the name of a usual one": (
        lambda: OwnClock(name="resolution", targets=[EIGHT], stop=ALWAYS),
        "clock: got 'resolution'; allowed: a name other than",
    ),
    "a clock twice": (
        lambda: Service(name="a", calendar=OFFICE, resolution=[EIGHT], clocks=[OWN, OWN]),
        "a.clocks: .*each clock once",
    ),
    "what a change does": (
        lambda: Service(name="a", calendar=OFFICE, resolution=[EIGHT], on_change="keep"),
        "a.on_change: got 'keep'; allowed: one of",
    ),
    "what a reopening does": (
        lambda: Service(name="a", calendar=OFFICE, resolution=[EIGHT], reopen="keep"),
        "a.reopen: got 'keep'; allowed: one of",
    ),
    "updates by business days": (
        lambda: Service(name="a", calendar=OFFICE, update=[ServiceTarget(target=BusinessDays(1))]),
        "a.update: .*a span such as 4h",
    ),
    "no name": (lambda: Service(name="", calendar=OFFICE, resolution=[EIGHT]), "a non-empty name"),
    "no target": (lambda: Service(name="a", calendar=OFFICE), "a: .*targets for at least one"),
    "something else as a desk": (
        lambda: look_at(3, DESK.open(Incident, id="I", title="x", at=AT, by="kim"), now=AT),  # type: ignore[arg-type]
        "desk: got 3; allowed: a Desk, or Versions of it",
    ),
    "something else as a record": (
        lambda: Agenda(DESK, ["INC-1"]),  # type: ignore[list-item]
        "record: got 'INC-1'; allowed: a record",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_value_that_contradicts_itself_is_refused(what: str) -> None:
    """When it is made, by its place."""
    make, says = REFUSED[what]
    with pytest.raises((DefinitionError, InvalidValueError), match=says):
        make()


@attrs.frozen
class AtOnce(Trigger):
    """A trigger of one's own."""

    @property
    def why(self) -> tuple[str, dict[str, object]]:
        """Return its reason."""
        return "at_once", {}

    def candidates(self, context: TriggerContext) -> Sequence[Candidate]:
        """Return the opening."""
        return context.delayed(context.view.moments("opened_at"), timedelta(0), None)


@attrs.frozen
class NextWeek:
    """A target of one's own."""

    fields = ()
    follow = False

    def resolve(self, start: datetime, calendar: Calendar, facts: object) -> datetime:
        """Return a week later."""
        return start + timedelta(days=7)


class OwnHours(AbstractCalendar):
    """Open on no day."""

    zone = ZoneInfo("UTC")

    def windows(self, start: datetime, end: datetime) -> tuple[Interval, ...]:
        """Return no opening hours."""
        return ()


class OwnUnion(CalendarUnion):
    """A union of a caller's own kind."""


class OwnAfter(After):
    """A trigger that derives from one of the library's."""


def test_a_subclass_is_not_written_as_what_it_derives_from() -> None:
    """It would be read back as that; a union of one's own ended with StopIteration."""
    always = BusinessCalendar.always()
    own = attrs.evolve(DESK, calendars={**DESK.calendars, "own": OwnUnion(always, always)})
    with pytest.raises(DefinitionError, match=r"calendars\.own: .*that a desk file can express"):
        dump_desk(own)
    row = EscalationRow(name="p", levels=[EscalationLevel(OwnAfter(HOUR), "group")])
    with pytest.raises(DefinitionError, match=r"trigger: .*that a desk file can express"):
        dump_desk(attrs.evolve(DESK, escalation=[row]))


def test_what_has_no_form_in_a_file_is_refused_by_its_place() -> None:
    """The caller's own calendar, one without a name; a callable has that of ``code``."""
    own = attrs.evolve(DESK, calendars={**DESK.calendars, "own": OwnHours()})
    with pytest.raises(DefinitionError, match=r"calendars\.own: .*that a desk file can express"):
        dump_desk(own)
    (service,) = DESK.services
    other = BusinessCalendar(zone="UTC", hours={"sun": "10:00-11:00"})
    target = ServiceTarget(target=HOUR, calendar=other)
    unnamed = attrs.evolve(DESK, services=[attrs.evolve(service, resolution=[target])])
    with pytest.raises(DefinitionError, match=r"target\.calendar: .*that the desk names"):
        dump_desk(unnamed)
    for trigger, says in (
        (After(HOUR, since="custom.gone"), r"field: got 'custom\.gone'.*or one of fields"),
        (AtOnce(), "trigger: .*that a desk file can express"),
    ):
        row = EscalationRow(name="p", levels=[EscalationLevel(trigger, "group")])
        with pytest.raises(DefinitionError, match=says):
            dump_desk(attrs.evolve(DESK, escalation=[row]))
    target = ServiceTarget(target=NextWeek())
    own_target = attrs.evolve(DESK, services=[attrs.evolve(service, resolution=[target])])
    with pytest.raises(DefinitionError, match=r"target: .*that a desk file can express"):
        dump_desk(own_target)
    nameless = partial(print)
    coded = load_desk(HEAD + SERVICE + '[categories]\ncode = "mine"\n', code={"mine": nameless})
    with pytest.raises(DefinitionError, match=r"a callable named in dump_desk\(desk, code="):
        dump_desk(coded)
    coded = load_desk(HEAD + SERVICE + '[categories]\ncode = "mine"\n', code={"mine": print})
    assert load_desk(dump_desk(coded, code={"mine": print}), code={"mine": print}) == coded


def defaults() -> list[str]:
    """Return each key of a table that may be absent, with what its absence means."""
    found = {}
    for module in pkgutil.iter_modules(incidentcore.desk.__path__):
        values = vars(importlib.import_module(f"incidentcore.desk.{module.name}")).values()
        for table in (value for value in values if isinstance(value, Table)):
            found[id(table)] = (module.name, table)
    return sorted(
        f"{' '.join(table.names[:2])}: {key.name} = {said(key.default)}"
        for _, table in found.values()
        for key in table.keys
        if not key.required
    )


def said(default: object) -> str:
    if isinstance(default, Condition):
        return str(default)
    plain = default is None or isinstance(default, (bool, int, str, tuple, timedelta))
    return repr(default) if plain else type(default).__name__


def test_what_an_absent_key_means() -> None:
    """Each default of a desk file, by the first keys of its table: no release changes one."""
    expected = Path(__file__).with_name("defaults.txt").read_text(encoding="utf-8")
    assert defaults() == expected.splitlines()
