"""A week of opening hours as a strip of HTML, for notebooks."""

from __future__ import annotations

from incidentcore.schedule.hours import DAY, WEEKDAYS, Span, format_span

_BAR = "position:relative;width:24em;height:1em;background:#eee"
_OPEN = "position:absolute;top:0;height:100%;background:#2a7"


def week_strip(week: tuple[tuple[Span, ...], ...], caption: str) -> str:
    """Return an HTML table with one bar for each weekday, in which the open hours are filled."""
    rows = []
    for name, spans in zip(WEEKDAYS, week, strict=True):
        bars = "".join(_bar(span) for span in spans)
        text = ", ".join(format_span(span) for span in spans) or "closed"
        rows.append(
            f'<tr><th scope="row">{name}</th><td><div style="{_BAR}">{bars}</div></td>'
            f"<td>{_escape(text)}</td></tr>"
        )
    return f"<table><caption>{_escape(caption)}</caption>{''.join(rows)}</table>"


def _bar(span: Span) -> str:
    start, end = span
    left, width = 100 * start / DAY, 100 * (end - start) / DAY
    return (
        f'<div title="{_escape(format_span(span))}" '
        f'style="{_OPEN};left:{left:.2f}%;width:{width:.2f}%"></div>'
    )


def _escape(text: str) -> str:
    # Not from html, whose import would delay that of every calendar.
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text
