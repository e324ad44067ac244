"""Documents that mean harm or are merely broken, by kind: each ends in FormatError, quickly.

The table names at least a hundred kinds. Each row says which document, which type was asked for,
and what the error must say; bombs are made when the test runs.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.categorization import PatternCategorizer, PatternRule
from incidentcore.conditions import Condition
from incidentcore.errors import FormatError
from incidentcore.lifecycle import INCIDENT, Lifecycle
from incidentcore.records import Event, Incident, Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import (
    dumps,
    from_plain,
    loads,
    loads_with_unknown,
    to_plain,
)
from incidentcore.sla import SlaDefinition
from incidentcore.values import Actor, FrozenMap, Scale, State

from .examples import OFFICE, RECORDS, RESOLUTION


def doc(value: Any, name: str = "plain", **more: Any) -> str:
    return json.dumps({"type": name, "version": 1, "value": value, **more})


def raw(value: str, name: str = "plain") -> str:
    return f'{{"type":"{name}","version":1,"value":{value}}}'


def changed(document: dict[str, Any], path: str, value: Any) -> str:
    """Return a good document's text with one place changed; a path step of digits is an index."""
    plain = json.loads(json.dumps(document))
    place: Any = plain["value"]
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return json.dumps(plain)


GOOD = to_plain(RECORDS[0])
CALENDAR = to_plain(OFFICE)
SLA = to_plain(RESOLUTION)

AGAIN = {**GOOD["value"]["history"][0], "sequence": 2, "id": "INC-1:2"}
GUARDED = changed(to_plain(INCIDENT), "transitions.0.guard", "lambda attempt: True")


def event(path: str, value: Any) -> str:
    """Return the record's text with one place of an event changed: by number or kind."""
    kind, _, rest = path.partition(".")
    kinds = [one["$type"] for one in GOOD["value"]["history"]]
    number = int(kind) if kind.isdigit() else kinds.index(kind)
    return changed(GOOD, f"history.{number}.{rest}", value)


def calendar(path: str, value: Any) -> str:
    return changed(CALENDAR, path, value)


def actor(**fields: Any) -> str:
    return doc({"id": "ada", "role": "agent", **fields}, "Actor")


def instant(text: Any) -> str:
    return event("0.at", text)


