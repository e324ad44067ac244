"""A page of sections, with a renderer for each format; everything from records is escaped.

Pictures are embedded as data. The HTML document loads nothing: its own policy forbids scripts and
requests.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any, Final

import attrs

from incidentcore._checks import need_word, tuple_of
from incidentcore.pages import table as tables
from incidentcore.pages.table import Cells
from incidentcore.values import FrozenMap
from incidentcore.words import Words

_WIDTH: Final = 100
_STEERS: Final = re.compile(r"([\\`*_\[\]|~]|^[-+=#])")  # characters with a meaning in Markdown
_LISTED: Final = 4  # with fewer sections an HTML page needs no list of them

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;
--band:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--line:#3d444d;--paper:#0d1117;
--band:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:75rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
a{color:inherit}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;list-style:none}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;color:var(--soft)}
dd{margin:0}
p{max-width:48rem}
.wide{overflow-x:auto}
table{border-collapse:separate;border-spacing:0;overflow-wrap:normal;font-size:.875rem;
font-variant-numeric:tabular-nums}
th{border-bottom:2px solid var(--line);vertical-align:bottom}
td{border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:hover{background:var(--band)}
pre{overflow-x:auto;background:var(--band);padding:.75rem;font-size:.8rem;line-height:1.4}
figure{margin:1rem 0;overflow-x:auto}
img{max-width:100%;height:auto}
figcaption{color:var(--soft);font-size:.875rem}
@media(max-width:40rem){th,td{padding:.15em .5em!important}th:first-child,td:first-child{
position:sticky;left:0;background:var(--paper);max-width:8rem;white-space:normal!important;
overflow-wrap:break-word}table{width:max-content}img{max-width:none;width:36rem}
dl{grid-template-columns:1fr}dt{font-weight:600;margin-top:.4rem}}
@media print{nav{display:none}.wide,pre{overflow:visible}pre{white-space:pre-wrap}}
"""


@attrs.frozen(kw_only=True)
class Picture:
    """A picture for the HTML format, which ``Page.with_pictures`` adds to a section.

    Attributes:
        svg: The picture as SVG text, for light pages.
        dark: The picture for dark pages; if it is empty, ``svg`` is used for both.
        text: A description, for the caption and for readers who cannot see the picture.
    """

    svg: str = attrs.field(repr=False)
    dark: str = attrs.field(default="", repr=False)
    text: str


@attrs.frozen(kw_only=True)
class Section:
    """A part of a page.

    Attributes:
        key: The section's name in plain data, in the name of its CSV file and for ``Page.only``.
        title: The heading.
        text: Sentences, one paragraph each.
        table: The headings, the rows as text, and which columns are numeric; or None.
        lines: Text with fixed line breaks and columns, such as a trace.
        parts: Sections below this one.
        pictures: The pictures that the HTML format shows above the table.
        data: The content as plain data; a list of mappings is also used for its CSV.

    >>> from incidentcore.pages import Page, Section
    >>> section = Section(key="volume", title="Volume", text=("One incident.",))
    >>> str(Page(title="June", sections=[section])).splitlines()[3:]
    ['Volume', '------', 'One incident.']
    """

    key: str
    title: str
    text: tuple[str, ...] = ()
    table: Cells | None = None
    lines: str = ""
    parts: tuple[Section, ...] = ()
    pictures: tuple[Picture, ...] = ()
    data: Any = None

    @classmethod
    def of_rows(
        cls,
        key: str,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        numbers: Collection[int] = (),
        text: tuple[str, ...] = (),
        none: str = "",
        data: Any = None,
    ) -> Section:
        """Return a section with a table; without ``data``, the rows are also the section's data.

        ``numbers`` are the positions of numeric columns, from 0; ``text`` precedes the table;
        ``none`` is shown instead of a table without rows.
        """
        table = (heads, rows, [place in numbers for place in range(len(heads))]) if rows else None
        if data is None:
            data = [dict(zip(heads, row, strict=True)) for row in rows]
        lines = "" if rows else none
        return cls(key=key, title=title, text=text, table=table, lines=lines, data=data)


