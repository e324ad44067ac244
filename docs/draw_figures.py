"""Draw the pictures of the documentation: run ``python docs/draw_figures.py`` after a change.

Every edge, label and figure in them is asked of the library, so that a picture cannot say
something else than the code. A test compares the committed files with what this draws.
"""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from incidentcore import BusinessCalendar, Incident, SlaDefinition, advance, evaluate_sla
from incidentcore.words.words import span_text

TARGET = Path(__file__).with_name("figures")

WIDTH, LEFT, RIGHT = 780, 124, 32
BLUE, AMBER, GRAY, RED, INK = "#1f5fa8", "#f2b134", "#d9dde2", "#b3261e", "#22272e"
HOUR = timedelta(hours=1)


class Picture:
    """A picture with time from left to right, drawn in lanes."""

    def __init__(self, start: datetime, end: datetime, *, height: int, title: str) -> None:
        self.start, self.end, self.height, self.title = start, end, height, title
        self.parts: list[str] = []

    def x(self, at: datetime) -> float:
        """Return where an instant lies."""
        share = (at - self.start) / (self.end - self.start)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "middle", fill: str = INK
    ) -> None:
        """Write a text."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
        )

    def line(self, at: datetime, y1: float, y2: float, *, color: str = INK) -> None:
        """Draw an upright line at an instant."""
        x = self.x(at)
        dashes = ' stroke-dasharray="4 3" stroke-width="1.5"' if color == RED else ""
        self.parts.append(
            f'<line x1="{x:.1f}" y1="{y1}" x2="{x:.1f}" y2="{y2}" stroke="{color}"{dashes}/>'
        )

    def bar(  # noqa: PLR0917  from where to where, and how
        self, start: datetime, end: datetime, y: float, fill: str, text: str = "", size: int = 24
    ) -> None:
        """Draw a stretch of time."""
        low, high = self.x(start), self.x(end)
        self.parts.append(
            f'<rect x="{low:.1f}" y="{y}" width="{high - low:.1f}" height="{size}" '
            f'fill="{fill}" stroke="#ffffff" stroke-width="1"/>'
        )
        if text:
            ink = "#ffffff" if fill == BLUE else INK
            self.text((low + high) / 2, y + size / 2 + 4, text, fill=ink)

    def svg(self) -> str:
        """Return the finished picture, on white so that it can be read in a dark page too."""
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" '
            f'width="{WIDTH}" height="{self.height}" role="img" '
            'font-family="Helvetica, Arial, sans-serif" font-size="12">\n'
            f"<title>{escape(self.title)}</title>\n"
            f'<rect width="{WIDTH}" height="{self.height}" rx="6" fill="#ffffff"/>\n'
            f"{body}\n</svg>\n"
        )


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants at which a zone changes its offset, to the half hour."""
    at = start
    while at < end:
        then = at + HOUR / 2
        if at.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset():
            yield then
        at = then


def draw_change(
    calendar: BusinessCalendar, start: datetime, hours: int, step: int = 1, said: str = ""
) -> str:
    """Draw what a calendar has open around a change of clocks."""
    zone, end = calendar.zone, start + hours * HOUR
    windows = list(calendar.windows(start, end))
    picture = Picture(start, end, height=140, title=said)
    moved = list(changes(zone, start, end))
    for lane, y in (("wall clock", 50), ("UTC", 122)):
        picture.text(LEFT - 38, y, lane, anchor="end")
    picture.text(LEFT - 38, 83, "open", anchor="end")
    picture.bar(start, end, 66, GRAY)
    for window in windows:
        picture.bar(window.start, window.end, 66, BLUE, span_text(window.duration) + " h")
    for number in range(0, hours + 1, step):
        at = start + number * HOUR
        picture.line(at, 56, 66)
        picture.line(at, 90, 106)
        picture.text(picture.x(at), 50, f"{at.astimezone(zone):%H:%M}")
        picture.text(picture.x(at), 122, f"{at:%H:%M}")
    for at in moved:
        before = at.astimezone(zone) + (
            (at - HOUR).astimezone(zone).utcoffset() - at.astimezone(zone).utcoffset()
        )
        after = at.astimezone(zone)
        way = "forward" if after.utcoffset() > (at - HOUR).astimezone(zone).utcoffset() else "back"
        picture.line(at, 26, 38, color=RED)
        picture.line(at, 56, 106, color=RED)
        text = f"the clocks go {way}: {before:%H:%M} becomes {after:%H:%M}"
        picture.text(picture.x(at), 20, text, fill=RED)
    return picture.svg()


def draw_missing_day() -> str:
    """Draw the date that Samoa skipped."""
    calendar = BusinessCalendar(zone="Pacific/Apia", hours={"mon-sun": "08:00-16:00"})
    start, zone = datetime(2011, 12, 29, 10, tzinfo=UTC), calendar.zone
    end = start + 72 * HOUR
    picture = Picture(start, end, height=140, title="Samoa has no 30 December 2011")
    for lane, y in (("civil date", 50), ("open", 83), ("UTC", 122)):
        picture.text(LEFT - 38, y, lane, anchor="end")
    picture.bar(start, end, 66, GRAY)
    for window in calendar.windows(start, end):
        picture.bar(window.start, window.end, 66, BLUE, span_text(window.duration) + " h")
    at = start
    while at < end:
        middle = (at + 12 * HOUR).astimezone(zone)
        picture.text(picture.x(at + 12 * HOUR), 50, f"{middle:%a} {middle.day} {middle:%b}")
        picture.line(at, 32, 66, color=INK)
        picture.line(at, 90, 106)
        picture.text(picture.x(at), 122, f"{at.day}.{at.month}. {at:%H:%M}")
        at += 24 * HOUR
    picture.line(start + 24 * HOUR, 26, 106, color=RED)
    picture.text(picture.x(start + 24 * HOUR), 20, "Friday 30 December is skipped", fill=RED)
    return picture.svg()