FULL_SIZE = {"a great many keys twice", "a great many things wrong"}
HOSTILE: list[tuple[str, str | bytes | Callable[[], str | bytes], Any, str]] = [
    # Not JSON
    ("empty", "", object, "not JSON"),
    ("blank", " \n", object, "not JSON"),
    ("words", "hello", object, "not JSON"),
    ("cut short", dumps(RECORDS[0])[:-2], Incident, "not JSON"),
    ("trailing comma", '{"type":"plain",}', object, "not JSON"),
    ("trailing text", doc(1) + "x", object, "not JSON"),
    ("two documents", doc(1) + doc(1), object, "not JSON"),
    ("single quotes", "{'type':'plain'}", object, "not JSON"),
    ("comment", "/* */" + doc(1), object, "not JSON"),
    ("bare key", "{type:1}", object, "not JSON"),
    ("hexadecimal", raw("0x10"), object, "not JSON"),
    ("leading zero", raw("012"), object, "not JSON"),
    ("leading plus", raw("+1"), object, "not JSON"),
    ("point without digits", raw("1."), object, "not JSON"),
    ("Python's True", raw("True"), object, "not JSON"),
    ("control character", raw('"\x01"'), object, "not JSON"),
    ("line break in text", raw('"a\nb"'), object, "not JSON"),
    ("unknown escape", raw(r'"\x41"'), object, "not JSON"),
    ("half an escape", raw(r'"\u00"'), object, "not JSON"),
    ("mismatched brackets", raw("[1}"), object, "not JSON"),
    ("UTF-16", doc(1).encode("utf-16"), object, "not UTF-8"),
    ("Latin-1", raw('"é"').encode("latin-1"), object, "not UTF-8"),
    ("overlong UTF-8", b'"\xc0\xaf"', object, "not UTF-8"),
    ("surrogate in UTF-8", b'"\xed\xa0\x80"', object, "not UTF-8"),
    ("byte order mark", "\ufeff" + doc(1), object, "byte order mark"),
    ("byte order mark in bytes", b"\xef\xbb\xbf{}", object, "byte order mark"),
    ("NUL byte", "\x00", object, "not JSON"),
    # JSON that says two things, or nothing
    ("key twice", '{"type":"plain","version":1,"value":1,"value":2}', object, "twice @ $.value"),
    ("key twice below", raw('{"a":{"b":1,"b":1}}'), object, "twice @ $.value.a.b"),
    ("escaped key twice", raw(r'{"a":1,"\u0061":2}'), object, "twice @ $.value.a"),
    (
        "a great many keys twice",
        lambda: keys_twice(300_000),
        object,
        "twice @ $.value.k0",
    ),
    (
        "a great many things wrong",
        lambda: things_wrong(200_000),
        object,
        "$.value[0]",
    ),
    ("tag twice", raw('{"$set":[],"$set":[]}'), object, 'twice @ $.value["$set"]'),
    ("NaN", raw("NaN"), object, "NaN is not JSON @ $.value"),
    ("Infinity", raw("[Infinity]"), object, "Infinity is not JSON @ $.value[0]"),
    ("-Infinity", raw("-Infinity"), object, "-Infinity is not JSON"),
    ("float out of range", raw("1e999"), object, "out of range"),
    ("negative float out of range", raw("-1E400"), object, "out of range"),
    ("long whole number", raw("1" * 101), object, "101 characters"),
    ("very long whole number", lambda: raw("9" * 5_000_000), object, "5000000 characters"),
    ("long fraction", raw("0." + "1" * 200), object, "202 characters"),
    ("long exponent", raw("1e" + "0" * 200), object, "202 characters"),
    ("half a surrogate pair", raw(r'"\ud800"'), object, "half of a surrogate"),
    ("the other half", raw(r'"\udc00x"'), object, "half of a surrogate"),
    ("halves the wrong way", raw(r'"\udc00\ud800"'), object, "half of a surrogate"),
    ("half a pair in a key", raw(r'{"\ud800":1}'), object, "half of a surrogate"),
    ("half a pair, unescaped", raw('"\ud800"'), object, "half of a surrogate"),
    # Bombs
    ("deep arrays", lambda: raw("[" * 65 + "]" * 65), object, "nested deeper than 64"),
    ("very deep arrays", lambda: "[" * 1_000_000, object, "nested deeper than 64"),
    ("very deep objects", lambda: '{"a":' * 200_000 + "1" + "}" * 200_000, object, "deeper"),
    ("deep in turns", lambda: raw('[{"a":' * 40 + "1" + "}]" * 40), object, "deeper"),
    (
        "deep condition",
        lambda: raw('{"part":{"$type":"Not","part":' * 60 + "1" + "}" * 120, "Not"),
        Condition,
        "deeper",
    ),
    ("deep, hidden by escapes", lambda: raw('["\\"",' * 80 + "1" + "]" * 80), object, "deeper"),
    ("unbalanced brackets", lambda: "[]]]" * 100_000, object, "not JSON"),
    (
        "a great many values",
        lambda: raw("[" + "1," * 2_000_000 + "1]"),
        object,
        "more than 2000000",
    ),
    ("a great many objects", lambda: raw("[" + "{}," * 1_000_001 + "1]"), object, "more than"),
    ("great text", lambda: "x" * 20_000_001, object, "20000001 characters"),
    ("great bytes", lambda: b"x" * 20_000_001, object, "20000001 bytes"),
    # The envelope
    ("null", "null", object, "got null; allowed: an object @ $"),
    ("a number", "1", object, "got 1; allowed: an object @ $"),
    ("a text", '"x"', object, "allowed: an object @ $"),
    ("an array", "[]", object, "got an array"),
    ("no type", '{"version":1,"value":1}', object, "missing @ $.type"),
    ("no version", '{"type":"plain","value":1}', object, "missing @ $.version"),
    ("no value", '{"type":"plain","version":1}', object, "missing @ $.value"),
    ("nothing", "{}", object, "missing @ $.type"),
    ("another field", doc(1, extra=1), object, "@ $.extra"),
    ("type of another kind", doc(1, "Nonsense"), object, "'Nonsense'"),
    ("type as a number", '{"type":1,"version":1,"value":1}', object, "@ $.type"),
    ("type as an object", '{"type":{},"version":1,"value":1}', object, "@ $.type"),
    ("type by module", doc({}, "os.system"), object, "@ $.type"),
    ("type not asked for", dumps(RECORDS[0]), Actor, "@ $.type"),
    ("plain not asked for", doc(1), Actor, "@ $.value"),
    # Types
    ("null for text", actor(id=None), Actor, "got null; allowed: text @ $.value.id"),
    ("number for text", actor(id=1), Actor, "got 1; allowed: text @ $.value.id"),
    ("flag for text", actor(role=True), Actor, "got true; allowed: text"),
    ("array for text", actor(id=["a"]), Actor, "got an array; allowed: text"),
    ("object for text", actor(id={}), Actor, "got an object; allowed: text"),
    ("tag for text", actor(id={"$date": "2026-01-01"}), Actor, "got an object; allowed: text"),
    ("array for an object", doc([], "Actor"), Actor, "got an array; allowed: an object @ $.value"),
    ("null for an object", doc(None, "Actor"), Actor, "got null"),
    ("text for an object", doc("ada", "Actor"), Actor, "allowed: an object"),
    ("text for an array", doc({"id": "x", "names": "abc"}, "Scale"), Scale, "allowed: an array"),
    ("object for an array", doc({"id": "x", "names": {}}, "Scale"), Scale, "allowed: an array"),
    ("number in texts", doc({"id": "x", "names": ["a", 1]}, "Scale"), Scale, "$.value.names[1]"),
    ("float for a whole number", event("0.sequence", 1.9), Incident, "got 1.9"),
    ("whole float", event("0.sequence", 1.0), Incident, "got 1.0; allowed: a whole number"),
    ("text for a number", event("0.sequence", "1"), Incident, "got '1'; allowed: a whole number"),
    ("flag for a number", event("0.sequence", True), Incident, "got true; allowed: a whole number"),
    ("number for a flag", event("0.state.open", 1), Incident, "got 1; allowed: true or false"),
    ("text for a flag", event("0.state.open", "true"), Incident, "allowed: true or false"),
    ("null for a flag", event("0.state.open", None), Incident, "got null"),
    (
        "unknown field",
        actor(team="x"),
        Actor,
        "not a field of Actor; allowed: id, role @ $.value.team",
    ),
    ("dunder field", actor(__class__="x"), Actor, "$.value.__class__"),
    ("private field", event("0._memo", 1), Incident, "$.value.history[0]._memo"),
    ("missing field", doc({"role": "x"}, "Actor"), Actor, "missing @ $.value.id"),
    ("empty id", actor(id=""), Actor, "id: got ''"),
    # Instants, durations and other texts with a meaning
    ("naive time", instant("2026-12-23T16:40:00"), Incident, "allowed: an instant"),
    ("date for an instant", instant("2026-12-23"), Incident, "allowed: an instant"),
    ("blank for the T", instant("2026-12-23 16:40:00Z"), Incident, "allowed: an instant"),
    ("small z", instant("2026-12-23T16:40:00z"), Incident, "allowed: an instant"),
    ("no seconds", instant("2026-12-23T16:40Z"), Incident, "allowed: an instant"),
    ("nanoseconds", instant("2026-12-23T16:40:00.123456789Z"), Incident, "allowed: an instant"),
    ("decimal comma", instant("2026-12-23T16:40:00,5Z"), Incident, "allowed: an instant"),
    ("week date", instant("2026-W52-3T16:40:00Z"), Incident, "allowed: an instant"),
    ("basic format", instant("20261223T164000Z"), Incident, "allowed: an instant"),
    ("leap second", instant("2026-12-31T23:59:60Z"), Incident, "allowed: an instant"),
    ("hour 24", instant("2026-12-23T24:00:00Z"), Incident, "allowed: an instant"),
    ("30 February", instant("2026-02-30T00:00:00Z"), Incident, "allowed: an instant"),
    ("month 13", instant("2026-13-01T00:00:00Z"), Incident, "allowed: an instant"),
    ("year 0", instant("0000-01-01T00:00:00Z"), Incident, "allowed: an instant"),
    ("year 10000", instant("10000-01-01T00:00:00Z"), Incident, "allowed: an instant"),
    ("year 1", instant("0001-01-01T00:00:00Z"), Incident, "years 2 to 9998"),
    ("year 9999", instant("9999-12-31T23:59:59Z"), Incident, "years 2 to 9998"),
    ("offset of a day", instant("2026-12-23T16:40:00+24:00"), Incident, "allowed: an instant"),
    ("Arabic digits", instant("٢٠٢٦-12-23T16:40:00Z"), Incident, "allowed: an instant"),
    ("seconds since 1970", instant(1_766_500_000), Incident, "allowed: an instant"),
    ("a long instant", instant("2026-12-23T16:40:00Z" + " " * 10_000), Incident, "an instant"),
    ("zone that is a path", instant("2026-01-01T00:00:00Z[../../etc/passwd]"), Incident, "zone"),
    ("zone that is not", instant("2026-01-01T00:00:00Z[Mars/Base]"), Incident, "time zone"),
    ("zone without a key", instant("2026-01-01T00:00:00Z[]"), Incident, "time zone"),
    ("zone unclosed", instant("2026-01-01T00:00:00Z[UTC"), Incident, "allowed: an instant"),
    ("duration in days", doc({"$timedelta": "P1D"}), object, "allowed: a duration"),
    ("duration in months", doc({"$timedelta": "P1M"}), object, "allowed: a duration"),
    ("duration of nothing", doc({"$timedelta": "PT"}), object, "allowed: a duration"),
    ("duration as a number", doc({"$timedelta": 3600}), object, "allowed: a duration"),
    ("duration out of range", doc({"$timedelta": "PT99999999999H"}), object, "a duration"),
    ("duration too fine", doc({"$timedelta": "PT0.0000001S"}), object, "allowed: a duration"),
    ("date as an instant", doc({"$date": "2026-01-01T00:00:00"}), object, "allowed: a date"),
    ("time with a zone", doc({"$time": "10:00:00Z"}), object, "allowed: a time of day"),
    ("decimal NaN", doc({"$decimal": "NaN"}), object, "allowed: a decimal"),
    ("decimal as a number", doc({"$decimal": 0.1}), object, "allowed: a decimal"),
    ("decimal exponent", doc({"$decimal": "1E+99999"}), object, "allowed: a decimal"),
    ("fraction by zero", doc({"$fraction": "1/0"}), object, "allowed: a fraction"),
    ("fraction of floats", doc({"$fraction": "1.5/2"}), object, "allowed: a fraction"),
    ("zone as a path", doc({"$zone": "../UTC"}), object, "time zone"),
    ("zone as a folder", doc({"$zone": "Europe"}), object, "time zone"),
    ("zone with NUL", doc({"$zone": "UTC\x00"}), object, "time zone"),
    ("long zone", doc({"$zone": "A" * 10_000}), object, "time zone"),
    # Tags
    ("unknown tag", doc({"$python": "os"}), object, "'$python'"),
    ("empty tag", doc({"$": 1}), object, "'$'"),
    ("tag beside a key", doc({"$date": "2026-01-01", "a": 1}), object, "stands alone"),
    ("two tags", doc({"$date": "2026-01-01", "$time": "10:00:00"}), object, "stands alone"),
    ("set with a value twice", doc({"$set": [1, 1]}), object, "each value once"),
    ("set with equals", doc({"$set": [1, True]}), object, "each value once"),
    (
        "set of numbers that hash alike",
        lambda: doc({"$set": [number * (2**61 - 1) for number in range(50_000)]}),
        object,
        "hash alike",
    ),
    (
        "set of fractions that hash alike",
        lambda: doc({"$set": [{"$fraction": f"{n * (2**61 - 1)}/1"} for n in range(9_000)]}),
        object,
        "hash alike",
    ),
    (
        "set of arrays that hash alike",
        lambda: doc({"$set": [[number * (2**61 - 1)] for number in range(9_000)]}),
        object,
        "hash alike",
    ),
    ("set as an object", doc({"$set": {}}), object, "allowed: an array"),
    ("class tag with less", doc({"$Level": {"name": "x"}}), object, "missing"),
    ("class tag with more", doc({"$Actor": {"id": "x", "a": 1}}), object, "not a field of Actor"),
    ("a record's own tag", doc({"$Incident": {"history": []}}), object, "exactly one Opened"),
    ("unknown event as a value", doc({"$UnknownEvent": {}}), object, "UnknownEvent"),
    ("a base class", doc({"$Event": {}}), object, "'$Event'"),
    ("a function", doc({"$Opaque": {"id": "x"}}), object, "'$Opaque'"),
    (
        "no $type",
        doc({"part": {"parts": []}}, "Not"),
        Condition,
        'a type\'s name @ $.value.part["$type"]',
    ),
    ("$type of another family", doc({"part": {"$type": "Actor"}}, "Not"), Condition, "'Actor'"),
    ("$type as a number", doc({"part": {"$type": 1}}, "Not"), Condition, "got 1"),
    (
        "$type where none is",
        doc({"$type": "Actor", "id": "x"}, "Actor"),
        Actor,
        "not a field of Actor",
    ),
    # Records
    ("no history", doc({}, "Incident"), Incident, "missing @ $.value.history"),
    ("empty history", doc({"history": []}, "Incident"), Incident, "exactly one Opened"),
    ("fields of a record", doc({"history": [], "state": 1}, "Incident"), Incident, "$.value.state"),
    ("history as an object", doc({"history": {}}, "Incident"), Incident, "allowed: an array"),
    ("event of no kind", event("1.$type", KeyError), Incident, "allowed: a type's name"),
    ("event of no known kind", event("1.$type", "Exploded"), Incident, "got 'Exploded'"),
    (
        "another record's type",
        changed(GOOD, "history.0.record_type", "problem"),
        Incident,
        "problem",
    ),
    ("no such record's type", event("0.record_type", "toaster"), Record, "toaster"),
    ("opening twice", event("1", AGAIN), Incident, "@ $.value.history"),
    ("one sequence twice", event("1.sequence", 3), Incident, "@ $.value.history"),
    ("one id twice", event("1.id", "INC-1:3"), Incident, "@ $.value.history"),
    ("events of two records", event("1.record_id", "INC-2"), Incident, "@ $.value.history"),
    ("sequence 0", event("0.sequence", 0), Incident, "whole number from 1"),
    ("a count as a field", event("0.fields.reopen_count", 9), Incident, "[0].fields.reopen_count"),
    (
        "a moment as a field",
        event("0.fields.resolved_at", None),
        Incident,
        "[0].fields.resolved_at",
    ),
    ("a field of no record", event("0.fields.nonsense", 1), Incident, "[0].fields.nonsense"),
    ("a field of another type", event("0.fields.title", 5), Incident, "[0].fields.title"),
    ("a level as a number", event("0.fields.impact", 1), Incident, "[0].fields.impact"),
    ("tags as a list of numbers", event("0.fields.tags", [1]), Incident, "[0].fields.tags"),
    ("a state at odds", event("0.state.final", True), Incident, "history[0].state"),
    (
        "visibility of no kind",
        event("Commented.visibility", "secret"),
        Incident,
        "public, internal",
    ),
    ("a link to nothing", event("Linked.link.target", ""), Incident, "target"),
    ("confidence as text", event("Classified.confidence", "high"), Incident, "a number"),
    # Calendars and rules
    ("no zone", calendar("zone", KeyError), BusinessCalendar, "missing @ $.value.zone"),
    ("zone of Mars", calendar("zone", "Mars/Base"), BusinessCalendar, "$.value.zone"),
    (
        "no open time",
        doc({"zone": "UTC", "hours": {}}, "BusinessCalendar"),
        BusinessCalendar,
        "hours",
    ),
    ("hours as a list", calendar("hours", [["mon", ["09:00-17:00"]]]), BusinessCalendar, "object"),
    ("hours as a number", calendar("hours", {"mon": 9}), BusinessCalendar, "$.value.hours.mon"),
    ("no such day", calendar("hours", {"funday": "09:00-17:00"}), BusinessCalendar, "funday"),
    ("no such hour", calendar("hours", {"mon": "25:00-26:00"}), BusinessCalendar, "hours"),
    (
        "holiday of two kinds",
        calendar("holidays.0.yearly", "12-25"),
        BusinessCalendar,
        "exactly one",
    ),
    (
        "holiday rule for ever",
        calendar("holidays.3.rule", "FREQ=SECONDLY"),
        BusinessCalendar,
        "FREQ",
    ),
    (
        "rule with INTERVAL 0",
        calendar("holidays.3.rule", "FREQ=DAILY;INTERVAL=0"),
        BusinessCalendar,
        "INTERVAL",
    ),
    ("long rule", calendar("holidays.3.rule", "FREQ=DAILY;" * 10_000), BusinessCalendar, "rule"),
    (
        "no such operator",
        doc({"path": "a", "op": "exec", "value": 1}, "FieldTest"),
        Condition,
        "op",
    ),
    ("a path into Python", doc({"path": "", "op": "equals"}, "FieldTest"), Condition, "field"),
    (
        "a pattern that may run for ever",
        doc({"pattern": "(a+)+$", "category": ["a"], "engine": "trusted"}, "PatternRule"),
        object,
        "trusted=True @ $.value.engine",
    ),
    (
        "the same within a categorizer",
        doc(
            {"rules": [{"pattern": "(a+)+$", "category": ["a"], "engine": "trusted"}]},
            "PatternCategorizer",
        ),
        object,
        "trusted=True @ $.value.rules[0].engine",
    ),
    (
        "the same in a record's custom fields",
        event(
            "0.fields.custom",
            {"x": {"$PatternRule": {"pattern": "a", "category": ["a"], "engine": "trusted"}}},
        ),
        Incident,
        "trusted=True @",
    ),
    ("a guard as code", GUARDED, Lifecycle, "transitions[0].guard"),
    ("SLA target below zero", changed(SLA, "target", "-PT1H"), SlaDefinition, "target"),
    ("SLA target as a number", changed(SLA, "target", 4), SlaDefinition, "$.value.target"),
    ("SLA without a calendar", changed(SLA, "calendar", None), SlaDefinition, "$.value.calendar"),
    (
        "state flags at odds",
        doc({"name": "x", "open": True, "final": True}, "State"),
        State,
        "open",
    ),
    (
        "a fault below sixty arrays",
        raw("[" * 60 + '{"$no_such_type":1}' + "]" * 60),
        tuple,
        "no type is written as",
    ),
    (
        "a fault below thirty objects",
        raw('{"a":' * 30 + '{"$no_such_type":1}' + "}" * 30),
        FrozenMap,
        "no type is written as",
    ),
    ("scale that repeats", doc({"id": "x", "names": ["a", "a"]}, "Scale"), Scale, "each name once"),
    ("scale without levels", doc({"id": "x", "names": []}, "Scale"), Scale, "levels"),
]


