"""A page in each of its forms, and that nothing from a record runs in any of them."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.pages import Page, Picture, Section

BAD = '<script>alert(1)</script> [x](javascript:alert(2)) "onload=x" | `a` \n# b'
FORMULAS = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1")


def page(text: str = "plain") -> Page:
    table = (["what", text], [[text, "1,000"], ["b", "2"]], [False, True])
    part = Section(key="part", title=text, text=(text,), lines=f"a\n  {text}")
    return Page(
        title=text,
        about=[("source", text)],
        sections=[
            Section(
                key="first",
                title=text,
                text=(text,),
                table=table,
                parts=(part,),
                data=[{text: text}],
            ),
            Section(key="second", title="Second", lines="one\n  two", data={"rows": [{"n": 1}]}),
        ],
        figures={"n": 1},
    )


EXPECTED = """\
plain
=====

source  plain

plain
-----
plain

what   plain
-----  -----
plain  1,000
b          2

plain
  plain

  a
    plain

Second
------
one
  two"""


def test_text() -> None:
    """Headings, sentences, table, lines and parts stand below each other."""
    assert str(page()) == EXPECTED


class Reader(HTMLParser):
    """Collects tags with their attributes."""

    void = frozenset({"meta", "link", "img", "source"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that is open."""
        assert self.open.pop() == tag


def test_html_is_one_document_that_asks_for_nothing() -> None:
    """It is well-formed, has no script, and every address is data or a place on the page."""
    picture = Picture(svg="<svg>a</svg>", dark="<svg>b</svg>", text=BAD)
    reader = Reader(page(BAD).with_pictures({"first": picture}).to_html())
    assert reader.open == []
    tags = {tag for tag, _ in reader.seen}
    assert "script" not in tags
    assert {"picture", "source", "img"} <= tags
    for _, attributes in reader.seen:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src", "srcset"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:", "#"))
    policies = [a["content"] for tag, a in reader.seen if a.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_the_fragment_for_notebooks_has_no_document() -> None:
    """A notebook gets the body alone."""
    fragment = page()._repr_html_()
    assert "<html" not in fragment
    assert "<style" not in fragment
    assert fragment in page().to_html()


def test_markdown_is_escaped() -> None:
    """No text makes a tag, a link, a heading or a column."""
    text = page(BAD).to_markdown()
    outside = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    assert "<script>" not in outside  # what is indented by four is code
    assert "[x](" not in outside.replace("\\[", "").split("| what", maxsplit=1)[0]
    assert "\n# b" not in text
    heads = [line for line in text.splitlines() if line.startswith("| what")]
    assert heads[0].replace("\\|", "").count("|") == 3


def test_csv_has_no_formula() -> None:
    """A cell that a spreadsheet would run begins with an apostrophe; other cells are as given."""
    rows = [{"text": text, "n": -1} for text in FORMULAS]
    found = Page(title="t", sections=[Section(key="a", title="A", data=rows)]).to_csv()
    read = list(csv.reader(io.StringIO(found["a"], newline="")))
    assert read[0] == ["text", "n"]
    assert [row[0][0] for row in read[1:]] == ["'"] * len(FORMULAS)
    assert {row[1] for row in read[1:]} == {"-1"}


def test_csv_of_nested_cells_and_of_what_has_no_rows() -> None:
    """Counts by reason and lists become text; a section without rows has no file."""
    rows = [{"left out": {"open": 2, "canceled": 1}}, {"tags": ["a", "b"]}]
    sections = [
        Section(key="a", title="A", data={"rows": rows}),
        Section(key="b", title="B", data={"n": 1}),
        Section(key="c", title="C"),
    ]
    assert Page(title="t", sections=sections).to_csv() == {
        "a": 'left out,tags\n"open 2, canceled 1",\n,a; b\n'
    }


def test_plain_data_is_json() -> None:
    """Sections stand under their keys."""
    plain = page().to_plain()
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain) == ["title", "about", "first", "second"]


def test_only_some_sections() -> None:
    """Sections come in the order asked for; an unknown one is named with those there are."""
    chosen = page().only(["second", "first"])
    assert [section.key for section in chosen.sections] == ["second", "first"]
    assert repr(chosen) == "<Page 'plain': second, first>"
    with pytest.raises(InvalidValueError, match="first, second"):
        page().only(["third"])
