"""German: a twin for each English template, and nothing of the English left in what is said."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import get_args

import attrs
import pytest

import incidentcore
from incidentcore import lifecycle
from incidentcore.demo import demo_desk, demo_report
from incidentcore.desk import desk_page
from incidentcore.escalation.matrix import EscalationMode
from incidentcore.instants import Interval
from incidentcore.kpi import Objective, catalogue, compute_kpis
from incidentcore.kpi.reasons import REASONS
from incidentcore.lifecycle import STANDARD, Allowed, Lifecycle, Refused, advance, decide
from incidentcore.pages import Page, Section
from incidentcore.records import ApprovalRule, Incident, ServiceRequest, request_approval
from incidentcore.report import build_report, service_page
from incidentcore.report.figures import KPIS, VOLUME
from incidentcore.sla.fold import ClockStage
from incidentcore.sla.terms import TakeoverMode
from incidentcore.values import LintFinding
from incidentcore.vendors import AUDIT_LIFECYCLE, read_table
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS
from incidentcore.words import GERMAN, Phrase, render
from incidentcore.words.german_figures import FIGURES, FOUND
from incidentcore.words.german_pages import EXPLAINED, PAGES

# Words that both languages have, in the templates that hold them.
SHARED = {"custom", "matrix", "migration", "minus", "name", "resolved", "until", "amend", "true",
          "text", "version", "before", "reached", "resume", "change", "elapsed", "keep", "restart",
          "retroactive", "median", "kaplan", "meier", "wilson", "role", "person", "agebuckets",
          "pagerduty", "zendesk", "servicenow", "system", "unknown", "tool", "title",
          "states", "import"}  # fmt: skip


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


def said(section: Section) -> Iterator[str]:
    """Yield the title and headings of a section, and of those below."""
    yield section.title
    yield from section.table[0] if section.table else ()
    for part in section.parts:
        yield from said(part)


ROWS = [
    {"id": "1", "opened": "2026-06-01T09:00", "state": "Parked", "priority": "Urgent!"},
    {"id": "2", "opened": "", "state": "New"},
    {"id": "1", "opened": "2026-06-01T09:00Z", "state": "New"},
    {"id": "3", "opened": "31/2/2016", "state": "New"},
]


def headings() -> set[str]:
    """Return all that is a title or a heading in a report, on a log, and on a service page."""
    return {text for page in pages() for section in page.sections for text in said(section)}


def guards() -> set[str]:
    """Return the names of guards in the lifecycles that are shipped; conditions are not words."""
    exported = (getattr(lifecycle, name) for name in lifecycle.__all__)
    shipped = [one for one in exported if isinstance(one, Lifecycle)]
    shipped += [*STANDARD.values(), lifecycle.major_incident(roles=["lead"])]
    rows = [row for one in shipped for row in one.transitions]
    return {row.guard_name for row in rows if row.guard_name not in ("", str(row.condition))}


@cache
def pages() -> tuple[Page, ...]:
    """Return a report, one on a file with faults, and a service page."""
    at, week = datetime(2026, 6, 1, tzinfo=UTC), timedelta(days=7)
    record = Incident.open(id="INC-1", title="x", by="kim", at=at, custom={"office": "Berlin"})
    reading = read_table(ROWS, {name: name for row in ROWS for name in row})
    read = list(reading)
    return (
        attrs.evolve(demo_report(7), about=()),
        build_report(
            read,
            as_of=at + week,
            title="t",
            desk=demo_desk(),
            findings=reading.findings,
            tool_kpis=AUDIT_KPIS,
            lifecycles=(AUDIT_LIFECYCLE,),
        ),
        service_page(
            [record],
            desk=demo_desk(),
            period=Interval(at, at + week),
            as_of=at + week,
            title="t",
            credit=lambda _: Decimal(0),
            objectives=dict.fromkeys(("response", "resolution"), Objective(at_least=0.9)),
        ),
    )


@cache
def english() -> frozenset[str]:
    """Return every English text that the library says.

    Of pages, what a page was seen to say or what is written out in the code that makes them.
    """
    texts = {text for table in TABLES.values() for text in table.values()} | set(REASONS.values())
    modes = (*get_args(TakeoverMode), *get_args(EscalationMode))
    texts |= {mode.replace("_", " ") for mode in modes} | guards()
    written = {
        node.value
        for room in ("report", "cli", "kpi", "vendors", "plots", "frames", "whatif", "desk")
        for path in Path(incidentcore.__path__[0], room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    of_figures = {
        text
        for kpi in (*KPIS, *VOLUME.values(), *AUDIT_KPIS)
        for text in (
            *(kpi.title, kpi.formula, kpi.edge_cases, kpi.source),
            getattr(kpi.measure, "of", ""),
        )
    }
    seen = headings() | written | of_figures
    texts |= {
        text
        for text in {**PAGES, **EXPLAINED, **FIGURES, **FOUND}
        if text in seen or f"{text}." in of_figures
    }
    return frozenset(texts | {f"{text}." for text in FIGURES if text in texts and text[-1] != "."})


def holes(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def spoken(template: str) -> set[str]:
    """Return the words of a template; holes, short words and names such as ``closed_at`` aside."""
    text = re.sub(r"\{[^}]*\}|\S*_\S*|\w+\.\w+", " ", template)
    return {word.lower() for word in re.findall(r"[A-Za-zÄÖÜäöüß]+", text) if len(word) > 3}


def test_there_are_tables() -> None:
    """The search finds the tables of each room that lints, refuses or explains."""
    rooms = {name.split(".")[1] for name in TABLES}
    assert {"communication", "desk", "escalation", "lifecycle", "priority"} <= rooms
    assert {"schedule", "sla"} <= rooms


@pytest.mark.parametrize("where", sorted(TABLES))
def test_each_template_has_a_twin(where: str) -> None:
    """With the same data in it."""
    for text in TABLES[where].values():
        assert text in GERMAN.twins, text
        assert holes(GERMAN.template(text)) == holes(text), text


def test_each_phrase_of_a_desk_has_a_twin() -> None:
    """Where it stands in the code that says it, and the words for stages of clocks."""
    said: set[str] = set(get_args(ClockStage))
    for path in Path(incidentcore.__path__[0], "desk").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Phrase":
                text = node.args[0]
                either = (text.body, text.orelse) if isinstance(text, ast.IfExp) else (text,)
                said.update(one.value for one in either if isinstance(one, ast.Constant))
    said -= {text for text in said if not spoken(text) and "{" in text}  # of data alone
    assert len(said) > 30
    for text in said:
        assert text in GERMAN.twins, text
        assert holes(GERMAN.template(text)) == holes(text), text


def test_each_reason_for_leaving_out_has_a_twin() -> None:
    """As a report prints them."""
    assert [text for text in REASONS.values() if text not in GERMAN.twins] == []


def test_each_name_of_a_guard_has_a_twin() -> None:
    """As a refusal says it."""
    assert [text for text in guards() if text not in GERMAN.twins] == []
    request = ServiceRequest.open(id="R", title="t", by="kim", at=datetime(2026, 6, 1, tzinfo=UTC))
    request = request_approval(request, ApprovalRule.any_of("bo"), at=request.opened_at, by="kim")
    refused = decide(request, "start", at=request.opened_at, by="ada")
    assert isinstance(refused, Refused)
    assert "genehmigt, falls eine Genehmigung angefragt ist" in render(refused, words=GERMAN)


def test_a_decision_that_allows_says_what_follows() -> None:
    """As text, and in German."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    allowed = decide(Incident.open(id="I", title="t", by="kim", at=at), "cancel", at=at, by="ada")
    assert isinstance(allowed, Allowed)
    assert str(allowed) == "allowed: cancel; I is then canceled"
    assert render(allowed, words=GERMAN) == "erlaubt: cancel; I ist danach canceled"


