"""Edges of a desk's file, of its check, and of the texts that it gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.conditions import Condition, field, reached
from incidentcore.desk import (
    AutoClose,
    Desk,
    DueItem,
    check_desk,
    desk_page,
    desk_schema,
    due_items,
    dump_desk,
    explain_record,
    load_desk,
)
from incidentcore.desk.page import _due_line
from incidentcore.desk.toml import hint
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.lifecycle import EveryLinked, ReopenWindow, advance
from incidentcore.records import Incident, Prioritized, comment
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import CalendarByField
from incidentcore.values import Actor, FrozenMap, Impact, Priority, Urgency
from incidentcore.whatif import compare_rules
from incidentcore.words import GERMAN

HEAD = 'desk = 1\nname = "x"\n'
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = """desk = 1
name = "small"
zone = "Europe/Berlin"
[services.all]
calendar = "always"
response = "1h"
resolution = "4h"
[[agreements]]
when = { priority = "high" }
service = "all"
[[escalation]]
name = "page"
when = { priority = "high" }
levels = [{ after = "30m", to = ["group:network", "person:ada"] }]
[[communication]]
name = "users"
when = { priority = "high" }
to = "users"
updates = { first = "2h" }
"""


def opened(desk: Desk, **fields: Any) -> Incident:
    return desk.open(Incident, id="INC-1", title="No mail", by="kim", at=START, **fields)


def test_a_record_is_explained_line_by_line() -> None:
    """In the desk's zone, an hour ahead; what lapsed says since when and why."""
    desk = load_desk(RULES)
    incident = opened(desk, priority=Priority.HIGH)
    incident = comment(incident, "We look.", at=START + HOUR / 2, by="ada")
    lines = explain_record(desk, incident, now=START + 3 * HOUR).splitlines()
    assert lines[:4] == [
        "INC-1: No mail",
        "as of 2026-03-02 13:00 CET (Europe/Berlin)",
        "state new, priority high",
        "clocks:",
    ]
    assert [line.partition(";")[0] for line in lines[4:6]] == [
        "  all response: stopped",
        "  all resolution: running",
    ]
    assert lines[6] == "due:"
    page = "  2026-03-02 10:30 CET escalation -> network, person ada: "
    assert lines[7] == f"{page}priority is high held for 0:30:00"
    assert lines[8] == "  2026-03-02 12:00 CET update: update for users: 2:00:00 after the start"
    assert lines[-1] == "look again: 2026-03-02 14:00 CET"


def test_an_item_that_lapsed_says_since_when_and_why() -> None:
    """The clock was breached at its due time, 12:00, not when it stopped, 13:30."""
    desk = load_desk(RULES)
    incident = opened(desk, priority=Priority.HIGH)
    incident = advance(incident, "start", at=START + 3 * HOUR / 2, by="ada")
    incident = comment(incident, "We look.", at=START + 7 * HOUR / 2, by="ada")
    lines = explain_record(desk, incident, now=START + 4 * HOUR).splitlines()
    assert (
        "  2026-03-02 11:00 CET sla.due: the response clock is due; "
        "no longer due since 2026-03-02 13:30 CET: the clock stopped, breached"
    ) in lines
    assert "  2026-03-02 11:00 CET sla.breach: the response clock is breached" in lines


@pytest.mark.parametrize(
    ("kind", "because", "said"),
    [
        ("sla.due", "met", "the clock stopped, met"),
        ("sla.80%", "canceled", "the clock stopped, canceled"),
        ("escalation", "acknowledged", "acknowledged"),
        ("escalation", "nobody_to_tell", "there is nobody to notify"),
        ("update", "on_hold", "on hold"),
        ("update", "no_rule_applies", "no rule applies"),
        ("update", "retimed", "it has another time"),
        ("update", "sent", ""),
    ],
)
def test_each_reason_of_a_lapse_is_worded(kind: str, because: str, said: str) -> None:
    lapse = {"lapsed_at": START, "lapsed_because": because}
    item = DueItem(key="k", kind=kind, record_id="A", due_at=START - HOUR, why="why", **lapse)  # type: ignore[arg-type]
    line = _due_line(item, ZoneInfo("Europe/Berlin"))
    gone = (
        f"no longer due since 2026-03-02 10:00 CET: {said}"
        if said
        else ("sent 2026-03-02 10:00 CET")
    )
    assert line == f"  2026-03-02 09:00 CET {kind}: why; {gone}"