def draw_clock() -> str:
    """Draw how a clock is decided: the states, the calendar, and what follows from both."""
    day = datetime(2026, 6, 1, tzinfo=UTC)
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": ["09:00-12:00", "13:00-17:30"]})
    incident = Incident.open(id="INC-1", title="Mail is down", at=day + 10 * HOUR, by="kim")
    for action, hour, fields in (
        ("start", 11, {}),
        ("hold", 13.5, {"reason": "awaiting_vendor"}),
        ("resume", 15, {}),
        ("resolve", 16.5, {"resolution_code": "fixed", "resolution_notes": "Restarted."}),
    ):
        incident = advance(incident, action, at=day + hour * HOUR, by="ada", **fields)
    start, end = day + 9 * HOUR, day + 18 * HOUR
    promise = SlaDefinition.resolution(hours=4.5, calendar=office)
    status = evaluate_sla(promise, incident, now=end)
    picture = Picture(start, end, height=206, title=str(status.trace))
    for lane, y in (("state", 31), ("calendar", 75), ("clock", 119)):
        picture.text(LEFT - 38, y, lane, anchor="end")
    states = [(moment.at, facts["state"]) for moment, facts in incident.timeline().states()]
    for (at, state), (then, _) in zip(states, [*states[1:], (end, None)], strict=True):
        fill = AMBER if state.pauses else "#cfe0f3" if state.open else GRAY
        picture.bar(at, then, 15, fill, str(state).replace("_", " "))
    for reason in office.explain(start, end):
        fill, text = ("#cfe0f3", "open") if reason.is_open else (GRAY, "closed")
        picture.bar(reason.interval.start, reason.interval.end, 59, fill, text)
    elapsed = timedelta(0)
    for entry in status.trace:
        fill = {"counting": BLUE, "paused": AMBER}.get(entry.code, GRAY)
        elapsed += entry.counted
        text = f"+{span_text(entry.counted)}" if entry.counted else entry.text.split(":")[0]
        picture.bar(entry.interval.start, entry.interval.end, 103, fill, text)
        if entry.counted:
            at = entry.interval.end
            picture.text(picture.x(at), 144, span_text(elapsed))
    picture.text(LEFT - 38, 144, "elapsed", anchor="end")
    for number in range(10):
        at = start + number * HOUR
        picture.line(at, 156, 162)
        picture.text(picture.x(at), 176, f"{at:%H:%M}")
    picture.text(LEFT - 38, 176, "UTC", anchor="end")
    due = status.due_at or end
    picture.line(due, 130, 162, color=RED)
    picture.text(picture.x(due), 196, f"due {due:%H:%M}", fill=RED)
    return picture.svg()


def draw_readme() -> str:
    """Return the clock of the README's first example, as its trace draws it."""
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    *steps, last = doctest.DocTestParser().get_examples(text.partition("```\n\n")[0])
    exec("".join(step.source for step in steps), names)  # noqa: S102  our own text
    asked = last.source.removeprefix("print(").removesuffix(".trace)\n")
    picture: str = eval(f"{asked}.trace.svg()", names)  # noqa: S307  the same
    return picture


def drawn() -> dict[str, str]:
    """Return every picture by its file's name."""
    paris = BusinessCalendar(zone="Europe/Paris", hours={"sat": "22:00-06:00"})
    early = BusinessCalendar(zone="Europe/Paris", hours={"sun": "02:30-06:00"})
    twice = BusinessCalendar(zone="Europe/Paris", hours={"sun": "00:00-02:30"})
    howe = BusinessCalendar(zone="Australia/Lord_Howe", hours={"sun": "00:00-06:00"})
    spring, autumn = (datetime(2026, *day, 20, tzinfo=UTC) for day in ((3, 28), (10, 24)))
    return {
        "dst_spring_night.svg": draw_change(paris, spring, 10, said="A night of seven hours"),
        "dst_autumn_night.svg": draw_change(paris, autumn, 11, said="A night of nine hours"),
        "dst_edge_in_gap.svg": draw_change(early, spring, 10, said="An edge that does not exist"),
        "dst_edge_in_overlap.svg": draw_change(twice, autumn, 11, said="An edge that exists twice"),
        "dst_lord_howe.svg": draw_change(
            howe, datetime(2026, 10, 3, 12, tzinfo=UTC), 10, said="A change of half an hour"
        ),
        "dst_missing_day.svg": draw_missing_day(),
        "sla_clock.svg": draw_clock(),
        "readme_clock.svg": draw_readme(),
    }


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for name, svg in drawn().items():
        (TARGET / name).write_text(svg, encoding="utf-8")