def _translated(section: Section, words: Words) -> Section:
    return attrs.evolve(
        section,
        title=tables.said(words, section.title),
        text=tuple(tables.said(words, text) for text in section.text),
        table=None if section.table is None else tables.translated_cells(section.table, words),
        lines=tables.said(words, section.lines),
        parts=tuple(_translated(part, words) for part in section.parts),
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple_of(pairs)


def _sections(sections: Iterable[Section]) -> tuple[Section, ...]:
    return tuple_of(sections)


def _figures(figures: Mapping[str, float | None]) -> FrozenMap[float | None]:
    return FrozenMap(figures)


@attrs.frozen(kw_only=True, repr=False)
class Page:
    r"""A page for readers, to be written as text, Markdown, HTML, JSON or CSV.

    Attributes:
        title: The heading.
        about: Pairs of (name, value) to show below the title, such as the source and time zone.
        sections: The parts of the page, in order.
        figures: Figures by name, for automated checks; None for a figure without a value.
        language: The code of the language of the page.

    >>> from incidentcore.pages import Page, Section
    >>> section = Section(
    ...     key="volume", title="Volume", table=(["n"], [["3"]], [True]), data=[{"n": 3}]
    ... )
    >>> page = Page(title="June", about=[("zone", "UTC")], sections=[section])
    >>> print(page)
    June
    ====
    <BLANKLINE>
    zone  UTC
    <BLANKLINE>
    Volume
    ------
    n
    -
    3
    >>> page.to_plain()["volume"], page.to_csv()
    ([{'n': 3}], {'volume': 'n\n3\n'})
    """

    title: str
    about: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    sections: tuple[Section, ...] = attrs.field(default=(), converter=_sections)
    figures: Mapping[str, float | None] = attrs.field(default=FrozenMap(), converter=_figures)
    language: str = "en"

    def translated(self, words: Words, /) -> Page:
        """Return the page in another language.

        Each ``Phrase``, and each text that ``words`` can translate, is translated; in other cells,
        only the format of numbers changes. The keys and figures of the plain data stay the same.

        >>> from incidentcore.pages import Page, Section
        >>> from incidentcore.words import GERMAN
        >>> section = Section(key="aging", title="Age of the backlog", table=(["age"], [], [True]))
        >>> print(Page(title="Juni", sections=[section]).translated(GERMAN).sections[0].title)
        Alter des Rückstands
        """
        return attrs.evolve(
            self,
            title=tables.said(words, self.title),
            about=[
                (tables.said(words, name), tables.said_cell(words, value))
                for name, value in self.about
            ],
            sections=[_translated(section, words) for section in self.sections],
            language=words.language,
        )

    def __str__(self) -> str:
        wide = max((len(name) for name, _ in self.about), default=0)
        lines = [self.title, "=" * len(self.title), *([""] if self.about else [])]
        lines += [f"{name:<{wide}}  {value}".rstrip() for name, value in self.about]
        for section in self.sections:
            lines += ["", section.title, "-" * len(section.title), *_as_text(section)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Page {self.title!r}: {', '.join(one.key for one in self.sections)}>"

    def only(self, keys: Iterable[str]) -> Page:
        """Return the page with only some of its sections, in the order of the keys.

        Raises:
            InvalidValueError: No section of the page has one of the keys.
        """
        by_key = {section.key: section for section in self.sections}
        chosen = list(keys)
        for key in chosen:
            need_word("section", key, by_key)
        return attrs.evolve(self, sections=[by_key[key] for key in chosen])

    def with_pictures(self, pictures: Mapping[str, Picture]) -> Page:
        """Return the page with pictures added; ``pictures`` maps keys of sections to pictures."""
        sections = [
            attrs.evolve(section, pictures=(*section.pictures, pictures[section.key]))
            if section.key in pictures
            else section
            for section in self.sections
        ]
        return attrs.evolve(self, sections=sections)

    def to_plain(self) -> dict[str, Any]:
        """Return the page as plain data that JSON can hold."""
        return {
            "title": self.title,
            "about": dict(self.about),
            **{section.key: section.data for section in self.sections},
        }

    def to_csv(self) -> dict[str, str]:
        """Return the CSV text of each section that has rows, by the section's key.

        An apostrophe is put before text that resembles a formula.
        """
        texts = {}
        for section in self.sections:
            rows = section.data.get("rows") if isinstance(section.data, dict) else section.data
            if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
                headings = list(dict.fromkeys(name for row in rows for name in row))
                cells = ([_cell(row.get(name)) for name in headings] for row in rows)
                texts[section.key] = tables.to_csv(headings, cells)
        return texts

    def to_markdown(self) -> str:
        """Return the page as Markdown; Markdown characters in values are escaped."""
        lines = [f"# {_markdown(self.title)}", ""]
        lines += [f"- {_markdown(f'{name}: {value}')}" for name, value in self.about]
        for section in self.sections:
            lines += _as_markdown(section, 2)
        return "\n".join(lines)

    def to_html(self) -> str:
        """Return the page as one self-contained HTML document."""
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(self.language)}">\n<head>\n'
            '<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            f'<link rel="icon" href="data:,">\n<title>{escape(self.title)}</title>\n'
            f"<style>{_STYLE}</style>\n</head>\n<body>\n{self._repr_html_()}\n</body>\n</html>\n"
        )

    def _repr_html_(self) -> str:
        """Return the page as a fragment of HTML, for notebooks; everything in it is escaped."""
        lines = [f"<h1>{escape(self.title)}</h1>"]
        if self.about:
            pairs = (f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in self.about)
            lines.append(f"<dl>\n{chr(10).join(pairs)}\n</dl>")
        if len(self.sections) >= _LISTED:
            links = (f'<li><a href="#{_id(s)}">{escape(s.title)}</a></li>' for s in self.sections)
            lines.append(f"<nav><ul>\n{chr(10).join(links)}\n</ul></nav>")
        for section in self.sections:
            lines += _as_html(section, 2)
        return "\n".join(lines)