def test_a_record_without_promises_is_explained() -> None:
    desk = load_desk(HEAD)
    lines = explain_record(desk, opened(desk), now=START).splitlines()
    assert lines == [
        "INC-1: No mail",
        "as of 2026-03-02 09:00 UTC (UTC)",
        "state new, priority none",
        "clocks: no promise applies",
        "due: nothing",
        "look again: when something happens",
    ]
    rules = RULES[: RULES.index("[[esc")].replace('response = "1h"\n', "")
    desk = load_desk(rules.replace('priority = "high"', "detected_at = { reached = true }"))
    lines = explain_record(desk, opened(desk, detected_at=START + HOUR), now=START).splitlines()
    assert lines[-2:] == ["due: nothing", "look again: 2026-03-02 11:00 CET"]


@pytest.mark.parametrize(
    ("close", "within", "late"),
    [
        ("5 business days", "5 business days", False),
        ("6 business days", "5 business days", True),
        ("5d", "5d", False),
        ("6d", "5d", True),
        ("6d", "5 business days", False),
    ],
)
def test_closing_at_the_end_of_the_window_is_not_late(close: str, within: str, late: bool) -> None:  # noqa: FBT001
    text = (
        HEAD
        + '[calendars]\noffice = { hours = { mon-fri = "09:00-17:00" } }\n[lifecycle.incident]\n'
    )
    desk = load_desk(f'{text}close_after = "{close}"\nreopen_within = "{within}"\n')
    codes = [one.code for one in check_desk(desk, start=START)]
    assert ("closes_late" in codes) is late


@pytest.mark.parametrize(("days", "long"), [(3, False), (4, True)])
def test_an_approval_longer_than_every_target(days: int, long: bool) -> None:  # noqa: FBT001
    """A business day has eight hours: three of them are a day."""
    text = RULES.replace('"4h"', '"1d"') + (
        f'[[approvals]]\nstages = [{{ of = "person:ada" }}, {{ of = "person:cy", within = "{days} '
        'business days" }]\n'
    )
    text = text.replace(
        "[services.all]", '[calendars]\nx = { hours = { mon = "09:00-17:00" } }\n[services.all]'
    )
    found = [one for one in check_desk(load_desk(text), start=START) if one.code == "approval_long"]
    assert [one.subject for one in found] == ["approvals[1]"] * long


def test_the_schema_describes_only_what_has_a_text() -> None:
    """A key without a text has no description at all."""
    parts: list[Any] = [desk_schema()]
    seen = 0
    while parts:
        part = parts.pop()
        inner = part.values() if isinstance(part, dict) else part
        parts.extend(value for value in inner if isinstance(value, dict | list))
        if isinstance(part, dict) and "description" in part:
            seen += 1
            assert part["description"]
    assert seen > 50


def test_a_desk_that_closes_is_the_same_when_it_is_written() -> None:
    """The window of the guard counts in the calendar in which it closes."""
    text = HEAD + (
        '[calendars]\noffice = { hours = { mon-fri = "09:00-17:00" } }\n[lifecycle.incident]\n'
        'close_after = "5 business days"\nreopen_within = "10 business days"\n'
    )
    desk = load_desk(text)
    assert load_desk(dump_desk(desk)) == desk
    assert 'reopen_within = "10 business days"' in dump_desk(desk)
    incident = advance(opened(desk), "start", at=START, by="ada")
    incident = advance(
        incident, "resolve", at=START, by="ada", resolution_code="x", resolution_notes="y"
    )
    close = desk.auto_close["incident"]
    assert close.at(incident) == datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize("value", ["by", "else", 7, None])
def test_a_calendar_by_a_value_that_a_file_cannot_name(value: object) -> None:
    """``by`` and ``else`` are keys of their own, and keys are texts."""
    always = BusinessCalendar.always("UTC")
    desk = load_desk(f'{HEAD}fields = {{ site = "text" }}\n')
    for named, fits in ((value, False), ("MUC", True)):
        table = CalendarByField("custom.site", {named: always}, default=always)
        changed = attrs.evolve(desk, calendars={"x": table})
        if fits:
            assert load_desk(dump_desk(changed)) == changed
            continue
        with pytest.raises(DefinitionError) as refused:
            dump_desk(changed)
        assert (refused.value.where, refused.value.given) == ("calendars.x", value)


