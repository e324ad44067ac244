"""German: a twin for each English template, and nothing of the English left in what is said."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from typing import get_args

import pytest

import incidentcore
from incidentcore.kpi import REASONS
from incidentcore.sla import TakeoverMode
from incidentcore.values import LintFinding
from incidentcore.words import GERMAN, render

# Words that both languages have, in the templates that hold them.
SHARED = {"custom", "matrix", "migration", "minus", "name", "resolved", "until", "amend", "true",
          "text", "version", "before", "reached", "resume", "change", "elapsed", "keep", "restart",
          "retroactive"}  # fmt: skip


def tables() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield every table of English templates, by where it stands."""
    for module in pkgutil.walk_packages(incidentcore.__path__, "incidentcore."):
        if any(part in module.name for part in (".words", "testing", "__main__", "adapters")):
            continue
        if any(part in module.name for part in (".frames", ".plots")):
            continue
        for name, table in vars(importlib.import_module(module.name)).items():
            wanted = name.endswith("TEXTS") or name in ("REFUSALS", "FINDINGS", "_PERHAPS")
            if not wanted or not isinstance(table, Mapping) or "vendors" in module.name:
                continue
            if all(isinstance(text, str) for text in table.values()):
                yield f"{module.name}.{name}", table


TABLES = dict(tables())
ENGLISH = {text for table in TABLES.values() for text in table.values()} | set(REASONS.values())
ENGLISH |= {mode.replace("_", " ") for mode in get_args(TakeoverMode)}


def holes(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def spoken(template: str) -> set[str]:
    """Return the words of a template, its holes and short words aside."""
    text = re.sub(r"\{[^}]*\}", " ", template)
    return {word.lower() for word in re.findall(r"[A-Za-zÄÖÜäöüß]+", text) if len(word) > 3}


def test_there_are_tables() -> None:
    """The search finds the tables of each room that lints, refuses or explains."""
    rooms = {name.split(".")[1] for name in TABLES}
    assert {"communication", "desk", "escalation", "lifecycle", "priority"} <= rooms
    assert {"schedule", "sla"} <= rooms


@pytest.mark.parametrize("where", sorted(TABLES))
def test_each_template_has_a_twin(where: str) -> None:
    """With the same data in it."""
    for english in TABLES[where].values():
        assert english in GERMAN.twins, english
        assert holes(GERMAN.template(english)) == holes(english), english


def test_each_reason_for_leaving_out_has_a_twin() -> None:
    """As a report prints them."""
    assert [text for text in REASONS.values() if text not in GERMAN.twins] == []


def test_no_twin_is_left_over() -> None:
    """A template that is gone takes its twin with it."""
    assert set(GERMAN.twins) - ENGLISH == set()


def test_nothing_english_is_left_in_a_twin() -> None:
    """No word of four letters or more is in both, names of the library aside."""
    left = {
        (english, word)
        for english, german in GERMAN.twins.items()
        for word in (spoken(english) & spoken(german)) - SHARED
    }
    assert left == set()


@pytest.mark.parametrize("english", sorted(ENGLISH))
def test_what_is_said_keeps_nothing_english(english: str) -> None:
    """Filled with what no language has, a template and its twin share no word."""
    data = dict.fromkeys(holes(english), "12")
    finding = LintFinding("code", "", data, texts={"code": english})
    assert render(finding) == finding.message
    assert (spoken(finding.message) & spoken(render(finding, words=GERMAN))) - SHARED == set()
