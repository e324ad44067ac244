"""Contrast, units, zones and themes of every picture, and that each is drawn in both themes."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.plots import picture, plot_aging
from incidentcore.plots.canvas import palette_of

from .drawn import pictures

mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")
pytest.importorskip("matplotlib.pyplot")

PERIOD, TIME = "period (Europe/Berlin)", "time (Europe/Berlin)"
SAID: dict[str, tuple[str, str, list[str]]] = {
    "aging": ("age (days)", "open records", []),
    "backlog": (TIME, "open records", []),
    "burndown": (PERIOD, "misses left in the budget", ["left", "spent evenly"]),
    "clock": (TIME, "what it did", ["due"]),
    "compliance": ("share (%)", "group (n)", []),
    "control_chart": (PERIOD, "hours", ["mean", "natural limits"]),
    "distribution": ("hours", "records", []),
    "forecast": (
        f"{TIME}\nnot tested: no score was given",
        "records",
        ["80% band", "expected", "came"],
    ),
    "flow": (PERIOD, "records", ["came in", "went out"]),
    "life": (TIME, "what it was, and whose", []),
    "rota": (TIME, "on call", []),
    "survival": ("hours", "share not done (%)", ["share not done, with 95 %"]),
    "trend": (PERIOD, "hours", []),
    "week": ("hour of the day (Europe/Berlin)", "day of the week", []),
}


def axes() -> Any:
    return mpl.figure.Figure(layout="constrained").subplots()


def luminance(color: Any) -> float:
    """Return the relative luminance (WCAG 2.1)."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in mpl.colors.to_rgb(color)
    ]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: Any, other: Any) -> float:
    """Return the contrast of two colors, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_wcags() -> None:
    """Black on white is 21, and #777777 on white 4.48 (known values)."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SAID)
def test_a_picture_can_be_read(name: str, theme: str) -> None:
    """Axes name a quantity with its unit or zone; every text has a contrast of at least 4.5."""
    plot, rows, options = pictures()[name]
    ax = axes()
    assert plot(rows, ax=ax, theme=theme, **options) is ax
    ax.figure.draw_without_rendering()
    legend = ax.get_legend()
    names = [] if legend is None else [text.get_text() for text in legend.get_texts()]
    assert (ax.get_xlabel(), ax.get_ylabel(), names) == SAID[name]
    texts = list(chain.from_iterable(one.findobj(mpl.text.Text) for one in ax.figure.axes))
    shown = [text for text in texts if text.get_text() and text.get_visible()]
    assert len(shown) > 4
    for text in shown:
        assert contrast(text.get_color(), palette_of(theme).ground) >= 4.5, text.get_text()


@pytest.mark.parametrize("name", sorted({*SAID} - {"week"}))
def test_nothing_is_drawn_of_nothing(name: str) -> None:
    """Without rows there are axes without a bar; a picture of counts says that they are few."""
    plot, _, _ = pictures()[name]
    ax = plot([], ax=axes())
    notes = {"forecast": "no forecast", **dict.fromkeys(("aging", "distribution"), "few records")}
    note = notes.get(name, "")
    assert (len(ax.patches), ax.get_title(loc="right")) == (0, note)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_of_data_stand_out(theme: str) -> None:
    """A bar or line has a contrast of at least 3 to the ground (WCAG 1.4.11)."""
    colors = palette_of(theme)
    for color in (colors.first, colors.second, colors.third, colors.muted):
        assert contrast(color, colors.ground) >= 3


def test_pictures_for_a_page_are_the_same_every_time() -> None:
    """Both themes, as SVG text; equal rows give equal text, without a date or a script."""
    rows = [{"age": "< 1 d", "open": 2}, {"age": ">= 1 d", "open": 30}]
    one = picture(plot_aging, rows, text="Age")
    assert one == picture(plot_aging, iter(rows), text="Age")
    assert one.svg != one.dark
    for svg in (one.svg, one.dark):
        assert svg.count("<svg") == 1
        assert "<script" not in svg
        assert "dc:date" not in svg


def test_new_axes_where_none_are_given() -> None:
    """Without axes a figure of its own is made."""
    ax = plot_aging([{"age": "< 1 d", "open": 2}])
    assert len(ax.patches) == 1
    mpl.pyplot.close(ax.figure)


def test_an_unknown_theme() -> None:
    """The allowed ones are named."""
    with pytest.raises(InvalidValueError, match="light, dark"):
        plot_aging([], theme="sepia")  # type: ignore[arg-type]


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """How to go on stands in the error."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"incidentcore\[plots\]"):
        plot_aging([])
