"""Every vendor's definition is a KPI value that gives the vendor's number.

The same six tickets under each definition: that is why a KPI is a definition and not a function.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import NEVER, field
from incidentcore.kpi import Duration, Earliest, Kpi, NetFlow, Rate, catalogue, compute_kpis
from incidentcore.records import Record
from incidentcore.vendors import read_table

from .tickets import ROWS, minute, tickets

AS_OF = 300

# Rows of the page that no definition of ours gives, each with its reason.
NOT_OURS = {"kpi-history": "the tickets themselves, which all other rows are about"}
DELIBERATELY_DIFFERENT = {
    "kpi-sn-close-time-literal": (
        "a unit error in the vendor's page: summed hours / (n / 24); ours is summed time / n"
    )
}

RESOLVED = field("resolved_at").present()

DIALECTS: dict[str, Kpi] = {
    "kpi-mtta-pagerduty": catalogue.MEAN_TIME_TO_ACKNOWLEDGE,
    "kpi-mtta-goalert": catalogue.MEAN_TIME_TO_ACKNOWLEDGE.replace(
        id="goalert", exclusions={"not_closed": field("state.open").is_true()}
    ),
    "kpi-response-grafana": Kpi(
        id="grafana",
        measure=Duration(
            "opened_at", Earliest(("acknowledged_at", "resolved_at", "custom.silenced_at"))
        ),
    ),
    "kpi-ttr-first": catalogue.MEAN_TIME_TO_FIRST_RESOLUTION,
    "kpi-ttr-full": catalogue.MEAN_TIME_TO_RESOLVE,
    "kpi-ttr-net-open": catalogue.MEAN_NET_TIME_TO_RESOLVE,
    "kpi-ttr-median-naive": catalogue.MEDIAN_TIME_TO_RESOLVE,
    "kpi-ttr-median-km": catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    "kpi-fcr-freshservice": catalogue.RESOLVED_WITHOUT_FURTHER_CONTACT_RATE,
    "kpi-fcr-zoho": catalogue.ONE_TOUCH_RATE,
    "kpi-flr-servicenow": catalogue.RESOLVED_WITHOUT_REASSIGNMENT_RATE,
    "kpi-fcr-metricnet-gross": catalogue.FIRST_CONTACT_RESOLUTION_RATE_GROSS,
    "kpi-fcr-metricnet-net": catalogue.FIRST_CONTACT_RESOLUTION_RATE_NET.replace(
        exclusions={"beyond_first_level": field("reassignment_count") >= 1}
    ),
    "kpi-reopen": catalogue.REOPEN_RATE,
    "kpi-reopen-events": catalogue.REOPENINGS_PER_RESOLUTION,
    "kpi-backlog": catalogue.BACKLOG,
    "kpi-backlog-asof-140": catalogue.BACKLOG,
    # Of moments: canceled tickets never go out. The catalogue's growth is that of the backlog, 1.
    "kpi-growth": catalogue.BACKLOG_GROWTH.replace(measure=NetFlow("opened_at", "resolved_at")),
    "kpi-avg-age-h": catalogue.MEAN_AGE_OF_BACKLOG,
    "kpi-zero-den": Kpi(
        id="no_denominator", measure=Rate(numerator=RESOLVED, denominator=NEVER, of="nothing")
    ),
    "kpi-fdrt-devlake": catalogue.MEAN_FAILED_DEPLOYMENT_RECOVERY_TIME,
}


def deployment() -> list[Record]:
    """A deployment finished at 10:00; the incident came at 10:20 and was resolved at 11:00."""
    day = datetime(2026, 1, 5, tzinfo=UTC)
    records = list(
        read_table(
            [
                {
                    "id": "D",
                    "deployed_at": day + timedelta(hours=10),
                    "opened": day + timedelta(hours=10, minutes=20),
                    "resolved": day + timedelta(hours=11),
                }
            ],
            {"id": "id", "opened": "opened", "resolved": "resolved"},
        )
    )
    return list(records)


def number(kpi: Kpi, value: Any) -> Any:
    """Return a value in the oracle's unit: minutes, hours of age, per cent, or a count."""
    if isinstance(value, timedelta):
        unit = "hours" if kpi is catalogue.MEAN_AGE_OF_BACKLOG else "minutes"
        return value / timedelta(**{unit: 1})
    return value * 100 if kpi.unit == "fraction" and value is not None else value


@pytest.mark.parametrize("row", sorted(set(ROWS) - set(NOT_OURS)))
def test_every_definition_gives_its_number(row: str) -> None:
    """The vendor's definition as a value gives the vendor's number, or stands on a list."""
    if row in DELIBERATELY_DIFFERENT:
        assert row not in DIALECTS
        return
    records = deployment() if row == "kpi-fdrt-devlake" else tickets()
    as_of = 140 if row == "kpi-backlog-asof-140" else AS_OF
    if row == "kpi-fdrt-devlake":
        as_of = 24 * 60
    kpi = DIALECTS[row]

    result = compute_kpis([kpi], records, as_of=minute(as_of)).results[0]

    expected = ROWS[row]["expect"]
    if expected is None:
        assert (result.value, result.denominator) == (None, 0)
    else:
        assert number(kpi, result.value) == pytest.approx(expected, abs=1e-6)


def test_the_close_time_of_the_page_with_the_unit_error_is_one_day() -> None:
    """Forty-eight hours over two incidents is a day each, not 576."""
    day = datetime(2026, 1, 5, tzinfo=UTC)
    records = list(
        read_table(
            [
                {"id": name, "opened": day, "resolved": day, "closed": day + timedelta(days=1)}
                for name in "AB"
            ],
            {"id": "id", "opened": "opened", "resolved": "resolved", "closed": "closed"},
        )
    )

    table = compute_kpis([catalogue.MEAN_TIME_TO_CLOSE], records, as_of=day + timedelta(days=2))

    assert table["mean_time_to_close"].value == timedelta(days=1)


def test_what_each_definition_leaves_out_is_told() -> None:
    """The same six tickets: of the mean time to resolve one is open and one canceled."""
    result = compute_kpis([catalogue.MEAN_TIME_TO_RESOLVE], tickets(), as_of=minute(AS_OF))[
        "mean_time_to_resolve"
    ]

    assert (result.n, dict(result.excluded)) == (4, {"canceled": 1, "unresolved": 1})