def test_a_table_of_kpis_in_german() -> None:
    """Headings, decimal commas and reasons; the names of figures stay."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    one, other = (Incident.open(id=name, title="t", by="kim", at=at) for name in "IJ")
    done = {"resolution_code": "x", "resolution_notes": "y"}
    one = advance(one, "resolve", at=at + timedelta(minutes=90), by="ada", **done)
    kpi, later = catalogue.MEAN_TIME_TO_RESOLVE, at + timedelta(days=1)
    table = compute_kpis([kpi], [one, other], as_of=later)
    head, _, row = render(table, words=GERMAN).splitlines()
    assert head.split() == ["Kennzahl", "Wert", "n", "ausgelassen"]
    assert row.split()[:4] == ["mean_time_to_resolve", "1,50", "h", "1"]
    assert row.endswith(" 1")
    assert "unresolved" in str(table)
    assert "unresolved" not in row


def test_each_heading_has_a_twin() -> None:
    """Titles and headings of a report; numbers and percents have no language."""
    for text in sorted(headings() - {"n", "p90"}):
        german = text.in_words(GERMAN) if isinstance(text, Phrase) else GERMAN.template(text)
        assert german != text


def test_a_report_in_german_has_the_same_figures() -> None:
    """What people read changes, plain data do not."""
    page = pages()[0]
    german = page.translated(GERMAN)
    assert "KPIs by priority" in str(page)
    assert "Kennzahlen nach Priorität" in str(german)
    assert "paused: awaiting vendor" in str(page)
    assert "angehalten: awaiting vendor" in str(german)
    for name, data in page.to_plain().items():
        assert name in ("title", "about") or german.to_plain()[name] == data


def test_numbers_of_a_german_page_have_german_marks() -> None:
    """A comma before the fraction: in German 1,180 is less than two."""
    section = Section(key="a", title="A", table=(["n"], [["1,180"], ["2.50 h"]], [True]))
    page = Page(title="June", sections=[section]).translated(GERMAN)
    assert page.sections[0].table == (["n"], [["1.180"], ["2,50 h"]], [True])
    assert 'lang="de"' in page.to_html()


# Names that a page repeats: figures, columns and flags, actions, what the desk file and its records
# call their services, levels, groups, states and people.
DATA = {"volume", "backlog", "benchmarks", "closed", "opened", "state", "open", "pauses",
        "priority", "resolution", "response", "breach", "incident", "cancel", "close", "hold",
        "resolve", "resume", "always", "else", "critical", "high", "moderate", "planning", "others",
        "parked", "urgent", "states", "canceled",
        "awaiting", "vendor", "call", "lead", "manager", "owner", "team", "service", "desk",
        "generated", "month", "offices", "orders", "stand", "still", "berlin",
        "europe"}  # fmt: skip


def text_of(page: Page) -> set[str]:
    """Return the words of a page, ids aside."""
    return spoken(re.sub(r"\b[\w.-]*\d[\w.-]*", " ", str(page)))


@pytest.mark.parametrize("place", range(3), ids=["report", "log", "service"])
def test_a_german_page_keeps_nothing_english(place: int) -> None:
    """Titles, cells, sentences, traces, refusals and findings of a whole page."""
    page = pages()[place]
    left = text_of(page) & text_of(page.translated(GERMAN))
    assert left - SHARED - DATA == set()


def test_a_desk_in_german_keeps_nothing_english() -> None:
    """But the names and keys of its file, and its conditions."""
    page = desk_page(demo_desk())
    lines = render(page, words=GERMAN).splitlines()
    assert lines[:4] == [
        "# Three offices",
        "",
        "Alle Zeiten gelten in UTC, soweit nichts anderes dabeisteht.",
        "",
    ]
    expected = (
        "| Kalender | Zeitzone | Geöffnet | Geschlossen |",
        "## Dienst all",
        "| Uhr | critical | high | moderate | low | planning | sonst |",
        "| critical | priority is critical | resolution 50% | incident manager | hierarchisch |",
        "Feiertage von Chicago: 2026-05-25 Memorial Day.",
    )
    assert [line for line in expected if line not in lines] == []
    assert not {"Opening", "holidays", "Targets", "Records", "Rule", "level"} & set(
        re.findall(r"\w+", "\n".join(lines))
    )


def test_no_twin_is_left_over() -> None:
    """A template that is gone takes its twin with it."""
    assert set(GERMAN.twins) - english() == set()


def test_nothing_english_is_left_in_a_twin() -> None:
    """No word of four letters or more is in both, names of the library aside."""
    left = {
        (text, word)
        for text, german in GERMAN.twins.items()
        for word in (spoken(text) & spoken(german)) - SHARED
    }
    assert left == set()


def test_words_for_people_have_no_underscore() -> None:
    """But for names of the library, which stand in both."""
    named = [set(re.findall(r"\w*_\w*", text)) for pair in GERMAN.twins.items() for text in pair]
    assert [pair for pair in zip(named[::2], named[1::2], strict=True) if pair[1] - pair[0]] == []


def test_what_is_said_keeps_nothing_english() -> None:
    """Filled with what no language has, a template and its twin share no word."""
    assert len(english()) > 400
    left = {}
    for text in english():
        finding = LintFinding("code", "", dict.fromkeys(holes(text), "12"), texts={"code": text})
        assert render(finding) == finding.message
        both = spoken(finding.message) & spoken(render(finding, words=GERMAN))
        if both - SHARED:
            left[text] = both - SHARED
    assert left == {}
