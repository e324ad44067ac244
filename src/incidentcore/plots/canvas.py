"""Axes in both themes, and charts as SVG text. Only this module imports matplotlib.

Colors can be distinguished by people who are color-blind (after Okabe and Ito); text has a contrast
of at least 4.5 to its background, and color is never the only sign of a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_kind, need_word, with_article
from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.instants import as_zone
from incidentcore.pages import Picture
from incidentcore.words import ENGLISH, Words

Theme: TypeAlias = Literal["light", "dark"]

_SIZE: Final = (7.2, 3.2)  # of a picture, in inches
FEW: Final = 20  # with fewer values a chart has a note


@attrs.frozen
class Palette:
    """The colors of a theme: background, text, lines and four kinds of data."""

    ground: str
    text: str
    grid: str
    first: str
    second: str
    third: str
    muted: str


_PALETTES: Final[Mapping[str, Palette]] = {
    "light": Palette("#ffffff", "#1b1f24", "#d0d7de", "#0072b2", "#b84a00", "#00714f", "#6e7781"),
    "dark": Palette("#0d1117", "#e6edf3", "#3d444d", "#56b4e9", "#e69f00", "#2fbf98", "#9198a1"),
}


def palette_of(theme: str) -> Palette:
    """Return the colors of a theme, ``"light"`` or ``"dark"``."""
    need_word("theme", theme, _PALETTES)
    return _PALETTES[theme]


_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "flow_data": ("period", "came_in", "went_out"),
    "backlog_data": ("at", "open"),
    "forecast_data": ("at", "expected", "low", "high", "came"),
    "aging_data": ("age", "open"),
    "distribution_data": ("from", "to", "count"),
    "survival_data": ("hours", "share", "low", "high"),
    "trend_data": ("period", "value", "enough"),
    "control_chart_data": ("period", "value", "enough", "center", "signal"),
    "week_data": ("day", "hour", "opened"),
    "burndown_data": ("period", "budget", "left", "n"),
    "clock_data": ("kind", "start", "end", "due"),
    "life_data": ("lane", "value", "start", "end"),
    "rota_data": ("person", "start", "end"),
    "to_plain": ("unit", "value", "low", "high", "enough", "n"),
}


def _need_rows(rows: object, source: str) -> None:
    """Raise an error if a value is not a list of rows; it names the function to get them from."""
    given = with_article(type(rows).__name__)
    if isinstance(rows, Sequence) and all(isinstance(row, Mapping) for row in rows):
        missing = {key: None for row in rows for key in _KEYS[source] if key not in row}
        if not missing:
            return
        given = f"rows without {', '.join(missing)}"
    raise InvalidValueError("rows", given, f"the list of rows that {source}(...) returns")


def _library() -> Any:
    try:
        import matplotlib as mpl  # noqa: PLC0415  an extra, needed only to draw
        import matplotlib.pyplot as plt  # noqa: PLC0415  loads dates, figure and ticker too
    except ImportError:
        raise MissingExtraError("plots", "a picture") from None
    assert plt is mpl.pyplot  # noqa: S101
    return mpl


def dress(rows: object, source: str, ax: Any, theme: str, *, x: str, y: str) -> tuple[Any, Palette]:
    """Return labeled axes for rows, and the colors of a theme; ``ax`` None creates new axes."""
    _need_rows(rows, source)
    colors = palette_of(theme)
    if ax is None:
        _, ax = _library().pyplot.subplots(layout="constrained")
    ax.figure.set_facecolor(colors.ground)
    ax.set_facecolor(colors.ground)
    for edge in ("top", "right"):
        ax.spines[edge].set_visible(False)
    for edge in ("left", "bottom"):
        ax.spines[edge].set_color(colors.muted)
    ax.tick_params(colors=colors.text, which="both")
    ax.set_xlabel(x, color=colors.text)
    ax.set_ylabel(y, color=colors.text)
    ax.set_axisbelow(True)
    return ax, colors


def finish(ax: Any, colors: Palette, *, few: bool = False, words: str = "few records") -> Any:
    """Return the axes with a legend of what has a label, and with the text ``words`` if ``few``."""
    _, names = ax.get_legend_handles_labels()
    if names:
        ax.legend(
            frameon=False,
            labelcolor=colors.text,
            fontsize="small",
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=3,
            borderaxespad=0.2,
        )
    if any(text.get_text() for text in ax.texts):  # numbers on bars need room above them
        ax.margins(y=0.12)
    if few:
        ax.set_title(words, loc="right", fontsize="small", color=colors.text)
    return ax


def whole_numbers(axis: Any) -> None:
    """Put ticks only at whole numbers, for axes that count records."""
    axis.set_major_locator(_library().ticker.MaxNLocator(integer=True))


def in_zone(label: str, zone: ZoneInfo | str | None) -> str:
    """Return the label of an axis, with the name of a time zone if one is given."""
    return label if zone is None else f"{label} ({as_zone(zone).key})"


def time_axis(ax: Any, zone: ZoneInfo | str) -> None:
    """Make the x axis show the time in a zone."""
    place = as_zone(zone)
    dates = _library().dates
    locator = dates.AutoDateLocator(tz=place, minticks=3, maxticks=7)  # four days need days
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=place))
    ax.xaxis.get_offset_text().set_color(ax.xaxis.label.get_color())


def picture(
    plot: Callable[..., Any],
    rows: Iterable[Mapping[str, Any]],
    /,
    *,
    text: str,
    words: Words = ENGLISH,
    **options: Any,
) -> Picture:
    """Return a chart for a page, as SVG text in a light and a dark theme.

    ``plot`` is a ``plot_*`` function of this package, ``rows`` are its rows, and ``options`` its
    other arguments. ``text`` describes the chart for readers who cannot see it; it is translated
    into the language ``words``, as labels are.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    need_kind("words", words, Words)
    known = list(rows)
    drawn = []
    mpl = _library()
    for theme in _PALETTES:
        with mpl.rc_context({"svg.hashsalt": "incidentcore", "svg.fonttype": "none"}):
            figure = mpl.figure.Figure(figsize=_SIZE, layout="constrained")
            plot(known, ax=figure.subplots(), theme=theme, **options)
            for label in figure.findobj(mpl.text.Text):
                label.set_text(words.template(label.get_text()))
            buffer = StringIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        drawn.append(buffer.getvalue())
    return Picture(svg=drawn[0], dark=drawn[1], text=words.template(text))
