"""Findings hold a code and data; their text comes from a table (one table for each language)."""

from __future__ import annotations

import pickle

import attrs

from incidentcore.values import FrozenMap, LintFinding
from incidentcore.words import ENGLISH as PLAIN

ENGLISH = {"dead_end": "no action leaves {state}", "taken": "taken by {rows}"}
GERMAN = {"dead_end": "keine Aktion verlässt {state}"}


def test_the_text_is_the_template_filled_with_the_data() -> None:
    """``message`` is made from the table; tuples are written as lists."""
    assert (
        LintFinding("dead_end", "waiting", {"state": "waiting"}, texts=ENGLISH).message
        == "no action leaves waiting"
    )
    assert LintFinding("taken", "", {"rows": ("a", "b")}, texts=ENGLISH).message == "taken by a, b"


def test_another_language_is_another_table() -> None:
    """The same finding reads in German from a German table; the value is the same."""
    finding = LintFinding("dead_end", "waiting", {"state": "waiting"}, texts=ENGLISH)
    german = attrs.evolve(finding, texts=GERMAN)
    assert german.message == "keine Aktion verlässt waiting"
    assert finding == german
    assert hash(finding) == hash(german)


def test_a_code_without_a_text_shows_its_data() -> None:
    """Nothing is lost where a table is incomplete."""
    assert PLAIN.text({}, "new_code", {"at": 5}) == "new_code (at=5)"


def test_the_subject_stands_first() -> None:
    """``str`` names the place, where there is one."""
    data = {"state": "waiting"}
    assert str(LintFinding("dead_end", "waiting", data, texts=ENGLISH)).startswith("waiting: ")
    assert str(LintFinding("dead_end", "", data, texts=ENGLISH)) == "no action leaves waiting"


def test_a_notebook_shows_its_text() -> None:
    """The text is escaped, since it names what callers wrote."""
    finding = LintFinding("dead_end", "<b>", {"state": "a&b"}, texts=ENGLISH)
    assert finding._repr_html_() == "<p>&lt;b&gt;: no action leaves a&amp;b</p>"


def test_it_is_a_value() -> None:
    """Findings compare, hash and pickle."""
    finding = LintFinding("dead_end", "waiting", {"state": "waiting"}, "witness", texts=ENGLISH)
    assert finding.data == FrozenMap({"state": "waiting"})
    assert attrs.evolve(finding, subject="x").data is finding.data
    assert pickle.loads(pickle.dumps(finding)) == finding  # noqa: S301  our own bytes