def test_a_lifecycle_without_a_policy_is_not_the_preset_that_has_one() -> None:
    """The file cannot take the policy away, so the lifecycle is written in full, if at all."""
    desk = load_desk(f'{HEAD}[priority]\nmatrix = "standard"\n')
    incident = desk.lifecycle("incident")
    own = attrs.evolve(desk, lifecycles=[incident])
    assert load_desk(dump_desk(own)).lifecycle("incident") == incident


def test_a_window_of_another_calendar_than_the_close_is_written_in_full() -> None:
    """A table states one calendar, for both; a role that may always reopen has no key either."""
    text = '[calendars]\na = { hours = { mon = "09-12" } }\n[lifecycle.incident]\ncalendar = "a"\n'
    desk = load_desk(HEAD + text.replace("09-12", "09:00-12:00") + 'reopen_within = "5d"\n')
    a = desk.calendars["a"]
    incident = desk.lifecycle("incident")
    always = AutoClose(after=HOUR, calendar=BusinessCalendar.always("UTC"))
    rows = [
        attrs.evolve(row, guard=attrs.evolve(row.guard, exempt=("lead",)))
        if isinstance(row.guard, ReopenWindow)
        else row
        for row in incident.transitions
    ]
    exempt = attrs.evolve(incident, transitions=rows)
    assert exempt != incident
    for lifecycle, close in (
        (incident, always),
        (incident, AutoClose(after=HOUR, calendar=a)),
        (exempt, AutoClose(after=HOUR, calendar=a)),
    ):
        own = attrs.evolve(desk, lifecycles=[lifecycle], auto_close={"incident": close})
        assert load_desk(dump_desk(own)) == own