@pytest.mark.parametrize(
    ("kind", "text", "wanted", "words"),
    [
        pytest.param(*row, id=row[0], marks=[pytest.mark.hostile] if row[0] in FULL_SIZE else [])
        for row in HOSTILE
    ],
)
def test_it_ends_in_format_error(
    kind: str, text: str | bytes | Callable[[], str | bytes], wanted: Any, words: str
) -> None:
    """The document is refused for its own reason, with a path, in bounded words."""
    given = text() if callable(text) else text

    with pytest.raises(FormatError) as caught:
        loads(given, wanted)

    assert any(words in problem for problem in caught.value.problems), caught.value.problems
    assert all(" @ $" in problem for problem in caught.value.problems)
    assert all(len(problem) < 600 for problem in caught.value.problems)
    assert len(str(caught.value)) < 7_000


def keys_twice(number: int) -> str:
    return raw("{" + ",".join(f'"k{n % (number // 2)}":1' for n in range(number)) + "}")


def things_wrong(number: int) -> str:
    return raw("[" + ",".join(f'{{"$x{n}":1}}' for n in range(number)) + "]")


def test_the_table_is_long_enough() -> None:
    """A hundred kinds and more, each once."""
    assert len({row[0] for row in HOSTILE}) == len(HOSTILE) >= 100
    assert {row[0] for row in HOSTILE} >= FULL_SIZE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "an object"),
        (object(), "what JSON text reads to"),
        ({"type": "plain", "version": 1, "value": (1,)}, "$.value"),
        ({"type": "plain", "version": 1, "value": {1}}, "$.value"),
        ({"type": "plain", "version": 1, "value": b"x"}, "$.value"),
        ({"type": "plain", "version": 1, "value": float("nan")}, "nan is not JSON"),
        ({"type": "plain", "version": 1, "value": 10**5000}, "bits"),
        ({"type": "plain", "version": 1, "value": {1: 2}}, "a key that is 1"),
        ({"type": "plain", "version": 1, "value": "\ud800"}, "half of a surrogate"),
        ({"type": "plain", "version": 1, "value": {"\ud800": 1}}, "half of a surrogate"),
    ],
    ids=["null", "object", "tuple", "set", "bytes", "nan", "huge", "key", "half", "half key"],
)
def test_plain_data_is_held_to_the_same(data: Any, words: str) -> None:
    """What a driver or another parser gives is trusted no more than text."""
    with pytest.raises(FormatError, match=r"@ \$") as caught:
        from_plain(data, object)

    assert any(words in problem for problem in caught.value.problems)


