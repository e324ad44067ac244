"""What the library writes for other programs is inert, and extremes end in errors of ours.

A ticket's title, a name in a rule or a column of a table may hold anything: a tag, a link that
runs, a formula, the end of a line. In HTML it is text, in Markdown it is no tag, link or block, in
CSV it is no formula, and in Mermaid, DOT and iCalendar it stays on its line. The page of a report,
which most of them use, has its own tests.
"""

from __future__ import annotations

import copy
import csv
import io
import pickle
import re
import sys
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from incidentcore.conditions import Condition, field
from incidentcore.digest import content_id
from incidentcore.errors import DefinitionError, FormatError, IncidentCoreError
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallLayer,
    OnCallSchedule,
    write_rota_ical,
)
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.lifecycle import Lifecycle, Transition, decide, to_dot, to_mermaid
from incidentcore.pages import Page, Section
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, Holiday, Rotation, read_ical, write_ical
from incidentcore.serialization import Limits, dumps, loads
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla
from incidentcore.values import State
from incidentcore.vendors import read_table

TAG = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LINK = "[x](javascript:alert(3)) <javascript:alert(4)>"
FORMULA = '=HYPERLINK("http://x")'
BREAK = 'a"\r\nEND:VEVENT\r\n```\n~~~\n%%{init: {}}%%\n# b'
HOSTILE = {"tag": TAG, "link": LINK, "formula": FORMULA, "break": BREAK}
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS_OPEN = BusinessCalendar.always()


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", at=AT, by="ada", **{"title": "t", **fields})


def line(text: str) -> str:
    """Return a text as the name of a calendar or holiday, which is one printable line."""
    return " ".join(text.split())


def lifecycle(text: str) -> Lifecycle:
    first, last = State(text, open=True), State(f"{text}!", resolved=True, final=True)
    rows = [Transition("resolve", [text], last)]
    return Lifecycle(text, "incident", states=[first, last], initial=first, transitions=rows)


def policy(text: str) -> SlaPolicy:
    promise = SlaDefinition.resolution(name=text, hours=4, calendar=ALWAYS_OPEN)
    return SlaPolicy([(field("title").equals(text), promise)], default=promise)


def matrix(text: str) -> EscalationMatrix:
    level = EscalationLevel(After(HOUR), [EscalationTarget("person", text)])
    return EscalationMatrix(text.replace("/", ""), [EscalationRow(text.replace("/", ""), [level])])


def table(text: str) -> Any:
    rows = [incident(assignment_group=text), incident(assignment_group="other")]
    return compute_kpis([catalogue.BACKLOG], rows, as_of=AT + HOUR, group_by="assignment_group")


WRITTEN: dict[str, Callable[[str], Any]] = {
    "a lifecycle": lifecycle,
    "a refusal": lambda text: decide(incident(), text, at=AT + HOUR, by="ada"),
    "a policy": policy,
    "a clock": lambda text: evaluate_sla(policy(text), incident(title=text), now=AT + 5 * HOUR),
    "its trace": lambda text: evaluate_sla(policy(text), incident(), now=AT + HOUR).trace,
    "a matrix": matrix,
    "a table of KPIs": table,
    "a calendar": lambda text: BusinessCalendar(
        zone="UTC",
        hours={"mon": "09:00-17:00"},
        name=line(text),
        holidays=[Holiday("2026-06-01", name=line(text))],
    ),
    "findings": lambda text: (
        read_table(
            io.StringIO(f'number,opened_at\n"{text.replace(chr(34), "")}",x\n'),
            {"id": "number", "opened": "opened_at"},
        ).findings
    ),
    "a page": lambda text: Page(
        title=text,
        sections=[Section(key="a", title=text, text=[text], data=[{text: text}])],
    ),
}


class Judge(HTMLParser):
    """Collects what a browser would run or follow."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag or an attribute that does something."""
        if tag in ("script", "iframe", "object", "embed", "a", "form", "base"):
            self.found.append(tag)
        for name, value in attrs:
            is_link = name in ("src", "srcset", "href") and not re.match(
                r"#|data:(,$|image/svg\+xml;base64,)", value or ""
            )
            if name.startswith("on") or is_link:
                self.found.append(f"{tag} {name}={value}")


