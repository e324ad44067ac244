"""Gather the data of a report record by record: clocks, escalations, state changes.

Each clock is evaluated once: its status is used for compliance, the worst breach, the escalations
and the row of the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore._checks import each_of
from incidentcore.desk import Desk
from incidentcore.desk.desk import desk_at
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import Escalation
from incidentcore.escalation.evaluate import due_by_matrix
from incidentcore.instants import Versions
from incidentcore.kpi import AgeBuckets
from incidentcore.kpi.charts import open_spans
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.group_keys import label
from incidentcore.kpi.groups import GroupBy, compile_groups
from incidentcore.kpi.measures.clocks import incomplete
from incidentcore.kpi.table import hours
from incidentcore.lifecycle import Lifecycle
from incidentcore.records import Incident, Record
from incidentcore.sla import SlaStatus, evaluate_sla
from incidentcore.sla.coverage import held_throughout
from incidentcore.sla.life import OneClock
from incidentcore.values import LintFinding
from incidentcore.vendors import StateCheck
from incidentcore.vendors.audit_log import StateTally, refused_changes
from incidentcore.words import Phrase

_ZERO: Final = timedelta(0)
_EXAMPLES: Final = 8
_UNRANKED: Final = 1_000
_COUNTED: Final = ("counting", "not_covered", "not_started", "stopped", "canceled")


def outcome(status: SlaStatus, *, record: Record | None = None) -> str:
    """Return the outcome of a clock: ``met``, ``breached``, or why it is neither.

    The other outcomes are ``running``, ``running_breached``, ``paused``, ``paused_breached``,
    ``canceled``, ``not_started``, ``no_sla`` and ``not_covered``. If ``record`` was canceled before
    the clock could start, the outcome is ``canceled`` (rule K2).
    """
    if status.stage == "stopped":
        return "breached" if status.breached else "met"
    if status.stage == "not_started" and record is not None and record.state.is_canceled:
        return "canceled"
    return incomplete(status)


def why(status: SlaStatus) -> str:
    """Return one line of text on how the time of a clock was spent."""
    trace = status.trace
    texts: dict[tuple[str, object], str] = {}
    spent: dict[str, timedelta] = {}
    for entry in trace:
        if entry.code not in _COUNTED:
            key = (entry.code, entry.data)
            text = texts.get(key) or texts.setdefault(key, entry.text)
            spent[text] = spent.get(text, _ZERO) + entry.interval.duration
    rest = (
        Phrase("{text} {span}", text=text, span=span) if span else text
        for text, span in spent.items()
    )
    return Phrase.joined((trace.summary, *rest), "; ")


def clock_row(record: Record, clocks: Iterable[tuple[str, SlaStatus]], /) -> dict[str, Any]:
    """Return a record and its clocks, as pairs of (name, status), as one row of data.

    Units: elapsed times and targets are hours of open time; instants are ISO text in UTC.
    """
    row: dict[str, Any] = {
        "id": record.id,
        "title": record.title,
        "state": record.state.name,
        "priority": label(record.priority),
        "opened_at": _iso(record.opened_at),
        "resolved_at": _iso(record.resolved_at if record.is_covered("resolved_at") else None),
    }
    for name, status in clocks:
        row |= {
            f"{name}_outcome": outcome(status, record=record),
            f"{name}_due_at": _iso(status.due_at),
            f"{name}_elapsed": None if status.target is None else hours(status.elapsed),
            f"{name}_target": None if status.target is None else hours(status.target),
            f"{name}_breached": None if status.target is None else status.breached,
            f"{name}_breached_at": _iso(status.breached_at),
            f"{name}_why": why(status),
        }
    return row


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _severity(status: SlaStatus, record: Incident) -> tuple[bool, bool, int, timedelta, str]:
    """Return the sort key of breaches: resolutions, majors, priority, then time over target."""
    is_other = status.definition is None or status.definition.kind != "resolution"
    rank = _UNRANKED if record.priority is None else record.priority.rank
    is_minor = record.major_status != "accepted"
    return is_other, is_minor, rank, -status.over_target, record.id


class Tally:
    """A collector of a report's data other than KPIs, to which records are added one at a time.

    The arguments are as for ``build_report``.

    Attributes:
        clocks: The latest definition or policy of each clock, by name.
        outcomes: For each pair (clock name, group as a tuple), the number of clocks by outcome.
        worst: The worst breach with its record. Breaches of a resolution clock count as worse than
            others; then those of major incidents, then of the highest priority, then those furthest
            beyond the target.
        missing: For each clock, the fields that it needs and the source lacks, so that the clock
            was not judged.
        unknown: For each clock, the other fields that it reads and whose history the source lacks.
        fired: How many escalations became due, by row, level, target and mode.
        lapsed: How many of these became unnecessary because of an acknowledgement, resolution or
            cancellation.
        came_in: How many times records were opened or reopened, by month.
        went_out: How many times open records were resolved, closed or canceled, by month.
        open_by_age: How many records are open, by age group.
        latest: The last eight escalations that became due.
        refused: The state changes that the first lifecycle does not allow, of the first record
            that has any.
    """

    def __init__(
        self,
        as_of: datetime,
        *,
        desk: Desk | Versions[Desk] | None = None,
        by: GroupBy | Sequence[GroupBy] = "priority",
        lifecycles: tuple[Lifecycle, ...] = (),
        zone: ZoneInfo | None = None,
        on_record: Callable[[Incident, tuple[tuple[str, SlaStatus], ...]], None] | None = None,
    ) -> None:
        lifecycles = tuple(each_of("lifecycles", lifecycles, Lifecycle))
        if not (on_record is None or callable(on_record)):
            raise InvalidValueError("on_record", on_record, "a function of a record and its clocks")
        self._as_of, self._desk, self._lifecycles = as_of, desk, lifecycles
        self.zone: ZoneInfo = zone or ZoneInfo("UTC")
        self._on_record = on_record
        self._group_of = compile_groups(by, as_of)
        self._age_of = AgeBuckets().compile(as_of)
        self.clocks: dict[str, OneClock] = {}
        self.outcomes: dict[tuple[str, tuple[object, ...]], Counter[str]] = {}
        self.missing: dict[str, set[str]] = {}
        self.unknown: dict[str, set[str]] = {}
        self.worst: tuple[SlaStatus, Incident] | None = None
        self.fired: Counter[tuple[str, int, str, str]] = Counter()
        self.lapsed: int = 0
        self.came_in: Counter[str] = Counter()
        self.went_out: Counter[str] = Counter()
        self.open_by_age: Counter[str] = Counter()
        self.refused: list[LintFinding] = []
        self.latest: list[Escalation] = []
        self._state_tally = StateTally(lifecycles)

    def watch(self, incidents: Iterable[Incident]) -> Iterator[Incident]:
        """Count each incident and yield it, with the priority that the desk, if any, computes."""
        for incident in each_of("incidents", incidents, Record):
            judged = incident
            if self._desk is not None:
                judged = desk_at(self._desk, incident).judged(incident)
            self.add(judged)
            yield judged

    def add(self, incident: Incident) -> None:
        """Count an incident as it was known at the report's instant, unless it is an exercise."""
        known = as_known(incident, self._as_of)
        if not isinstance(known, Incident) or known.exercise is not None:  # or not known then
            return
        clocks = () if self._desk is None else self._judge(known, desk_at(self._desk, known))
        self._flow(known)
        self._states(known)
        if self._on_record is not None:
            self._on_record(known, clocks)

    def _judge(self, incident: Incident, desk: Desk) -> tuple[tuple[str, SlaStatus], ...]:
        group = self._group_of(incident)
        level = desk.service_level
        statuses: tuple[SlaStatus, ...] = ()
        named: list[tuple[str, SlaStatus]] = []
        if level is not None:
            statuses = evaluate_sla(level, incident, now=self._as_of)
            for clock, status in zip(level.clocks, statuses, strict=True):
                self.clocks[clock.name] = clock
                named.append((clock.name, status))
                missing, result = status.not_covered, outcome(status, record=incident)
                held = () if missing else held_throughout(clock, incident.covers)
                self.outcomes.setdefault((clock.name, group), Counter())[result] += 1
                if held:
                    self.unknown.setdefault(clock.name, set()).update(held)
                if missing:
                    self.missing.setdefault(clock.name, set()).update(missing)
                elif status.over_target > _ZERO and (
                    self.worst is None or _severity(status, incident) < _severity(*self.worst)
                ):
                    self.worst = (status, incident)
        if desk.matrices:
            self._escalate(incident, desk, statuses)
        return tuple(named)

    def _escalate(self, incident: Incident, desk: Desk, statuses: tuple[SlaStatus, ...]) -> None:
        by_matrix = due_by_matrix(
            desk.matrices, incident, slas=statuses, now=self._as_of, include_lapsed=True
        )
        due = [one for some in by_matrix for one in some]
        for one in due:
            targets = Phrase("{targets}", targets=one.targets)
            self.fired[one.row, one.level, targets, one.mode] += 1
            self.lapsed += one.lapsed_at is not None
        if due:
            due += self.latest
            self.latest = sorted(due, key=lambda one: (one.due_at, one.key))[-_EXAMPLES:]

    def _flow(self, incident: Incident) -> None:
        ended = [incident.resolved_at, incident.closed_at, incident.canceled_at]
        spans: Iterable[tuple[datetime, datetime | None]]
        spans = [(incident.opened_at, min((at for at in ended if at), default=None))]
        if incident.reopen_count:
            spans = open_spans(incident)
        for since, until in spans:
            self.came_in[self._month(since)] += 1
            if until is not None:
                self.went_out[self._month(until)] += 1
        if incident.state.open:
            self.open_by_age[str(self._age_of(incident))] += 1

    def _month(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local.year:04}-{local.month:02}"

    def _states(self, incident: Incident) -> None:
        if not self._lifecycles:
            return
        refused, *_ = self._state_tally.add(incident)
        if refused and not self.refused:
            self.refused = [*refused_changes(incident, self._lifecycles[0])]

    @property
    def checks(self) -> tuple[StateCheck, ...]:
        """Return the result of checking the state changes against each lifecycle."""
        return self._state_tally.checks

    @property
    def refusal(self) -> str:
        """Return text on the first refused change and what was allowed instead; empty if none."""
        if not self.refused:
            return ""
        finding = self.refused[0]
        rows = self._lifecycles[0].transitions
        before = str(finding.data["before"])
        targets = [row.target.name for row in rows if before in row.sources]
        allowed = tuple(dict.fromkeys(targets)) or (Phrase("nothing"),)
        return Phrase(
            "{finding}; allowed from {before}: {allowed}",
            finding=finding,
            before=before,
            allowed=allowed,
        )
