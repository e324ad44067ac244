"""German: a twin for each English template, and nothing of the English left in what is said."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

import incidentcore
from incidentcore.demo import demo_desk, demo_report
from incidentcore.instants import Interval
from incidentcore.kpi import REASONS
from incidentcore.pages import Section
from incidentcore.records import Incident
from incidentcore.report import build_report, service_page
from incidentcore.sla import TakeoverMode
from incidentcore.values import LintFinding
from incidentcore.vendors import AUDIT_KPIS
from incidentcore.words import GERMAN, render
from incidentcore.words.german_pages import PAGES

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


def said(section: Section) -> Iterator[str]:
    """Yield the title and headings of a section, and of those below."""
    yield section.title
    yield from section.table[0] if section.table else ()
    for part in section.parts:
        yield from said(part)


def headings() -> set[str]:
    """Return all that is a title or a heading in a report, on a log, and on a service page."""
    at, week = datetime(2026, 6, 1, tzinfo=UTC), timedelta(days=7)
    record = Incident.open(id="INC-1", title="x", by="kim", at=at, custom={"office": "Berlin"})
    options = {"as_of": at + week, "title": "t", "desk": demo_desk()}
    pages = [
        demo_report(7),
        build_report([record], findings=[], tool_kpis=AUDIT_KPIS, **options),
        service_page(
            [record],
            desk=demo_desk(),
            period=Interval(at, at + week),
            as_of=at + week,
            title="t",
            credit=lambda _: Decimal(0),
        ),
    ]
    return {text for page in pages for section in page.sections for text in said(section)}


HEADINGS = headings()
SOURCE = "".join(
    path.read_text("utf-8")
    for room in ("report", "cli", "kpi")
    for path in Path(incidentcore.__path__[0], room).rglob("*.py")
)
# Of pages, what a page was seen to say or what is written out in the code that makes them.
ENGLISH |= {text for text in PAGES if text in HEADINGS or f'"{text}"' in SOURCE or "{" in text}


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


def test_each_heading_has_a_twin() -> None:
    """Titles and headings of a report; numbers and percents have no language."""
    same = {text for text in HEADINGS if text in {"n", "p90"}}
    for text in sorted(HEADINGS - same):
        assert text in PAGES or f"{text.partition(' by ')[0]} by {{fields}}" in PAGES, text


def test_a_report_in_german_has_the_same_figures() -> None:
    """Titles and headings change, rows and plain data do not."""
    page = demo_report(7)
    german = page.translated(GERMAN)
    assert "KPIs by priority" in str(page)
    assert "Kennzahlen nach Priorität" in str(german)
    assert german.to_plain() == {**page.to_plain(), "about": german.to_plain()["about"]}
    pairs = zip(page.sections, german.sections, strict=True)
    assert all(one.table[1] == two.table[1] for one, two in pairs if one.table and two.table)


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


def test_words_for_people_have_no_underscore() -> None:
    """But for names of the library, which stand in both."""
    named = [set(re.findall(r"\w*_\w*", text)) for pair in GERMAN.twins.items() for text in pair]
    assert [pair for pair in zip(named[::2], named[1::2], strict=True) if pair[1] - pair[0]] == []


@pytest.mark.parametrize("english", sorted(ENGLISH))
def test_what_is_said_keeps_nothing_english(english: str) -> None:
    """Filled with what no language has, a template and its twin share no word."""
    data = dict.fromkeys(holes(english), "12")
    finding = LintFinding("code", "", data, texts={"code": english})
    assert render(finding) == finding.message
    assert (spoken(finding.message) & spoken(render(finding, words=GERMAN))) - SHARED == set()
