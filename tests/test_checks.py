"""Checks of what callers pass: what is refused, with which error, and in which words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from tests.serialization.examples import EXAMPLES, values_in

import incidentcore
from incidentcore._checks import (
    SharedRepr,
    as_pairs,
    as_tuple,
    count_shown,
    is_day,
    is_number,
    is_whole,
    misspelt,
    nearest,
    need_each,
    need_key_part,
    need_kind,
    need_several,
    need_text,
    need_word,
    tuple_of,
)
from incidentcore.errors import DefinitionError, IncidentCoreError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import Measure
from incidentcore.records import Incident, Problem, Record, ServiceRequest
from incidentcore.schedule import BusinessDays
from incidentcore.sla import SlaDefinition


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (str, "text"),
        (bool, "True or False"),
        (int, "a whole number"),
        (timedelta, "a timedelta"),
        (Interval, "an Interval"),
        (SlaDefinition, "an SlaDefinition"),
        (Mapping, "a Mapping"),
        (datetime | None, "an aware datetime, or None"),
        ((timedelta, BusinessDays), "a timedelta, or BusinessDays"),
        (str | None, "text, or None"),
    ],
)
def test_the_error_names_the_kind(kind: Any, allowed: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        need_kind("field", b"x", kind)
    assert (raised.value.where, raised.value.given, raised.value.allowed) == (
        "field",
        b"x",
        allowed,
    )


def test_what_is_of_the_kind_passes() -> None:
    need_kind("field", "x", str)
    need_kind("field", None, str | None)
    need_each("field", ["x", 1], (str, int))
    need_text("field", "x")
    need_text("field", "", empty=True)
    need_word("field", "b", Literal["a", "b"])


@pytest.mark.parametrize(
    ("check", "given", "allowed"),
    [
        (lambda: need_kind("f", 1, str, DefinitionError, "a name"), 1, "a name"),
        (lambda: need_each("f", ["x", 2, 3], str, DefinitionError), 2, "text"),
        (lambda: need_text("f", "", DefinitionError), "", "non-empty text"),
        (lambda: need_text("f", 1, DefinitionError), 1, "non-empty text"),
        (lambda: need_text("f", 1, DefinitionError, empty=True), 1, "text"),
        (lambda: need_text("f", "", DefinitionError, "an id"), "", "an id"),
        (lambda: need_word("f", "c", Literal["a", "b"], DefinitionError), "c", "one of a, b"),
    ],
)
def test_a_room_names_its_own_error(check: Any, given: object, allowed: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        check()
    assert (raised.value.given, raised.value.allowed) == (given, allowed)


def test_one_or_several_become_a_tuple() -> None:
    assert as_tuple("ab", str) == ("ab",)
    assert as_tuple("ab", int) == ("ab",)  # so that an error shows the text as a whole
    assert as_tuple(["a", "b"], str) == ("a", "b")


@pytest.mark.parametrize("value", [None, 5, BusinessDays(1)])
def test_one_value_where_several_are_meant_is_refused(value: object) -> None:
    """Whatever it is, None too: the words name no class such as NoneType."""
    with pytest.raises(InvalidValueError) as caught:
        tuple_of(value)  # type: ignore[arg-type]  # as a caller without a type checker
    assert caught.value.allowed == "several in a list, such as [value]"


def test_many_values_are_shown_by_their_number() -> None:
    assert count_shown({"a": 1, "b": 2}) == "'2 in total'"


def test_a_mapping_or_pairs_become_pairs() -> None:
    assert as_pairs({"a": 1}) == as_pairs(iter([("a", 1)])) == [("a", 1)]


PACKAGE = Path(incidentcore.__file__).parent
# A check with its name, or a row of a loop over names and the attributes that have them.
CHECKED = re.compile(
    r"""\b(?:_?need_\w+|_checked_path|each_of|_condition|_check_counts|_ids|_all|_bounded|_weights"""
    r"""|_numbers)\(\(*["'](?P<name>[\w.]+)["']"""
    r"""|\b(?:_?as_\w+|writer_of)\([^()]*, (?:name=|where=)?\(*["'](?P<other>\w+)["']"""
    r"""|\(\(?["'](?P<row>\w+)["']\)?, self\.\w+"""
)


def test_a_truth_value_is_no_number_and_a_datetime_no_day() -> None:
    """Python counts them as such, callers do not."""
    values = (1, 1.5, True, date(2026, 1, 1), datetime(2026, 1, 1), "1")  # noqa: DTZ001  a type only
    answers = [(is_whole(one), is_number(one), is_day(one)) for one in values]
    no = (False, False, False)
    whole, number, day = (True, True, False), (False, True, False), (False, False, True)
    assert answers == [whole, number, no, day, no, no]


@pytest.mark.parametrize("given", ["abc", b"abc", {"a": 1}, 5, None])
def test_a_text_or_a_mapping_is_not_several_values(given: Any) -> None:
    """Though each can be iterated; a list, a set and a generator are returned as they are."""
    with pytest.raises(InvalidValueError, match=r"names: got .* allowed: a list of names"):
        need_several("names", given, "a list of names")
    assert list(need_several("names", ["a", "b"], "")) == ["a", "b"]


def test_an_error_names_what_the_caller_gave() -> None:
    """Each check is made under a name that its module uses: of a parameter or an attribute."""
    wrong, seen = [], 0
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        words = Counter(re.findall(r"\w+", text))
        for match in CHECKED.finditer(text):
            seen += 1
            name = next(filter(None, match.groups())).split(".")[0]
            if words[name] < 2:
                wrong.append(f"{path.relative_to(PACKAGE)}: {name}")
    assert seen > 350
    assert not wrong


def unchecked() -> dict[str, list[str]]:
    text = Path(__file__).with_name("unchecked.txt").read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines() if line and line[0] != "#"]
    return {name: fields.split() for name, _, fields in lines}


def test_an_attribute_refuses_bytes() -> None:
    """No attribute is bytes: each class says so when it is made, but for those that are listed."""
    kinds = {
        type(value): value for one in EXAMPLES for value in values_in(one) if attrs.has(type(value))
    }
    spared, wrong, refused = unchecked(), [], 0
    for kind, value in kinds.items():
        name = f"{kind.__module__.removeprefix('incidentcore.')}.{kind.__qualname__}"
        if issubclass(kind, Record) or spared.get(name) == ["all"]:
            continue
        for attribute in attrs.fields(kind):
            if attribute.init and attribute.name not in spared.get(name, ()):
                try:
                    attrs.evolve(value, **{attribute.alias: b"x"})
                except IncidentCoreError:
                    refused += 1
                else:
                    wrong.append(f"{name}: {attribute.name}")
    assert not wrong
    assert refused > 700


TABLE = re.compile(
    r"^_?[A-Z_]*(?:TEXTS|FINDINGS|REFUSALS)\b[^\n]*= (?:\w+\(\n? *)?\{\n(.*?)^ {0,4}\}",
    re.MULTILINE | re.DOTALL,
)


CHOICE = re.compile(r"^\w+: TypeAlias = Literal\[\(?(.*?)\]", re.MULTILINE | re.DOTALL)
# Words of a choice that only callers give; the list of public names has them too.
CALLERS_WORDS = {"pyarrow", "user_report", "hypothesis", "higher", "call", "outage"}
CALLERS_WORDS |= {"incident_manager", "technical_lead", "communications_lead"}


def test_each_text_is_that_of_a_code() -> None:
    """The key of a template is a code that is given somewhere else; samples of tests have none.

    So is each word of a choice.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    words = Counter(re.findall(r"[\"'](\w+)[\"']", "\n".join(texts.values())))
    keys = [
        (path.relative_to(PACKAGE).as_posix(), key)
        for path, text in texts.items()
        if path.parent.name != "testing"
        for table in TABLE.findall(text)
        for key in re.findall(r"^ {4,8}\(*[\"'](\w+)[\"']\)*: ", table, re.MULTILINE)
    ]
    chosen = [
        (path.relative_to(PACKAGE).as_posix(), word)
        for path, text in texts.items()
        for choice in CHOICE.findall(text)
        for word in re.findall(r"[\"'](\w+)[\"']", choice)
        if word not in CALLERS_WORDS
    ]
    assert len(chosen) > 200
    assert [(path, word) for path, word in chosen if words[word] < 2] == []
    assert len(keys) > 100
    assert [(path, key) for path, key in keys if words[key] < 2] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prioritty", "; nearest: priority"),
        ("group", "; nearest: assignment_group"),  # a part of a name
        ("resolved", "; nearest: resolved_at, first_resolved_at"),
        ("due", "; nearest: target_due_instant"),  # three letters are enough
        ("incident_title", "; nearest: title"),  # a name is a part of it
        ("at", ""),  # too short for a part, and like nothing
        ("xyzzy", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_the_nearest_names_are_worded_in_one_place(name: object, expected: str) -> None:
    names = ("priority", "assignment_group", "resolved_at", "first_resolved_at", "title")
    names = (*names, "target_due_instant")
    assert nearest(name, names) == expected
    assert nearest(name, ()) == ""


def test_no_other_module_words_the_nearest_names() -> None:
    """Seven did, each with its own cutoff; two others asked whether a word is misspelt."""
    root = Path(incidentcore.__file__).parent
    users = [
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "get_close_matches" in path.read_text(encoding="utf-8")
    ]
    assert users == ["_checks.py"]


@pytest.mark.parametrize(
    ("word", "meant"), [("hgih", "high"), ("highest", ""), ("low", "low"), ("", ""), (7, "")]
)
def test_a_misspelt_word_is_known_from_another_word(word: object, meant: str) -> None:
    """A swap of letters is one; a longer word of the same stem is another word."""
    assert misspelt(word, ("low", "high", "critical")) == meant


@pytest.mark.parametrize("cls", [Record, Incident, Problem, ServiceRequest, Measure])
def test_help_shows_no_arguments_of_what_only_refuses(cls: type) -> None:
    """It showed ``(*_: object, **__: object)``: a record is opened, a measure is an attrs class."""
    assert str(signature(cls)) == "()"


@attrs.frozen
class Place(SharedRepr):
    """A class whose repr leaves out one field and shortens another."""

    name: str
    secret: str = attrs.field(default="x", repr=False)
    words: tuple[str, ...] = attrs.field(default=(), repr=lambda words: f"<{len(words)}>")


def test_the_shared_repr_is_the_one_that_attrs_would_write() -> None:
    """A field is shown by its repr or its own function, or not at all; an own method stays."""

    @attrs.frozen
    class Port(Place):
        berths: int = 3

    class Bare(SharedRepr):
        pass

    @attrs.frozen(repr=False)
    class Told(Place):
        def __repr__(self) -> str:
            return "told"

    assert repr(Place("a", words=("b", "c"))) == "Place(name='a', words=<2>)"
    assert repr(Port("a")) == "Port(name='a', words=<0>, berths=3)"

    @dataclass(frozen=True)
    class Quay(Bare):
        name: str
        secret: str = field(default="x", repr=False)

    assert ".Bare object at 0x" in repr(Bare())
    assert repr(Quay("a")) == "Quay(name='a')"
    assert repr(Told("a")) == "told"


@pytest.mark.parametrize("value", [5, None, "", "a/b", "/"])
def test_a_part_of_a_key_is_text_without_a_slash(value: object) -> None:
    """A slash separates the parts; a blank is as good as a letter."""
    need_key_part("name", "first line")
    with pytest.raises(InvalidValueError, match=r"^name: .*; allowed: non-empty text without a s"):
        need_key_part("name", value)


def test_a_word_is_text_whatever_equals_it() -> None:
    """A column of a data frame answers a comparison with a column, which is neither yes nor no."""

    class Column:
        def __eq__(self, other: object) -> Any:
            raise ValueError("the truth value of a column is ambiguous")

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            return "Column()"

    with pytest.raises(
        InvalidValueError, match=r"^unit: got Column\(\); allowed: one of day, week$"
    ):
        need_word("unit", Column(), ("day", "week"))
    with pytest.raises(InvalidValueError, match=r"^unit: got None; allowed: one of day, week$"):
        need_word("unit", None, ("day", "week"))
