"""The lines of a desk's file in what is said of it."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import attrs
import pytest
from tests.desk.test_edges import HEAD

from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.desk.toml import value_text
from incidentcore.errors import DefinitionError, FormatError
from incidentcore.lifecycle import INCIDENT, Lifecycle


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            '[lifecycle.incident]\nclose_after = "2 business days"\n',
            "lifecycle.incident",
            "the calendar in which they count",
        ),
        ('[import]\nstates = { Open = "opened" }\n', "import.states.Open", "a state of incidents"),
        (
            '[import]\nlevels = { priority = { A = "worst" } }\n',
            "import.levels.priority.A",
            "one of",
        ),
        (f'zone = "{"a" * 78}"\n', "zone", f"got '{'a' * 78}';"),
        (f'zone = "{"a" * 79}"\n', "zone", f"got '{'a' * 78}…;"),
    ],
)
def test_a_fault_says_where_what_and_how(text: str, place: str, said: str) -> None:
    """A long value is cut where 80 characters end."""
    with pytest.raises(FormatError) as wrong:
        load_desk(HEAD + text)
    assert place in str(wrong.value)
    assert said in str(wrong.value)


def test_a_fault_in_a_list_of_tables_has_the_line_of_its_table() -> None:
    """The header that repeats starts the second table, and its keys are counted from there."""
    text = (
        HEAD + '[services.all]\n[[agreements]]\nservice = "all"\n[[agreements]]\nservice = "al"\n'
    )
    with pytest.raises(FormatError, match=r"line 7: agreements\[2\]\.service"):
        load_desk(text)
    text = (
        HEAD + '[[approvals]]\nstages = [{ of = "x" }]\n[[approvals]]\n[approvals.when]\nvip = 1\n'
    )
    with pytest.raises(FormatError, match=r"line 4: approvals\[1\]"):
        load_desk(text)


def test_a_value_that_a_file_cannot_say_is_refused() -> None:
    """A transition sets a field to a span, which TOML does not have."""
    resolve = next(row for row in INCIDENT.transitions if row.action == "resolve")

    def desk(**sets: object) -> Desk:
        own = Lifecycle(
            "own",
            "incident",
            states=INCIDENT.states,
            initial=INCIDENT.initial,
            transitions=[attrs.evolve(resolve, sets=sets)],
        )
        return Desk(name="x", lifecycles=[own])

    said = desk(tags=["b", "a"], category="a/b", custom={"left": 1})
    assert load_desk(dump_desk(said)) == said
    with pytest.raises(DefinitionError, match="texts, numbers, booleans, dates, lists and tables"):
        dump_desk(desk(custom={"left": timedelta(hours=1)}))


def test_a_value_in_what_is_said_is_written_as_in_the_file() -> None:
    for value, text in (
        ({}, "{}"),
        ({"a": 1, "b c": ["x", True]}, '{ a = 1, "b c" = ["x", true] }'),
        ([], "[]"),
    ):
        assert value_text(value) == text


def test_a_name_is_quoted_as_toml_reads_it() -> None:
    """Quotes, backslashes and what is not printed; a place is a number."""
    for name in ('a"b', "a\\b", "tab\there", "\u200b", 'a\\"b'):
        assert tomllib.loads(f"x = {value_text(name)}") == {"x": name}
    assert value_text(2) == "2"
