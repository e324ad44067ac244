"""Escalation rows that behave like the policies of well-known systems.

Each function takes the settings of one system, checks them against that system's limits, and
returns a row whose attributes match its behavior.

Source: the systems' public documentation and source, November 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from incidentcore._checks import need_several
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.matrix import EscalationLevel, EscalationRow, Until
from incidentcore.escalation.targets import EscalationTarget
from incidentcore.escalation.triggers.after import After
from incidentcore.escalation.triggers.after_previous import AfterPrevious
from incidentcore.escalation.triggers.base import Trigger
from incidentcore.escalation.triggers.on_clock import OnClock

Targets: TypeAlias = EscalationTarget | str | Iterable[EscalationTarget | str]

_MINUTE: Final = timedelta(minutes=1)


def _bounded(name: str, given: object, low: int, high: int) -> int:
    if type(given) is not int or not low <= given <= high:
        raise EscalationMatrixError(name, given, f"a whole number from {low} to {high}")
    return given


def _steps(name: str, given: Any, *parts: str) -> list[Any]:
    """Return steps that have their parts; raise an error for anything else."""
    allowed = f"several steps of ({', '.join(parts)})"
    steps = list(need_several(name, given, allowed, EscalationMatrixError))
    for number, step in enumerate(steps):
        if not isinstance(step, (tuple, list)) or len(step) != len(parts):
            raise EscalationMatrixError(f"{name}[{number}]", step, f"({', '.join(parts)})")
    return steps


def _chain(name: str, given: object, longest: int) -> list[EscalationLevel]:
    """Return levels, each of which waits for the delay of the level before it."""
    steps = _steps(name, given, "targets", "minutes")
    if not steps:
        raise EscalationMatrixError(name, steps, "at least one step")
    waits = [
        _bounded(f"{name}[{number}].delay", delay, 1, longest) * _MINUTE
        for number, (_, delay) in enumerate(steps)
    ]
    return _levels([targets for targets, _ in steps], waits)


def _levels(targets: Iterable[Targets], waits: Iterable[timedelta]) -> list[EscalationLevel]:
    """Return levels, the first due at once and each other after the wait of the one before."""
    triggers: list[Trigger] = [After(timedelta(0)), *map(AfterPrevious, waits)]
    return [EscalationLevel(*pair) for pair in zip(triggers, targets, strict=False)]


def pagerduty_row(
    name: str,
    rules: Sequence[tuple[Targets, int]],
    *,
    num_loops: int = 0,
    ack_timeout: timedelta | None = timedelta(seconds=1800),
    when: Condition = ALWAYS,
) -> EscalationRow:
    """Return a row that behaves like a PagerDuty escalation policy.

    A snooze extends an acknowledgement; when the snooze ends, the row continues where it stopped.

    Args:
        name: The row's name.
        rules: Pairs of (targets, minutes to wait before the next rule); at least 1 minute.
        num_loops: How many times the rules are repeated, 0 to 9.
        ack_timeout: How long an acknowledgement is valid; None for no limit.
        when: The condition on the records that the row applies to, such as high urgency.

    >>> from incidentcore.escalation import pagerduty_row
    >>> row = pagerduty_row("prod", [("primary", 15), ("secondary", 30)], num_loops=1)
    >>> len(row.levels), row.repeat_after
    (2, datetime.timedelta(seconds=1800))
    """
    return EscalationRow(
        name,
        _chain("rules", rules, 10_000),
        when=when,
        repeat=_bounded("num_loops", num_loops, 0, 9),
        repeat_after=rules[-1][1] * _MINUTE,
        ack_timeout=ack_timeout,
    )


def goalert_row(
    name: str,
    steps: Sequence[tuple[Targets, int]],
    *,
    repeat: int = 0,
    everybody: bool = False,
    when: Condition = ALWAYS,
) -> EscalationRow:
    """Return a row that behaves like a GoAlert escalation policy.

    Args:
        name: The row's name.
        steps: Pairs of (targets, minutes to wait after the step); 1 to 9000 minutes.
        repeat: How many times the steps are repeated, 0 to 5.
        everybody: Whether everybody who was notified must acknowledge.
        when: The condition on the records that the row applies to.
    """
    return EscalationRow(
        name,
        _chain("steps", steps, 9000),
        when=when,
        repeat=_bounded("repeat", repeat, 0, 5),
        repeat_after=steps[-1][1] * _MINUTE,
        acknowledged_by="all" if everybody else "any",
        past_last="wrap",
    )


def jira_row(
    name: str,
    rules: Sequence[tuple[int, str, Targets]],
    *,
    repeat: int = 0,
    repeat_after: timedelta = timedelta(0),
    when: Condition = ALWAYS,
) -> EscalationRow:
    """Return a row that behaves like an escalation of Jira Service Management operations.

    A snooze stops every rule; when it ends, the row starts again.

    Args:
        name: The row's name.
        rules: Triples of (minutes after the opening, ``"not_acknowledged"`` or ``"not_closed"``,
            targets).
        repeat: How many times the rules are repeated, 0 to 20.
        repeat_after: How long after the last rule a repetition begins.
        when: The condition on the records that the row applies to.
    """
    silenced_by: dict[str, Until] = {"not_acknowledged": "acknowledged", "not_closed": "resolved"}
    levels = []
    steps = _steps("rules", rules, "minutes", "condition", "targets")
    for number, (minutes, condition, targets) in enumerate(steps):
        if condition not in silenced_by:
            raise EscalationMatrixError(
                f"rules[{number}].condition", condition, "not_acknowledged or not_closed"
            )
        delay = _bounded(f"rules[{number}].minutes", minutes, 0, 100_000) * _MINUTE
        levels.append(EscalationLevel(After(delay), targets, until=silenced_by[condition]))
    return EscalationRow(
        name,
        levels,
        when=when,
        repeat=_bounded("repeat", repeat, 0, 20),
        repeat_after=repeat_after,
        on_snooze_end="restart",
        snooze_silences="all",
    )


def servicenow_row(
    name: str, steps: Sequence[tuple[Targets, int, timedelta]], *, when: Condition = ALWAYS
) -> EscalationRow:
    """Return a row that behaves like a ServiceNow on-call escalation policy.

    Args:
        name: The row's name.
        steps: Triples of (targets, number of reminders, ``timedelta`` between reminders). The row
            leaves out the reminders; the next step is due one such interval after the last
            reminder.
        when: The condition on the records that the row applies to.
    """
    chain = _steps("steps", steps, "targets", "reminders", "time between reminders")
    waits = [
        _bounded(f"steps[{number}].reminders", reminders, 0, 100) * interval + interval
        for number, (_, reminders, interval) in enumerate(chain)
    ]
    return EscalationRow(name, _levels([one[0] for one in chain], waits), when=when)


def servicenow_sla_row(
    name: str = "sla", *, clock: str = "resolution", when: Condition = ALWAYS
) -> EscalationRow:
    """Return a row that notifies like ServiceNow's default SLA flow: at 50, 75 and 100 percent.

    At 50 percent it notifies the assignee and the component's support group; at 75 percent and at
    the due time, it notifies the assignee and the assignee's manager.

    Args:
        name: The row's name.
        clock: The kind or name of the SLA definition.
        when: The condition on the records that the row applies to.
    """
    assignee = EscalationTarget.field("assignee")
    manager = EscalationTarget.manager_of("assignee")
    support = EscalationTarget.role("configuration item support")
    levels = [
        EscalationLevel(OnClock(clock, 0.5), (assignee, support)),
        EscalationLevel(OnClock(clock, 0.75), (assignee, manager), mode="hierarchical"),
        EscalationLevel(OnClock(clock, "due"), (assignee, manager), mode="hierarchical"),
    ]
    return EscalationRow(name, levels, when=when)
