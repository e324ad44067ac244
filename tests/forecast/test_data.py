"""The audit log: the chance of a breach and the hourly volume, as good as was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentcore.conditions import NEVER, field
from incidentcore.forecast import (
    Chance,
    ForecastScore,
    backtest_backlog,
    backtest_breach,
    backtest_volume,
    breach_model,
    watch_list,
)
from incidentcore.instants import Interval
from incidentcore.records import Incident, Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla
from incidentcore.vendors import read_audit_log

pytestmark = [pytest.mark.data]

OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
HOURS = {"critical": 4, "high": 8, "moderate": 24, "low": 40}
POLICY = SlaPolicy(
    [
        (
            field("priority.name").equals(name),
            SlaDefinition.resolution(
                hours=hours, calendar=OFFICE, name=name, pause=NEVER, reopen="continue"
            ),
        )
        for name, hours in HOURS.items()
    ]
)
AS_OF = datetime(2016, 5, 1, tzinfo=UTC)
DAYS = [AS_OF + timedelta(days=day) for day in range(1, 27)]
ASKED = [day + timedelta(hours=hour) for day in DAYS if day.weekday() < 5 for hour in (9, 15)]
LATER = datetime(2018, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def incidents(data_dir: Path) -> list[Incident]:
    return list(read_audit_log(data_dir / "uci_incident_event_log.csv.gz"))


def score(incidents: list[Incident], chance: Chance, asked: list[datetime]) -> ForecastScore:
    return backtest_breach(POLICY, incidents, chance=chance, at=asked, until=LATER)


@pytest.mark.heavy
def test_the_chance_of_a_breach_is_good_enough(incidents: list[Incident]) -> None:
    """Asked twice a working day in May 2016 by a model of what was known on the first."""
    model = breach_model(POLICY, incidents, as_of=AS_OF)
    there = [one for one in incidents if one.updated_at > ASKED[0]]
    scored = score(there, model, ASKED)
    assert (scored.questions, scored.records) == (11_103, 3_567)
    assert (scored.unanswered, scored.undecided) == (0, 0)
    assert scored.brier <= 0.172
    assert scored.ece <= 0.04
    assert scored.auc is not None
    assert scored.auc >= 0.77
    assert scored.base_brier == pytest.approx(0.210, abs=0.0005)
    listed = watch_list(model, there[:3_000], now=ASKED[0], at_least=0.9)
    assert all(item.chance.probability >= 0.9 for item in listed.items)


@pytest.mark.heavy
def test_a_learned_model_is_scored_by_the_same_back_test(incidents: list[Incident]) -> None:
    """Gradient boosting of scikit-learn, fitted on snapshots, behind the same protocol."""
    ensemble = pytest.importorskip("sklearn.ensemble")
    april = datetime(2016, 4, 4, tzinfo=UTC)
    known = [one for one in incidents if april <= one.opened_at < AS_OF]
    groups = {
        name: place for place, name in enumerate(sorted({str(g.assignment_group) for g in known}))
    }

    def facts(record: Record, now: datetime) -> list[float] | None:
        status = evaluate_sla(POLICY, record, now=now)
        if status.stage != "running" or status.breached or status.remaining is None:
            return None
        then = record.timeline(now=now).facts_at(now)
        return [
            status.elapsed.total_seconds(),
            status.remaining.total_seconds(),
            float(then["priority"].rank),
            float(then["acknowledged_at"] is not None),
            float(groups.get(str(then["assignment_group"]), -1)),
        ]

    rows, came = [], []
    for day in (12, 19):
        at = datetime(2016, 4, day, 9, tzinfo=UTC)
        for one in known:
            if one.opened_at > at or (not one.state.open and one.updated_at <= at):
                continue
            row = facts(one, at)
            end = min(one.resolved_at or AS_OF, AS_OF)  # what came later is not known
            needs = OFFICE.open_time(at, end).total_seconds() if end > at else 0.0
            if row is not None and (needs > row[1] or end < AS_OF):
                rows.append(row)
                came.append(needs > row[1])
    learned = ensemble.HistGradientBoostingClassifier(max_iter=40, random_state=1).fit(rows, came)

    def chance(record: Record, /, *, now: datetime) -> float | None:
        row = facts(record, now)
        return None if row is None else float(learned.predict_proba([row])[0][1])

    there = [one for one in incidents if one.updated_at > ASKED[0] and one.opened_at <= ASKED[0]]
    scored = score(there, chance, ASKED[:1])
    assert scored.questions > 200
    assert scored.brier < 0.25
    assert scored.auc is not None
    assert scored.auc > 0.6


def test_the_hourly_volume_is_calibrated(incidents: list[Incident]) -> None:
    """Three weeks by the eight before: the 80 % band covers 0.75 to 0.90."""
    start = datetime(2016, 5, 2, tzinfo=UTC)
    weeks = [Interval(start, start + timedelta(weeks=3))]
    scored = backtest_volume(incidents, windows=weeks, zone="UTC", recent=timedelta(weeks=8))
    assert scored.steps == 504
    assert 0.75 <= dict(scored.coverage)[0.8] <= 0.90
    assert scored.mae < scored.naive_mae


@pytest.mark.heavy
def test_the_backlog_says_how_well_it_did(incidents: list[Incident]) -> None:
    """Some mornings of May by the last 14 days, beside saying "as today"."""
    mornings = [datetime(2016, 5, day, 8, tzinfo=UTC) for day in (3, 10, 12, 17, 24)]
    one_day = timedelta(days=1)
    known = [one for one in incidents if one.opened_at < datetime(2016, 5, 26, tzinfo=UTC)]
    (scored,) = backtest_backlog(POLICY, known, at=mornings, ahead=[one_day], zone="UTC")
    assert scored.n == 5
    assert scored.mae < 120
