"""How a table is shown: text, Markdown, HTML, CSV and plain rows."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.tz import gettz

from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    FieldValue,
    Kpi,
    KpiTable,
    Objective,
    Periods,
    catalogue,
    compute_kpis,
)
from incidentcore.records import Incident
from incidentcore.serialization import dumps, loads
from incidentcore.values import Impact

from .tickets import minute, tickets

PLUS_ONE = timezone(timedelta(hours=1))
EVIL = "=cmd|' /C calc'!A0<script>"


def table(**how: object) -> KpiTable:
    kpis = [catalogue.MEAN_TIME_TO_RESOLVE, catalogue.REOPEN_RATE, catalogue.BACKLOG]
    return compute_kpis(kpis, tickets(), as_of=minute(300), **how)  # type: ignore[arg-type]


def evil() -> KpiTable:
    record = Incident.open(id="1", title="x", at=minute(0), by="k", assignment_group=EVIL)
    return compute_kpis([catalogue.VOLUME], [record], as_of=minute(1), group_by="assignment_group")


def test_text_is_aligned_and_says_what_was_left_out() -> None:
    """Numbers stand to the right; times are hours, rates per cent with what they are a share of."""
    assert str(table()).splitlines() == [
        "kpi                     value  n  counted  left out",
        "--------------------  -------  -  -------  ----------------------------",
        "mean_time_to_resolve   1.22 h  4           canceled 1, unresolved 1",
        "reopen_rate           25.00 %  4   1 of 4  canceled 1, never_resolved 1",
        "backlog                     1  1",
    ]


def test_a_page_names_the_denominator_of_each_rate() -> None:
    """Markdown and HTML say of what a rate is the share; a table without rates has no column."""
    reopened = "1 of 4 records resolved at least once"
    times = compute_kpis([catalogue.MEAN_TIME_TO_RESOLVE], tickets(), as_of=minute(300))

    assert f"| {reopened} |" in table().to_markdown()
    assert f">{reopened}<" in table()._repr_html_()
    assert "counted" not in times.to_markdown()


def test_a_page_tells_its_instant_window_and_mode() -> None:
    """The caption holds what the figures are as of; nothing in it is markup."""
    days = Periods("day", "Europe/Berlin", within=Interval(minute(0), minute(1440)))
    kpis = [catalogue.MEAN_TIME_TO_RESOLVE]

    by_day = compute_kpis(kpis, tickets(), as_of=minute(300), window=days, mode="sketch")

    assert str(by_day).splitlines()[0].split()[:3] == ["kpi", "period", "value"]
    assert str(by_day).splitlines()[2].split()[:2] == ["mean_time_to_resolve", "2026-01-05"]
    assert ">As of 2026-01-05 05:00 (UTC)</caption>" in table()._repr_html_()
    for zone, name in ((ZoneInfo("Europe/Berlin"), "Europe/Berlin"), (PLUS_ONE, "UTC+01:00")):
        there = compute_kpis(kpis, tickets(), as_of=minute(300).astimezone(zone))
        assert f">As of 2026-01-05 06:00 ({name})</caption>" in there._repr_html_()
        assert there == compute_kpis(kpis, tickets(), as_of=minute(300))
        assert there.to_plain()["as_of"] == "2026-01-05T05:00:00+00:00"
        assert loads(dumps(there), KpiTable) == there
    unnamed = compute_kpis(kpis, tickets(), as_of=minute(300).astimezone(gettz("Europe/Berlin")))
    assert ">As of 2026-01-05 05:00 (UTC)</caption>" in unnamed._repr_html_()
    assert loads(dumps(unnamed), KpiTable) == unnamed
    assert (
        ">As of 2026-01-05 06:00 (Europe/Berlin), by day, from 2026-01-05 01:00 to before "
        "2026-01-06 01:00; sketch, quantiles within 1 %</caption>"
    ) in by_day._repr_html_()


def test_a_value_that_is_none_is_a_dash_and_few_are_told() -> None:
    """Nothing is ever shown as zero or NaN in place of no value; few records are marked."""
    kpis = [
        catalogue.MEAN_TIME_TO_CLOSE,
        catalogue.VOLUME.replace(min_n=30),
    ]

    lines = str(compute_kpis(kpis, tickets(), as_of=minute(300))).splitlines()

    assert lines[2].split()[1:3] == ["-", "0"]
    assert lines[3].split()[1:] == ["6", "6", "few"]


def test_markdown_and_html_escape_everything() -> None:
    """A group's name cannot become markup or break a row."""
    html, markdown = evil()._repr_html_(), evil().to_markdown()

    for text in (html, markdown):
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
    assert "\\|" in markdown
    assert html.startswith("<table>")


def test_csv_cells_that_begin_like_a_formula_are_inert() -> None:
    """A spreadsheet shows them and does not run them; numbers stay numbers."""
    rows = list(csv.reader(io.StringIO(evil().to_csv())))

    assert rows[1][1] == "'" + EVIL
    assert rows[1][rows[0].index("value")] == "1"


def test_rows_are_plain_and_go_into_json_and_a_frame() -> None:
    """Iterating gives mappings of numbers, text and None."""
    rows = list(table(group_by="assignment_group"))

    assert rows[0]["assignment_group"] == "desk"
    assert rows[0]["unit"] == "hours"
    json.dumps(rows, allow_nan=False)
    plain = json.loads(json.dumps(table().to_plain(), allow_nan=False))
    assert [row["kpi"] for row in plain["rows"]] == [
        "mean_time_to_resolve",
        "reopen_rate",
        "backlog",
    ]
    assert plain["rows"][0]["excluded_by_reason"] == {"canceled": 1, "unresolved": 1}
    pandas = pytest.importorskip("pandas", reason="needs the extra 'check'")
    frame = pandas.DataFrame(iter(table()))
    assert list(frame["n"]) == [4, 4, 1]


