"""The page: everything found stands on it, and nothing in it steers its reader's program."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from incidentcore.improvement import (
    ProblemPage,
    problem_candidates,
    problem_page,
    recurrence,
)
from incidentcore.records import Incident, Record

from .desk import YEAR, incidents


def year(item: str = "mx1") -> list[Record]:
    hosts = [{"item": item, "category": "mail", "resolved": n + 2} for n in range(30)]
    hosts += [{"item": f"host{n}", "category": f"c{n}"} for n in range(10)]
    hosts += [{}] * 5
    return incidents({"opened": n, **row} for n, row in enumerate(hosts))


def page(records: Any = None, **given: Any) -> ProblemPage:
    return problem_page(year() if records is None else records, as_of=YEAR, **given)


EXPECTED = """\
Problem candidates and recurrence
=================================

source  made up

What was found
--------------
45 records, of which 45 count.
Openings from 2026-01-01 00:00 to 2027-01-01 00:00 UTC; recent is from 2026-01-01 22:00 on.
2 of 33 groups stand out; with nearly equal ones as one, that is 1 candidate, 1 of them below.
"""


def test_the_page_reads_as_it_should() -> None:
    """Headings, counts and sentences are those that the story gives."""
    told = str(page(about=[("source", "made up")]))

    assert told.startswith(EXPECTED)
    assert re.search(
        r"^1 +30 +3\.6 +8\.2 +4\.5 +falling +26\.7 % +60 +0 +0 +category mail$", told, re.MULTILINE
    )
    assert (
        "\n1. category mail\n  30 incidents, where an even share of all values would give 3.6:"
        in told
    )
    assert "  Nearly the same incidents: configuration item mx1.\n" in told
    assert "What came back within 7 days, by category and configuration item\n" in told
    assert "29 of 40 records (72.5 %) followed an earlier one of the same category within 7" in told
    assert "45 of 45 incidents have no service: by it, little can be found." in told
    bare = [line.split(" have no ")[1] for line in told.splitlines() if "little can be" in line]
    assert bare == ["service: by it, little can be found."]  # no pair, nor what five of 45 lack
    half = incidents({"opened": n, **({"item": "x"} if n % 2 else {})} for n in range(10))
    assert "have no configuration item" not in str(page(half))
    assert "6 of 11 incidents have no configuration item" in str(
        page([*half, *incidents([{"id": "Z", "opened": 99}])])
    )
    assert all(line == line.rstrip() for line in told.splitlines())


def test_the_page_holds_what_the_functions_find() -> None:
    """One pass finds what each function finds by itself, from a stream as from a list."""
    records = year()
    found = page(iter(records), keys=["configuration_item"], limit=None)

    assert found.candidates == problem_candidates(records, as_of=YEAR)
    assert found.recurrences == (
        recurrence(records, "configuration_item", timedelta(days=7), as_of=YEAR),
    )
    plain = found.to_plain()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["candidates"]["candidates"][0]["members"][:2] == ["I0000", "I0001"]


def test_a_page_on_nothing_says_so() -> None:
    """Without records the page says that nothing stands out and nothing came back."""
    for form in (str(page([])), page([]).to_markdown(), page([]).to_html()):
        assert form.count("Nothing stands out.") == 2
        assert "0 of 0 records followed an earlier one" in form
        assert "nan" not in form.lower().replace("finance", "")
        assert "The evidence" not in form


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_and_escaped() -> None:
    """Whatever a value holds, the page has only the tags of headings, lists and tables."""
    found = page(year("<script>alert(1)</script>"), about=[("<i>", "<b>")], title="<u>")
    html = found.to_html()
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    assert tags.seen == {
        *("h1", "h2", "h3", "li", "p", "table", "tbody", "td", "th", "thead", "tr", "ul"),
        *("html", "head", "meta", "link", "title", "style", "body"),
        *("a", "nav", "div", "dl", "dt", "dd"),
    }
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert found._repr_html_() in html


def test_markdown_is_escaped() -> None:
    """A value makes no link, emphasis, tag, column or heading of its own."""
    found = page(year("[x](javascript:1)|*a*\n# b<i>"), title="a_b\nc").to_markdown()
    assert found.startswith("# a\\_b c\n")
    assert "<i>" not in found
    assert "[x]" not in re.sub(r"\\.", "", "\n".join(_outside_tables(found)))
    assert "\n# b" not in found


def _outside_tables(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("|")]


def test_long_tables_are_cut_with_a_word() -> None:
    """Of more keys than fit the first are told, and how many there are."""
    many = incidents({"opened": n, "category": f"c{n // 2:02}"} for n in range(60))
    told = str(page(many, keys=["category"]))
    assert "The first 10 of 30:" in told
    assert told.count("\nc0") == 10


@pytest.mark.parametrize(
    ("given", "first", "end"),
    [
        ({}, "2026-05-31 22:00", "2026-05-31 23:00 UTC"),
        ({"zone": "Asia/Tokyo"}, "2026-06-01 07:00", "2026-06-01 08:00 Asia/Tokyo"),
    ],
)
def test_the_times_of_a_page_are_those_of_its_zone(
    given: dict[str, str], first: str, end: str
) -> None:
    """Six tickets at 22:00 UTC on 31 May are of the next morning in Tokyo."""
    late = datetime(2026, 5, 31, 22, tzinfo=UTC)
    records = [
        Incident.open(id=f"I{n}", title="x", by="kim", at=late, category="mail") for n in range(6)
    ]
    as_of = late + timedelta(hours=1)
    told = str(problem_page(records, as_of=as_of, keys=["category"], **given))  # type: ignore[arg-type]
    assert f"Openings from {first} to {end}; recent is from {first} on." in told
    assert f" {first[:10]}  {first[:10]}" in told


def test_what_nobody_asked_for_has_no_section() -> None:
    """Pairs, where no pair is looked by; and none is the word for no candidate."""
    told = str(page(dimensions=["category"], min_n=40))
    assert "by two values" not in told
    assert "None of 11 groups stands out." in told
    assert "by two values" in str(page(dimensions=[("category", "service")]))
