"""A page in each of its forms, and that nothing from a record runs in any of them."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

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


LEFT = "padding:.15em .8em;text-align:left;white-space:nowrap"
RIGHT = "padding:.15em .8em;text-align:right"
MARKDOWN = """\
# plain

- source: plain

## plain

plain

| what | plain |
| :--- | ---: |
| plain | 1,000 |
| b | 2 |

### plain

plain

    a
      plain

## Second

    one
      two"""
HTML = f"""\
<h1>plain</h1>
<dl>
<dt>source</dt><dd>plain</dd>
</dl>
<h2 id="first">plain</h2>
<p>plain</p>
<div class="wide" tabindex="0"><table>
<thead><tr><th style="{LEFT}">what</th><th style="{RIGHT}">plain</th></tr></thead>
<tbody>
<tr><td style="{LEFT}">plain</td><td style="{RIGHT}">1,000</td></tr>
<tr><td style="{LEFT}">b</td><td style="{RIGHT}">2</td></tr>
</tbody>
</table></div>
<h3 id="part">plain</h3>
<p>plain</p>
<pre>a
  plain</pre>
<h2 id="second">Second</h2>
<pre>one
  two</pre>"""


def test_markdown_and_html() -> None:
    """The same in the same order; a part's heading is one level below."""
    assert page().to_markdown() == MARKDOWN
    assert page()._repr_html_() == HTML
    assert f"<body>\n{HTML}\n</body>" in page().to_html()


def test_a_page_without_anything() -> None:
    """A title alone, and no list of pairs."""
    empty = Page(title="Empty")
    assert str(empty) == "Empty\n====="
    assert empty._repr_html_() == "<h1>Empty</h1>"


@pytest.mark.parametrize(("count", "listed"), [(3, False), (4, True)])
def test_an_html_page_of_four_sections_lists_them(count: int, *, listed: bool) -> None:
    """Each entry leads to its section, whose key may hold a space."""
    sections = [Section(key=f"key {n}", title=f"Title {n}") for n in range(count)]
    html = Page(title="t", sections=sections)._repr_html_()
    link = '<nav><ul>\n<li><a href="#key-0">Title 0</a></li>\n'
    assert (link in html) is ("<nav>" in html) is listed
    assert '<h2 id="key-0">Title 0</h2>' in html


def test_long_sentences_wrap_and_long_words_do_not() -> None:
    """A line of text has at most 100 characters, but for a word that is longer."""
    words, word = " ".join(["four"] * 20), "x" * 120
    assert len(words) == 99
    section = Section(key="a", title="A", text=(f"{words} four-five", word))
    assert str(Page(title="t", sections=[section])).splitlines()[5:] == [words, "four-five", word]


def test_parts_without_words_above_them() -> None:
    """The first part follows the heading at once, the next after an empty line."""
    parts = tuple(Section(key=name, title=name, lines=f"\n{name}") for name in "ab")
    section = Section(key="s", title="S", parts=parts)
    text = str(Page(title="t", sections=[section]))
    assert text.splitlines()[3:] == ["S", "-", "a", "", "  a", "", "b", "", "  b"]


def test_pictures_of_a_section() -> None:
    """Given by key, after those that it has; each theme's own, with its text beside it."""
    sections = [Section(key="a", title="A"), Section(key="b", title="B")]
    one, two = Picture(svg="1", text="x"), Picture(svg="2", dark="3", text="y & z")
    plain = Page(title="t", sections=sections).with_pictures({"b": one})
    both = plain.with_pictures({"b": two})
    assert [section.pictures for section in both.sections] == [(), (one, two)]
    assert str(both) == str(Page(title="t", sections=sections))
    url = "data:image/svg+xml;base64,"  # the base64 of 1, 2 and 3 is MQ==, Mg== and Mw==
    dark = f'<source media="(prefers-color-scheme: dark)" srcset="{url}Mw==">'
    images = f'<img src="{url}MQ==" alt="x">', f'{dark}<img src="{url}Mg==" alt="y &amp; z">'
    texts = "x", "y &amp; z"
    assert both._repr_html_().splitlines()[3:] == [
        f"<figure><picture>{image}</picture><figcaption>{text}</figcaption></figure>"
        for image, text in zip(images, texts, strict=True)
    ]


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


def test_quotes_stay_in_markdown() -> None:
    """They steer nothing there, as an ampersand and a bracket would."""
    page = Page(title='say "it\'s" <b> & on', about=[], sections=[])
    assert page.to_markdown().splitlines()[0] == '# say "it\'s" &lt;b&gt; &amp; on'


def test_text_is_wrapped_between_words_alone() -> None:
    """A word with a hyphen stays whole, though its first half would still fit."""
    section = Section(key="a", title="A", text=(f"{'x' * 94} well-known",))
    lines = str(Page(title="P", about=[], sections=[section])).splitlines()
    assert lines[-2:] == ["x" * 94, "well-known"]


@pytest.mark.parametrize("text", [(), ("said",)])
def test_a_line_stands_free_between_the_bodies_of_a_section(text: tuple[str, ...]) -> None:
    table = (["n"], [["1"]], [True])
    section = Section(key="a", title="A", text=text, table=table, lines="after")
    lines = str(Page(title="P", about=[], sections=[section])).splitlines()
    assert lines[-5:] == ["n", "-", "1", "", "after"]
    assert (lines[-7:-5] == ["said", ""]) == bool(text)


@pytest.mark.parametrize("data", [[], [1], [{"a": 1}, 2], {"rows": []}, {"rows": "x"}, {}, None])
def test_a_section_without_rows_has_no_csv(data: Any) -> None:
    """Rows are mappings, and there is at least one."""
    section = Section(key="a", title="A", data=data)
    assert Page(title="P", about=[], sections=[section]).to_csv() == {}