HOUR_OF = Interval(minute(0), minute(60))
BY_DAY = Periods("day", "Europe/Berlin")


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (None, [None, None, None]),
        (
            HOUR_OF,
            [
                {"start": "2026-01-05T00:00:00+00:00", "end": "2026-01-05T01:00:00+00:00"},
                None,
                None,
            ],
        ),
        (BY_DAY, [None, "day", "Europe/Berlin"]),
        (attrs.evolve(BY_DAY, within=HOUR_OF), [None, "day", "Europe/Berlin"]),
    ],
    ids=["all", "an hour", "days", "days of an hour"],
)
def test_plain_data_say_what_the_figures_are_of(window: Any, told: list[Any]) -> None:
    """The window or the periods with their zone, beside the instant, the mode and the groups."""
    plain = compute_kpis(
        [catalogue.VOLUME],
        tickets(),
        as_of=minute(300),
        window=window,
        group_by=["assignment_group"],
        mode="sketch",
    ).to_plain()
    rows, (version, source) = plain.pop("rows"), plain.pop("zone_data")
    assert plain == {
        "as_of": "2026-01-05T05:00:00+00:00",
        "mode": "sketch",
        "groups": ["assignment_group"],
        **dict(zip(("window", "periods", "zone"), told, strict=True)),
    }
    assert (bool(version), bool(source)) == (True, True)
    assert {row["kpi"] for row in rows} == {"volume"}


def test_an_empty_collection_is_shown_as_none() -> None:
    """A group of records without tags or category has a name, not a blank."""
    shown = compute_kpis(
        [catalogue.VOLUME], tickets(), as_of=minute(9), group_by=["tags", "category"]
    )

    assert str(shown).splitlines()[2].split()[:3] == ["volume", "(none)", "(none)"]


def test_a_row_is_found_by_its_names() -> None:
    """By KPI, group and period; a row that is not there is an error that names one or the KPIs."""
    grouped = table(group_by=["assignment_group"], totals=True)

    assert grouped.result("backlog", "desk").n == 1
    assert grouped.result("mean_time_to_resolve", "(all)").n == 4
    with pytest.raises(InvalidValueError, match="KPIs: mean_time_to_resolve"):
        grouped.result("mttr", "desk")
    such = grouped.results[0].group[0]
    with pytest.raises(InvalidValueError, match=rf"such as result\('backlog', '{such}'\)$"):
        grouped["backlog"]  # the first thing that is tried


def test_the_unit_of_numbers_is_the_callers() -> None:
    """A plain row carries it; a time's hours are there for show."""
    records = [Incident.open(id="1", title="x", at=minute(0), by="k", custom={"cost": 2.5})]
    kpi = Kpi(id="cost", measure=FieldValue("custom.cost", "EUR"))

    result = compute_kpis([kpi], records, as_of=minute(1))["cost"]

    assert (result.value, result.unit, result.hours, result.text()) == (2.5, "EUR", None, "2.50")
    for bounds, text in (((2, 3), "2.50 [2, 3]"), ((2, None), "2.50"), ((None, 3), "2.50")):
        assert attrs.evolve(result, low=bounds[0], high=bounds[1]).text() == text
    assert table()["mean_time_to_resolve"].hours == pytest.approx(73 / 60)


def test_an_arrow_table_has_one_kind_for_each_column() -> None:
    """Figures are floats and counts whole numbers also where no row has one; the rest is text."""
    pa = pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")
    kpi = catalogue.REOPEN_RATE.replace(objective=Objective(at_most=0.1))
    for records in (tickets(), []):
        made = compute_kpis([kpi], records, as_of=minute(300))
        arrow = pa.table(made)
        assert arrow.num_rows == len(made.results)
        kinds = {field.name: str(field.type) for field in arrow.schema}
        numbers = {"value", "numerator", "denominator", "low", "high", "budget", "budget_left"}
        assert {name for name, kind in kinds.items() if kind == "double"} == numbers
        assert {name for name, kind in kinds.items() if kind == "bool"} == {
            *("enough", "met", "approximate")
        }
        assert {name for name, kind in kinds.items() if kind == "int64"} == {"n", "excluded"}
        assert set(kinds.values()) == {"double", "bool", "int64", "string"}
        assert arrow.to_pylist() == [
            {
                name: part if kinds[name] != "string" or part is None else str(part)
                for name, part in row.items()
            }
            for row in made
        ]


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """How to go on stands in the error."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"incidentcore\[arrow\]"):
        table().__arrow_c_stream__()


def test_a_group_is_in_a_plain_row_by_its_name() -> None:
    """A level has one; a truth and a number stay what they are, and what is missing is None."""
    rows = [
        Incident.open(id=f"I{n}", title="x", at=minute(0), by="k", impact=impact, custom={"n": n})
        for n, impact in enumerate((Impact.HIGH, None))
    ]
    for path, groups in (("impact", ["high", None]), ("custom.n", [0, 1])):
        made = compute_kpis([catalogue.VOLUME], rows, as_of=minute(1), group_by=path)
        found = {row[path] for row in made}
        assert found == set(groups)