def test_a_name_with_signs_that_are_not_shown_is_written_as_it_is() -> None:
    """The flag of England ends in such signs, beyond the first 65,536: a file has 8 digits."""
    desk = load_desk('desk = 1\nname = "x"\nzone = "UTC"\n')
    named = attrs.evolve(desk, name="England \U0001f3f4\U000e0067\U000e007f\x7f")
    assert load_desk(dump_desk(named)).name == named.name


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = { b = 1,", 1, "an inline table stands on one line, from { to }"),
        ("a = {\n b = 1 }", 2, "an inline table stands on one line, from { to }"),
        ("a = { b = 1, }", 1, "no comma stands before the closing brace of an inline table"),
        ("a = 08:00-18:00", 1, 'times stand in quotes: "08:00-18:00"'),
        ("a = 12-24", 1, 'a day of every year stands in quotes: "12-24"'),
        ("a = 4h", 1, 'spans stand in quotes: "4h"'),
        ("a = 3 business days", 1, 'spans stand in quotes: "4h"'),
        ("a = office", 1, 'texts stand in quotes: "text"'),
        ("a = True", 1, "booleans are true and false"),
        ("a = no", 1, "booleans are true and false"),
        ("a = \u201cx\u201d", 1, 'quotes are straight: "text"'),
        ("[a b]", 1, "a name with a space stands in quotes"),
        ('büro = "x"', 1, "a name that is not plain ASCII stands in quotes"),
        ('a = { öffnung = "x" }', 1, "a name that is not plain ASCII stands in quotes"),
        ("[calendars.büro]", 1, "a name that is not plain ASCII stands in quotes"),
        ('a = "büro: x" b', 1, ""),
        ('a = ["Hallo, Jürgen." "b"]', 1, ""),
        ("a = { b = 'ü.', öffnung = 1 }", 1, "a name that is not plain ASCII stands in quotes"),
        ("[a]\n[a", 2, ""),
        (
            "a = [2026-13-01]",
            1,
            "there is no such day or time; write 2026-12-31, or 2026-12-31T18:00:00",
        ),
        ("a = true", 1, ""),
        ("a = nan", 1, ""),
        ("x = 1", 9, ""),
    ],
)
def test_a_syntax_error_has_a_hint(text: str, line: int, words: str) -> None:
    """Of its line, or of the one before; without a line it is the last one."""
    assert hint(text, f"Expected '=' (at line {line}, column 3)") == words
    if line == text.count("\n") + 1:
        assert hint(text, "Expected '=' (at end of document)") == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\na = 2\n", "(at line 2, column 6); each key may stand once in a table"),
        ("a: 1", "(at line 1, column 2); each line of TOML is KEY = VALUE, [TABLE] or [[TABLE]]"),
        ('{"a": 1}', "(at line 1, column 1); each line of TOML is KEY = VALUE"),
        ("[a]\n[a]", "(at line 2, column 3); each table may stand once; [[NAME]] adds one more of"),
        ("\n[a]\nb = 2026-02-30", "(at line 3, column 5); there is no such day or time; write"),
        ("[[a]]\nb = [2026-13-01]\n", "there is no such day or time; write 2026-12-31, or 2026"),
        ('a = "b\nc = 1', "(at line 1, column 7); a text on that line is not closed; its last"),
        ("a = 'b\nc = 'd'", "(at line 1, column 7); a text on that line is not closed; its last"),
        ('a = "b', "(at end of document); a text is not closed; its last quote is missing"),
        ("a = 'b", "(at end of document); a text is not closed; its last quote is missing"),
        ("desk.toml", "; that looks like a path: pass Path('desk.toml').read_text('utf-8')"),
        ("in/My Desk.TOML\n", "looks like a path: pass Path('in/My Desk.TOML').read_text('utf-8')"),
    ],
)
def test_the_error_of_a_parser_is_followed_by_what_is_probably_wrong(text: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        load_desk(text)
    assert said in str(caught.value)


def test_a_path_is_not_a_desk_file() -> None:
    """Which the library does not open; the error says how to pass its text."""
    way_out = "TOML text, or a mapping; of a path pass Path(...).read_text('utf-8')"
    with pytest.raises(InvalidValueError) as caught:
        load_desk(Path("desk.toml"))  # type: ignore[arg-type]
    assert caught.value.allowed == way_out
    with pytest.raises(InvalidValueError) as caught:
        load_desk(1)  # type: ignore[arg-type]
    assert caught.value.allowed == "TOML text, or a mapping"


def test_what_follows_from_a_fault_of_the_matrix_is_not_reported() -> None:
    """Its levels are unknown then, in targets, conditions and imports; others are reported."""
    text = (
        f'{HEAD}[priority.matrix]\nhigh = {{ high = "P1", low = "P2" }}\nlow = {{ high = "P2" }}\n'
        '[services.all]\ncalendar = "always"\nresolution = { P1 = "4h" }\n'
        '[[agreements]]\nservice = "all"\nwhen = { priority = "P1" }\n'
        '[[agreements]]\nservice = "al"\nwhen = { "impact.name" = "high" }\n'
        '[import.levels.priority]\nA = "P1"\n'
    )
    with pytest.raises(FormatError) as caught:
        load_desk(text)
    places = [one.split(": ")[1] for one in caught.value.problems]
    assert places[0] == "priority.matrix"
    assert not [one for one in places if "resolution" in one or "when" in one or "import" in one]


def test_an_unknown_field_is_answered_by_the_declared_ones() -> None:
    declared = '[fields]\ncustomer = "text"\nvip = "bool"\n'
    agreed = '[[agreements]]\nservice = "all"\nwhen = { kunde = "x" }\n'
    text = RULES.replace("[services.all]", f"{declared}[services.all]", 1) + agreed
    with pytest.raises(FormatError, match=r"or one declared in fields: customer, vip$"):
        load_desk(text)


def test_a_break_outside_the_hours_is_named_by_its_place() -> None:
    text = (
        f'{HEAD}[calendars.a]\nhours = {{ mon-fri = "08:00-17:00" }}\n'
        'breaks = [{ days = "mon", hours = "12:00-13:00" }, '
        '{ days = "mon-fri", hours = "17:00-17:30" }]\n'
    )
    with pytest.raises(FormatError) as caught:
        load_desk(text)
    assert "line 5: calendars.a.breaks[2].hours: got '17:00-17:30'; " in str(caught.value)


def test_a_misspelt_clock_is_found_once_for_a_service_with_the_nearest() -> None:
    """Though two agreements have it; in German too."""
    agreed = '[[agreements]]\nservice = "all"\nwhen = { title = "x" }\n'
    row = '[[escalation]]\nname = "p"\nlevels = [{ at = "resolutoin 80%", to = "group:x" }]\n'
    text = RULES.replace("[[agreements]]", f"{agreed}[[agreements]]", 1) + row
    found = [one for one in check_desk(load_desk(text)) if one.code == "clock_missing"]
    (line,) = map(str, found)
    assert line.startswith(
        "escalation.p: level 1 waits for the resolutoin clock, which the service"
    )
    assert line.endswith(" does not have; nearest: resolution")
    assert found[0].in_words(GERMAN).endswith("; am nächsten: resolution")


def test_a_gap_on_call_is_told_in_minutes_of_the_desk_s_zone() -> None:
    text = (
        'desk = 1\nname = "x"\nzone = "Europe/Berlin"\n'
        '[calendars.day]\nhours = { mon-fri = "09:00-17:00" }\n'
        '[oncall.first]\nlayers = [{ people = "ada", during = "day" }]\n'
        '[[escalation]]\nname = "p"\nlevels = [{ after = "5m", to = "oncall:first" }]\n'
    )
    sunday = datetime(2026, 11, 29, 18, 5, 29, 174321, tzinfo=UTC)
    found = [str(one) for one in check_desk(load_desk(text), start=sunday)]
    assert "escalation.p: nobody is on call at 2026-11-29 19:05 CET" in found


def test_what_is_due_of_a_record_that_is_not_known_yet() -> None:
    """Nothing before it was opened, nor before that was written down; then what it is of it."""
    desk = load_desk(RULES)
    given = {"priority": Priority.HIGH, "exercise": "fire drill"}
    record = opened(desk, **given, recorded_at=START + HOUR)
    late = START + 5 * HOUR
    assert due_items(desk, record, now=START - HOUR) == ()
    assert due_items(desk, record, now=late, known_at=START) == ()
    found = due_items(desk, record, now=late)
    assert {item.exercise for item in found} == {"fire drill"}
    assert [item.kind for item in found if item.kind.startswith("sla")] == [
        *("sla.due", "sla.breach", "sla.due", "sla.breach"),
    ]
    with pytest.raises(InvalidValueError, match="a record"):
        due_items(desk, "INC-1", now=late)  # type: ignore[arg-type]


def test_a_desk_in_short() -> None:
    assert repr(load_desk(RULES)) == "<Desk 'small': 1 services, 1 rows>"


def test_what_is_given_at_the_opening_is_not_decided_again() -> None:
    """Category, priority and group of the caller stand; the tier comes with the routed group."""
    desk = load_desk(
        f'{HEAD}[priority]\nmatrix = "standard"\n[categories]\n'
        'rules = [{ when = { impact = "high" }, category = "net", group = "second", tier = 2 }]\n'
    )
    both = {"impact": Impact.HIGH, "urgency": Urgency.HIGH}
    plain = opened(desk, **both)
    assert (plain.category, plain.assignment_group, plain.support_tier) == (("net",), "second", 2)
    assert plain.priority is Priority.CRITICAL
    own = {"category": ("mail",), "computed_priority": Priority.LOW, "support_tier": 1}
    stated = opened(desk, **both, **own)
    assert (stated.category, stated.priority, stated.support_tier) == (("mail",), Priority.LOW, 1)
    assert opened(desk, **both, assignment_group="first").support_tier is None
    assert (opened(desk).category, opened(desk).assignment_group) == ((), None)


@attrs.frozen
class Own(Condition):
    """A condition of one's own."""

    path: str

    @property
    def fields(self) -> frozenset[str]:
        """Return the one field."""
        return frozenset((self.path,))

    def test(self, subject: Any, at: datetime | None) -> bool:
        """Return whether the field holds anything."""
        return bool(subject[self.path])


@pytest.mark.parametrize("name", ["title", "during", "priority", "any", "note"])
def test_a_field_of_ones_own_with_a_name_that_is_taken_keeps_its_path(name: str) -> None:
    """As a field of records, a word of conditions or neither, it is the same when read back."""
    desk = load_desk(f'fields = {{ {name} = "text" }}\n{RULES}')
    agreed = attrs.evolve(desk.agreements[0], when=field(f"custom.{name}").equals("x"))
    changed = attrs.evolve(desk, agreements=[agreed])
    assert load_desk(dump_desk(changed)) == changed
    own = "note" if name == "note" else f'"custom.{name}"'
    assert f'when = {{ {own} = "x" }}' in dump_desk(changed)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (field("impact").equals(Actor("ada")), "a text, number, boolean or instant; test a name"),
        (field("custom.gone").equals("x"), "a field of records, or one of fields"),
        (~field("custom.gone").present(), "a field of records, or one of fields"),
        (field("custom.site.city").equals("x"), "a field of records, or one of fields"),
        (field("title").equals("x") | field("custom.gone").is_true(), "or one of fields"),
        (reached("custom.gone"), "or one of fields"),
        (field("custom.site").intersects(("x",)), "a test that a desk file can express"),
        (Own("title"), "a condition that a desk file can express"),
    ],
)
def test_a_condition_that_a_file_cannot_say(when: Any, said: str) -> None:
    """Refused when it is written, not when the file is read."""
    desk = load_desk('fields = { site = "text" }\n' + RULES)
    agreed = attrs.evolve(desk.agreements[0], when=when)
    with pytest.raises(DefinitionError) as refused:
        dump_desk(attrs.evolve(desk, agreements=[agreed]))
    assert said in str(refused.value)


