"""What a report gathers from each record as it passes: clocks, escalations, state changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from incidentcore.escalation import Escalation, due_escalations
from incidentcore.kpi import as_known
from incidentcore.records import Incident
from incidentcore.report.rules import ReportRules
from incidentcore.sla import SlaStatus, evaluate_sla
from incidentcore.values import FrozenMap, LintFinding
from incidentcore.vendors import StateCheck, change_text, observed_changes, refused_changes

__all__ = ["OUTCOMES", "Tally"]

OUTCOMES: Final = (
    "met",
    "breached",
    "running",
    "running_breached",
    "paused",
    "canceled",
    "not_started",
)

_ZERO: Final = timedelta(0)
_REACTIONS: Final = ("acknowledged_at", "first_response_at")
_EXAMPLES: Final = 8
_UNRANKED: Final = 1_000


def _outcome(status: SlaStatus) -> str:
    if status.stage in ("none", "not_started"):
        return "not_started"
    if status.stage == "canceled":
        return "canceled"
    if status.stage == "stopped":
        return "breached" if status.breached else "met"
    if status.stage == "paused":
        return "paused"
    return "running_breached" if status.breached else "running"


def _severity(status: SlaStatus, incident: Incident) -> tuple[bool, int, timedelta, str]:
    """Return what puts the worst breach first: major, then priority, then time over target."""
    is_minor = incident.major_status != "accepted"
    rank = _UNRANKED if incident.priority is None else incident.priority.rank
    return is_minor, rank, -status.over_target, incident.id


class Tally:
    """Gathers what a report shows beside its KPIs, one record at a time.

    Args:
        rules: The rules to apply to the records.
        as_of: The instant of the report.

    Attributes:
        compliance: How the clocks ended, by SLA and priority name.
        worst: The worst breach of the resolution SLA, with its record: major incidents come
            first, then the worst priority, then what went furthest over its target.
        fired: By row, level, target and mode, how many escalations became due.
        examples: The latest few of them.
        lapsed: How many of those an acknowledgement, a resolution or a cancelation made pointless.
        refused: The first few state changes that the first lifecycle does not have.
    """

    def __init__(self, rules: ReportRules, as_of: datetime) -> None:
        self._rules = rules
        self._as_of = as_of
        self.compliance: dict[tuple[str, str], Counter[str]] = {}
        self.worst: tuple[SlaStatus, Incident] | None = None
        self.fired: Counter[tuple[str, int, str, str]] = Counter()
        self.lapsed = 0
        self.examples: list[Escalation] = []
        self.refused: list[LintFinding] = []
        self._observed = 0
        self._faulty = [0] * len(rules.lifecycles)
        self._changes: list[Counter[str]] = [Counter() for _ in rules.lifecycles]

    def watch(self, incidents: Iterable[Incident]) -> Iterator[Incident]:
        """Count each incident, then yield it."""
        for incident in incidents:
            self.add(incident)
            yield incident

    def add(self, incident: Incident) -> None:
        """Count an incident as it was known at the report's instant."""
        known = as_known(incident, self._as_of)
        if not isinstance(known, Incident) or known.exercise is not None:  # or not known then
            return
        self._clocks(known)
        self._states(known)

    def _clocks(self, incident: Incident) -> None:
        priority = "(none)" if incident.priority is None else incident.priority.name
        statuses = [evaluate_sla(one, incident, now=self._as_of) for one in self._rules.clocks]
        for clock, status in zip(self._rules.clocks, statuses, strict=True):
            if clock.name == "response" and not any(map(incident.is_covered, _REACTIONS)):
                continue  # its source tells of no reaction
            self.compliance.setdefault((clock.name, priority), Counter())[_outcome(status)] += 1
            if clock.name == "resolution" and status.over_target > _ZERO:
                self._keep_worst(status, incident)
        self._escalations(incident, statuses)

    def _keep_worst(self, status: SlaStatus, incident: Incident) -> None:
        if self.worst is None or _severity(status, incident) < _severity(*self.worst):
            self.worst = (status, incident)

    def _escalations(self, incident: Incident, statuses: Sequence[SlaStatus]) -> None:
        for matrix in self._rules.matrices:
            for escalation in due_escalations(
                matrix, incident, slas=statuses, now=self._as_of, include_lapsed=True
            ):
                targets = ", ".join(map(str, escalation.targets))
                level = (escalation.row, escalation.level, targets, escalation.mode)
                self.fired[level] += 1
                self.lapsed += escalation.lapsed_at is not None
                self.examples.append(escalation)
        if len(self.examples) > 100 * _EXAMPLES:
            self.examples = self.latest()

    def _states(self, incident: Incident) -> None:
        self._observed += observed_changes(incident)
        for place, lifecycle in enumerate(self._rules.lifecycles):
            refused = refused_changes(incident, lifecycle)
            self._faulty[place] += bool(refused)
            self._changes[place].update(change_text(finding) for finding in refused)
            if place == 0 and len(self.refused) < _EXAMPLES:
                self.refused.extend(refused[: _EXAMPLES - len(self.refused)])

    @property
    def checks(self) -> tuple[StateCheck, ...]:
        """Return the result of checking the state changes against each lifecycle."""
        return tuple(
            StateCheck(
                lifecycle=lifecycle.id,
                observed=self._observed,
                refused=changes.total(),
                incidents=faulty,
                changes=FrozenMap(changes),
            )
            for lifecycle, faulty, changes in zip(
                self._rules.lifecycles, self._faulty, self._changes, strict=True
            )
        )

    @property
    def refusal(self) -> str:
        """Return the first refused state change in words, with what was allowed instead."""
        if not self.refused:
            return ""
        finding = self.refused[0]
        rows = self._rules.lifecycles[0].transitions
        before = str(finding.data["before"])
        targets = [row.target.name for row in rows if before in row.sources]
        allowed = ", ".join(dict.fromkeys(targets)) or "nothing"
        return f"{finding}; allowed from {before}: {allowed}"

    def latest(self) -> list[Escalation]:
        """Return the latest few escalations."""
        return sorted(self.examples, key=lambda one: (one.due_at, one.key))[-_EXAMPLES:]