def _as_text(section: Section) -> Iterator[str]:
    for text in section.text:
        yield from wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    for body in (tables.to_text(*section.table) if section.table else "", section.lines):
        if body:
            if section.text or (section.table and body is section.lines):
                yield ""
            yield body
    for place, part in enumerate(section.parts):
        if place or section.text or section.table:
            yield ""
        yield part.title
        yield from (f"  {line}".rstrip() for line in "\n".join(_as_text(part)).split("\n"))


def _markdown(text: str) -> str:
    """Return text escaped for Markdown, in one line."""
    return _STEERS.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def _as_markdown(section: Section, level: int) -> Iterator[str]:
    yield from ("", f"{'#' * level} {_markdown(section.title)}")
    for text in section.text:
        yield from ("", _markdown(text))
    if section.table is not None:
        yield from ("", tables.to_markdown(*section.table))
    if section.lines:  # indented code: no text inside can end it
        yield from ("", *(f"    {line}".rstrip() for line in section.lines.split("\n")))
    for part in section.parts:
        yield from _as_markdown(part, level + 1)


def _as_html(section: Section, level: int) -> Iterator[str]:
    yield f'<h{level} id="{_id(section)}">{escape(section.title)}</h{level}>'
    for text in section.text:
        yield f"<p>{escape(text)}</p>"
    for picture in section.pictures:
        dark = ""
        if picture.dark:
            source = _data_url(picture.dark)
            dark = f'<source media="(prefers-color-scheme: dark)" srcset="{source}">'
        text = escape(picture.text)
        image = f'<img src="{_data_url(picture.svg)}" alt="{text}">'
        yield f"<figure><picture>{dark}{image}</picture><figcaption>{text}</figcaption></figure>"
    if section.table is not None:
        yield f'<div class="wide" tabindex="0">{tables.to_html(*section.table)}</div>'
    if section.lines:
        yield f"<pre>{escape(section.lines)}</pre>"
    for part in section.parts:
        yield from _as_html(part, level + 1)


def _id(section: Section) -> str:
    return escape(section.key.replace(" ", "-"))


def _data_url(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


class Paged:
    """The base class of results that are shown as a page of text, Markdown, HTML or plain data."""

    __slots__ = ()

    def page(self) -> Page:
        """Return the result as a page."""
        raise NotImplementedError

    def __str__(self) -> str:
        return str(self.page())

    def to_markdown(self) -> str:
        """Return the page as Markdown; Markdown characters in values are escaped."""
        return self.page().to_markdown()

    def to_html(self) -> str:
        """Return the page as one self-contained HTML document."""
        return self.page().to_html()

    def to_plain(self) -> dict[str, Any]:
        """Return the page as plain data for JSON: times in ISO format, spans in seconds."""
        return self.page().to_plain()

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()