def test_a_condition_of_ones_own_is_written_by_its_name() -> None:
    """A file holds the name under which it was passed, and reads it back by that name."""
    own = Own("title")
    text = RULES.replace('{ priority = "high" }', '{ code = "own" }', 1)
    desk = load_desk(text, code={"own": own})
    assert desk.agreements[0].when == own
    assert load_desk(dump_desk(desk, code={"own": own}), code={"own": own}) == desk
    either = attrs.evolve(desk.agreements[0], when=~own | field("title").equals("x"))
    changed = attrs.evolve(desk, agreements=[either])
    assert load_desk(dump_desk(changed, code={"own": own}), code={"own": own}) == changed


def codes(text: str) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in check_desk(load_desk(text), start=START)]


OWN_PROBLEM = """[lifecycle.problem]
id = "own"
version = "2"
states = [
  { name = "raised", open = true }, { name = "lost", open = true }, { name = "over", final = true },
]
initial = "raised"
[[lifecycle.problem.transitions]]
action = "finish"
from = "raised"
to = "over"
guard = { code = "old_enough" }
fields = [{ name = "note", choices = ["a", "b"] }]
[[lifecycle.problem.transitions]]
action = "skip"
from = "raised"
to = "over"
guard = { every = { links = "cause_of", is = { "state.open" = false } } }
[[lifecycle.problem.transitions]]
action = "return"
from = "over"
to = "raised"
guard = { reopen_within = "5d" }
"""
ONE_DAY = """[calendars]
fair = { hours = {}, special = [{ day = 2026-03-05, hours = "09:00-10:00" }] }
"""