def forms(value: Any, *names: str) -> list[str]:
    """Return what the methods that it has return."""
    return [getattr(value, name)() for name in names if getattr(value, name, None)]


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", WRITTEN)
def test_html_runs_nothing(name: str, kind: str) -> None:
    """No tag, handler or link of a text is one of the page's."""
    for page in forms(WRITTEN[name](HOSTILE[kind]), "to_html", "_repr_html_"):
        assert Judge(page).found == []
    assert Judge(f"<p>{TAG}</p>").found == ["script", "img src=x", "img onerror=alert(2)"]


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", WRITTEN)
def test_markdown_makes_nothing_of_a_text(name: str, kind: str) -> None:
    """No tag, no link, no fence and no directive of a diagram, in prose, tables and diagrams."""
    for text in forms(WRITTEN[name](HOSTILE[kind]), "to_markdown", "_repr_markdown_"):
        lines = [line for line in text.splitlines() if not line.startswith("    ")]  # code
        outside = "\n".join(lines)
        assert "<script" not in outside
        assert "<img" not in outside
        assert "<javascript:" not in outside
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(javascript:", outside)
        fences = [line for line in lines if line.startswith(("```", "~~~"))]
        assert fences in ([], ["```mermaid", "```"])
        assert "# b" not in lines
        assert "%%{" not in text.partition("```mermaid")[2]


@pytest.mark.parametrize("kind", HOSTILE)
def test_csv_has_no_formula(kind: str) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe, and reads back as one cell."""
    whole = table(HOSTILE[kind]).to_csv()
    cells = [cell for row in csv.reader(io.StringIO(whole, newline="")) for cell in row]

    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r", "+"))]
    assert any(cell.lstrip("'") == HOSTILE[kind].replace("\r\n", "\n") for cell in cells)


@pytest.mark.parametrize("kind", HOSTILE)
def test_diagrams_keep_a_name_on_its_line(kind: str) -> None:
    """As many lines as with plain names, each of them a statement of the language."""
    mermaid, plain = to_mermaid(lifecycle(HOSTILE[kind])), to_mermaid(lifecycle("plain"))
    line = re.compile(r"stateDiagram-v2|    (\[\*\]|s\d) --> (\[\*\]|s\d)(: .*)?|    s\d: .*")
    assert len(mermaid.splitlines()) == len(plain.splitlines())
    assert all(line.fullmatch(one) for one in mermaid.splitlines())
    assert not re.search(r"[<>`]|%%|~~~", mermaid.replace("-->", ""))

    dot = to_dot(lifecycle(HOSTILE[kind]))
    strings = re.sub(r'"(\\.|[^"\\])*"', "S", dot, flags=re.DOTALL)
    assert strings == re.sub(r'"(\\.|[^"\\])*"', "S", to_dot(lifecycle("plain")))


@pytest.mark.parametrize("kind", HOSTILE)
def test_icalendar_keeps_a_name_on_its_line(kind: str) -> None:
    """A holiday's or a schedule's name adds no line and no event, and reads back."""
    text = write_ical([Holiday("2026-12-25", name=line(HOSTILE[kind]))], at=AT)
    assert text.count("\r\nEND:VEVENT\r\n") == 1
    assert "\n" not in text.replace("\r\n", "")
    (holiday,) = read_ical(text, zone="UTC", years=[2026]).holidays
    assert holiday.name.split() == HOSTILE[kind].split()

    weekly = Rotation(anchor=AT, zone="UTC", unit="weeks")
    rota = OnCallSchedule(HOSTILE[kind], [OnCallLayer(weekly, [HOSTILE[kind], "ben"])])
    feed = write_rota_ical(rota, HOSTILE[kind], start=AT, end=AT + 7 * 24 * HOUR, at=AT)
    assert feed.count("\r\nEND:VEVENT\r\n") == feed.count("\r\nBEGIN:VEVENT\r\n") == 1
    assert "\n" not in feed.replace("\r\n", "")


# Extremes.


def test_a_condition_nested_too_deep_is_refused_when_it_is_built() -> None:
    """Not later, by the stack of whoever asks it; what is allowed can be used in every way."""

    def nested(depth: int) -> Condition:
        found: Condition = field("priority").equals("high")
        for level in range(depth):
            found = ~(found | field("custom.level").equals(level))
        return found

    with pytest.raises(DefinitionError, match="nested at most 100 deep"):
        nested(10_000)

    deep = field("priority").equals("high")
    while deep.depth < 100:
        other = field("custom.level").equals(deep.depth)
        deep = deep & other if deep.depth % 2 else deep | other
    subject = {"priority": "low", "custom": {"level": 3}}
    assert deep.matches(subject) is deep.explain(subject).matched
    assert copy.deepcopy(deep) == deep == pickle.loads(pickle.dumps(deep))  # noqa: S301  our own
    assert len(repr(deep)) > len(str(deep)) > 1_000
    assert hash(deep) == hash(copy.copy(deep))
    assert deep.fields == {"priority", "custom.level"}
    with pytest.raises(FormatError, match="nested deeper than 64"):
        loads(dumps(deep), Condition)
    assert loads(dumps(deep), Condition, limits=Limits(depth=200)) == deep


def test_a_long_condition_is_not_a_deep_one() -> None:
    """A chain of ten thousand of one kind is one composition."""
    long = field("custom.level").equals(0)
    for level in range(1, 300):
        long = long | field("custom.level").equals(level)
    assert long.depth == 2
    assert long.matches({"custom": {"level": 299}})
    assert loads(dumps(long), Condition) == long
    assert content_id(long)


def test_missing_zone_data_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither the package nor the system has them."""
    monkeypatch.setitem(sys.modules, "tzdata.zoneinfo.Antarctica", None)
    zoneinfo.ZoneInfo.clear_cache(only_keys=["Antarctica/Troll"])
    with pytest.raises(DefinitionError, match="Antarctica/Troll'; allowed: an IANA"):
        BusinessCalendar(zone="Antarctica/Troll", hours={"mon": "09:00-17:00"})


YEARS = [
    lambda at: ALWAYS_OPEN.open_time(at, at),
    lambda at: ALWAYS_OPEN.deadline(at, HOUR),
    lambda at: evaluate_sla(policy("x"), incident(), now=at),
    lambda at: write_ical([Holiday(at.date(), name="x")], at=at),
    lambda at: compute_kpis([catalogue.BACKLOG], [incident()], as_of=at),
    lambda at: decide(incident(), "start", at=at, by="ada"),
]


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
@pytest.mark.parametrize("number", range(len(YEARS)))
def test_the_ends_of_time_are_refused(number: int, at: datetime) -> None:
    """Years 1 and 9999 leave no room for a zone's offset: an error says which years there are."""
    with pytest.raises(IncidentCoreError, match=r"2 to 9998|before"):
        YEARS[number](at)


@pytest.mark.parametrize("budget", [timedelta.max, timedelta(days=10**8), timedelta.min])
def test_extreme_budgets_are_refused(budget: timedelta) -> None:
    """A deadline that no calendar reaches, or a time below zero."""
    office = BusinessCalendar(zone="UTC", hours={"mon": "09:00-09:01"})
    for calendar in (ALWAYS_OPEN, office):
        with pytest.raises(IncidentCoreError):
            calendar.deadline(AT, budget)
        with pytest.raises(IncidentCoreError):
            calendar.deadline_before(AT, budget)


def test_an_extreme_promise_is_never_due() -> None:
    """A clock of ten thousand years runs, and is due at no instant that there is."""
    promise = SlaDefinition.resolution(target=timedelta.max, calendar=ALWAYS_OPEN)
    status = evaluate_sla(promise, incident(), now=AT + HOUR)
    assert (status.elapsed, status.due_at, status.breached) == (HOUR, None, False)
    for hours in (float("inf"), float("nan"), 1e300, -1.0):
        with pytest.raises(IncidentCoreError, match="hours"):
            SlaDefinition.resolution(hours=hours, calendar=ALWAYS_OPEN)