EVIL = PatternRule("(a+)+$", "data", engine="trusted")


@pytest.mark.parametrize("read", [loads, loads_with_unknown])
def test_a_foreign_pattern_never_runs_without_a_limit_of_time(read: Any) -> None:
    """A regular expression without a time limit is read only for whoever says so."""
    with pytest.raises(FormatError, match=r"may never finish.*trusted=True @ \$\.value\.engine"):
        read(dumps(EVIL), PatternRule)
    with pytest.raises(FormatError, match="may never finish"):
        read(dumps(EVIL), object)
    with pytest.raises(FormatError, match="may never finish"):
        from_plain(to_plain(EVIL), object)

    assert loads(dumps(EVIL), PatternRule, trusted=True) == EVIL
    assert from_plain(to_plain(EVIL), object, trusted=True) == EVIL


def test_a_literal_pattern_is_only_text() -> None:
    """What is not an expression is searched for as it stands, however it looks."""
    text = doc({"pattern": "(a+)+$", "category": ["data"]}, "PatternRule")
    found = PatternCategorizer([loads(text, PatternRule)])

    assert found("a" * 100_000 + "b").abstained
    assert found("pay (A+)+$ now").category == ("data",)


@pytest.mark.parametrize("pattern", ["(", "a{99999}{99999}", "(?P<x>a)(?P=y)", "(?<=a+)b"])
def test_a_trusted_pattern_must_still_be_one(pattern: str) -> None:
    """Trust is for the time that an expression takes; one that cannot be read is refused."""
    text = doc({"pattern": pattern, "category": ["a"], "engine": "trusted"}, "PatternRule")

    with pytest.raises(FormatError, match=r"@ \$\.value"):
        loads(text, PatternRule, trusted=True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(["type", "$type", "value", "history", "id", "at"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_no_text_raises_anything_else(text: Any) -> None:
    """Whatever the text, reading gives a value or FormatError (rule D2)."""
    for kind in (object, Incident, Condition):
        with contextlib.suppress(FormatError):
            loads(text, kind)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        found.extend(_paths(inner, (*path, key)))
    return found


DOCUMENTS = [
    (json.loads(json.dumps(document)), kind, _paths(document)[1:])
    for document, kind in ((GOOD, Incident), (CALENDAR, BusinessCalendar), (SLA, SlaDefinition))
]


@settings(max_examples=min(100, settings().max_examples))
@given(st.data())
def test_no_change_of_a_good_document_raises_anything_else(data: st.DataObject) -> None:
    """One place of a good document changed to anything: a value, or FormatError."""
    document, kind, paths = data.draw(st.sampled_from(DOCUMENTS))
    path = data.draw(st.sampled_from(paths))
    plain = json.loads(json.dumps(document))
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = data.draw(json_values)
    with contextlib.suppress(FormatError):
        from_plain(plain, kind)
    with contextlib.suppress(FormatError):
        loads_with_unknown(json.dumps(plain), kind)


@given(st.data())
def test_no_cut_of_a_good_document_is_read(data: st.DataObject) -> None:
    """Half a document is no document."""
    text = dumps(RECORDS[0])
    end = data.draw(st.integers(0, len(text) - 1))

    with pytest.raises(FormatError):
        loads(text[:end], Event)