def test_what_the_parts_of_a_desk_lint_is_a_finding_of_the_desk() -> None:
    """Each with the part that it is in: a clock, an escalation, a plan, a lifecycle."""
    text = RULES.replace('"always"', '"fair"') + ONE_DAY
    assert ("unreachable_target", "services: all resolution") in codes(text)
    page = '[[escalation]]\nname = "p"\nlevels = [{ at = "resolution 80%", to = "group:x" }]\n'
    assert codes(HEAD + page) == [
        ("level_never_fires", "escalation.p"),
        ("clock_missing", "escalation.p"),
    ]
    plan = '[[communication]]\nname = "u"\nto = "users"\nupdates = { first = "2h" }\n'
    never = 'when = { all = [{ priority = "high" }, { priority = "low" }] }\n'
    assert ("rule_never_applies", "communication.u") in codes(HEAD + plan + never)
    nights = 'hours = { mon = "22:00-24:00", tue = "00:00-06:00" }, holidays = [2026-03-09]'
    assert ("orphan_tail", "calendars.n") in codes(f"{HEAD}[calendars]\nn = {{ {nights} }}\n")
    close = '[lifecycle.incident]\nclose_after = "5d"\ncalendar = '
    assert "days_of_open_time" not in dict(codes(f'{RULES}{close}"always"\n'))
    office = '[calendars]\na = { hours = { mon-fri = "09:00-17:00" } }\n'
    assert "days_of_open_time" in dict(codes(f'{HEAD}{office}{close}"a"\n'))
    assert "days_never_end" in dict(codes(f'{HEAD}{ONE_DAY}{close}"fair"\n'))
    own = '[services.all.clocks.own]\ntargets = "1h"\nstart = { code = "f" }\nstop = '
    text = RULES.replace("[[agreements]]", own + '{ state = "closed" }\n[[agreements]]')
    undecided = check_desk(load_desk(text, code={"f": bool}), start=START)  # by the lint of clocks
    assert "unknown" not in {one.code for one in undecided}
    desk = load_desk(HEAD + OWN_PROBLEM, code={"old_enough": bool})
    found = [one.code for one in check_desk(desk, start=START)]
    assert {"no_resolution", "unreachable_state", "dead_end"} <= set(found)


@pytest.mark.parametrize(("group", "missing"), [("network", False), ("second", True)])
def test_a_group_that_records_are_routed_to_is_to_be_notified(group: str, missing: bool) -> None:  # noqa: FBT001
    routed = f'[categories]\nrules = [{{ when = {{ title = "x" }}, group = "{group}" }}]\n'
    found = [one for one in codes(RULES + routed) if one[0] == "group_not_escalated"]
    assert found == [("group_not_escalated", f"routing: {group}")] * missing


def test_a_level_needs_a_clock_only_where_an_agreement_is_for_its_records() -> None:
    """The service of the high ones has no such clock; a row for the low ones does not meet it."""
    for priority, missing in (("high", True), ("low", False)):
        row = (
            f'[[escalation]]\nname = "p"\nwhen = {{ priority = "{priority}" }}\n'
            'levels = [{ at = "update 80%", to = "group:network" }]\n'
        )
        assert (("clock_missing", "escalation.p") in codes(RULES + row)) is missing


def test_guards_and_inputs_of_a_lifecycle_of_ones_own_come_back() -> None:
    """A callable, a window and a condition on linked records; an input with choices."""
    code = {"old_enough": bool}
    desk = load_desk(HEAD + OWN_PROBLEM, code=code)
    finish, skip, back = desk.lifecycle("problem").transitions
    assert finish.guard is bool
    assert finish.fields[0].choices == ("a", "b")
    assert isinstance(skip.guard, EveryLinked)
    assert isinstance(back.guard, ReopenWindow)
    assert back.guard.within == timedelta(days=5)
    assert load_desk(dump_desk(desk, code=code), code=code) == desk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[calendars]\na = { hours = {} }\nb = { plus = ["a"] }\n',
            'line 5: calendars.b: got ["a"]; allowed: plus = [two calendars or more]',
        ),
        (
            '[calendars]\na = { hours = {} }\nb = { plus = ["a", "a"], minus = ["a", "a"] }\n',
            'calendars.b: got ["plus", "minus"]; allowed: one of plus, minus and both, and zone',
        ),
        (
            '[holidays]\nx = { ical = "a.ics", years = "2026" }\n',
            "of the desk file, or of load_desk(text, files={...}); nearest: b.ics",
        ),
        ('[services]\nall = "x"\n', "line 4: services.all: got 'x'; allowed: a table [services."),
        ('[services.a]\ncalendar = "always"\nresponse = "999999999999d"\n', "'999999999999d'"),
        (
            '[services.a]\ncalendar = "always"\nwarn = ["5 min before"]\n',
            'got \'5 min before\'; allowed: "80%", "1h before" or "30m after"; nearest: 5m before',
        ),
        (
            '[services.a]\ncalendar = "always"\nwarn = ["x before"]\n',
            'services.a.warn[1]: got \'x before\'; allowed: "80%", "1h before" or "30m after"',
        ),
        ('[services.a]\ncalendar = "always"\nwarn = [5]\n', "services.a.warn[1]: got 5; allowed"),
    ],
)
def test_what_a_file_cannot_mean_is_refused_at_its_place(text: str, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        load_desk(HEAD + text, files={"b.ics": ""})
    assert said in str(refused.value)


def test_code_that_no_rule_uses_is_a_source() -> None:
    assert load_desk(HEAD, code={"mine": print}).sources == ("code given and not used: mine",)
    assert "code given and not used: mine" in desk_page(load_desk(HEAD, code={"mine": print}))


def test_a_text_alone_is_that_of_every_update() -> None:
    desk = load_desk(RULES + 'text = "Still down."\n')
    (rule,) = desk.communication
    assert [(kind, each.name, each.text) for kind, each in rule.templates] == [
        (kind, "users", "Still down.") for kind in ("first", "next", "final")
    ]


def test_a_level_may_page_only_a_schedule_of_the_desk() -> None:
    duty = '[oncall.day]\nlayers = [{ people = "dana" }]\n'
    desk = load_desk(RULES.replace('"person:ada"', '"oncall:day"') + duty)
    assert [one.name for one in desk.on_call] == ["day"]
    with pytest.raises(DefinitionError, match=r"escalation.page: got 'day'; .* desk's on_call"):
        attrs.evolve(desk, on_call=())


def test_an_approval_counts_in_the_calendar_of_the_service_or_else_the_first() -> None:
    text = RULES + (
        '[calendars]\noffice = { hours = { mon-fri = "09:00-17:00" } }\n'
        '[[approvals]]\nstages = [{ of = "person:ada", within = "1 business days" }]\n'
    )
    desk = load_desk(text)
    for priority, calendar in ((Priority.HIGH, desk.services[0].calendar), (Priority.LOW, None)):
        record = opened(desk, priority=priority)
        rule = desk.approval_rule(record, people=lambda target: [target.name])
        assert rule is not None
        assert rule.calendar == (calendar or desk.calendars["office"])


def test_the_computed_priority_is_not_that_of_a_record_with_another() -> None:
    """A priority that an event sets, or took away, stands; else the opening gets the computed."""
    desk = load_desk(f'{HEAD}[priority]\nmatrix = "standard"\n')
    both = {"impact": Impact.HIGH, "urgency": Urgency.HIGH}
    bare = Incident.open(id="INC-1", title="x", by="kim", at=START, **both)
    assert bare.priority is None
    judged = desk.judged(bare)
    assert (judged.priority, judged.history[0].id) == (Priority.CRITICAL, bare.history[0].id)
    assert desk.judged(judged) is judged
    fields = FrozenMap({"impact": Impact.LOW})
    event = Prioritized(record_id="INC-1", sequence=2, at=START, by=Actor("kim"), fields=fields)
    decided = Incident.from_history([*bare.history, event])
    assert desk.judged(decided) is decided


def test_a_priority_of_another_scale_is_computed_by_the_desk() -> None:
    """Opened as critical and judged by P1 to P3: its clock was gone, in both directions (X2)."""
    office = '[calendars.office]\nhours = { mon-fri = "09:00-17:00" }\n'
    clock = '[services.s]\ncalendar = "office"\nresolution = { X = "1h" }\n'
    clock += '[[agreements]]\nservice = "s"\n'
    words = "".join(
        f'{row} = {{ high = "{a}", medium = "P2", low = "P3" }}\n'
        for row, a in (("high", "P1"), ("medium", "P1"), ("low", "P2"))
    )
    plain = load_desk(HEAD + office + clock.replace("X", "critical"))
    own = load_desk(HEAD + office + clock.replace("X", "P1") + f"[priority.matrix]\n{words}")
    for desk in (plain, own):
        record = opened(desk, impact=Impact.HIGH, urgency=Urgency.HIGH)
        for sides in ((plain, own), (own, plain)):
            found = compare_rules(*sides, [record], now=record.opened_at + timedelta(days=3))
            assert found.counts == {("breached", "breached"): 1}
        levels = [one.judged(record).priority for one in (plain, own)]
        assert levels == [Priority.CRITICAL, own.priority.scale.levels[0]]
    vague = Incident.open(
        id="I", title="x", by="kim", at=START, computed_priority=own.priority.scale.levels[0]
    )
    assert plain.judged(vague) is vague  # nothing to compute it from


def test_a_calendar_by_a_field_that_no_record_has() -> None:
    """Refused when it is written, not when the file is read."""
    desk = load_desk(RULES)
    always = BusinessCalendar.always()
    odd = CalendarByField("nonsense", {"x": always}, default=always)
    with pytest.raises(DefinitionError, match=r"nonsense.*a field of records, or one of fields"):
        dump_desk(attrs.evolve(desk, calendars={**desk.calendars, "odd": odd}))
