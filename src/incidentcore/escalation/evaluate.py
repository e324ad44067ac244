"""Which escalations are due, computed from history, regardless of when you poll (rule E1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

import attrs

from incidentcore._checks import need_each, need_keys, one_or_each
from incidentcore.conditions import Condition
from incidentcore.escalation.escalation import Escalation
from incidentcore.escalation.matrix import EscalationMatrix
from incidentcore.escalation.silence import Window
from incidentcore.escalation.view import RecordView
from incidentcore.escalation.walk import SNOOZED, fallen_due
from incidentcore.instants import Versions, as_utc, version_at, versions_of
from incidentcore.records import Record
from incidentcore.sla import SlaRules, SlaStatus

_HORIZON: Final = timedelta(days=731)
_ORDER: Final = attrgetter("due_at", "row", "pass_", "level", "cycle")
_LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)


def due_escalations(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
    record: Record,
    /,
    *,
    slas: SlaRules | SlaStatus | Sequence[SlaRules | SlaStatus] = (),
    now: datetime,
    known_at: datetime | None = None,
    already: Collection[str] = (),
    include_lapsed: bool = False,
    live: bool = False,
) -> tuple[Escalation, ...]:
    """Return the escalations of a record that have become due by ``now``; nothing is sent.

    Which escalations have become due by an instant depends only on the matrix, the policies and the
    history, not on when you poll. Pass the keys of delivered escalations as ``already``.

    Args:
        matrix: The matrix, or ``Versions`` of it.
        record: The record.
        slas: The clocks that the matrix refers to: rules as for ``evaluate_sla``, or this record's
            statuses for the same ``now`` and ``known_at``, so that the clocks need not be evaluated
            again. All clocks that the record ever had are used.
        now: The instant of evaluation.
        known_at: Use only what was recorded by this instant; None for everything.
        already: The keys of escalations to leave out.
        include_lapsed: Whether to include escalations that are no longer needed after an
            acknowledgement, a resolution or a cancellation, and those that a snooze holds back now.
        live: For ``Versions``, whether to use the version in force when a level becomes due,
            instead of the version in force when the record was opened (rule E4). A level that a new
            version makes overdue becomes due when that version comes into force; a level at the
            same position keeps its key.

    Returns:
        The escalations in order of their due times.

    Raises:
        InvalidValueError: An item of ``slas`` is not a clock, or is for another record or instant.
        NaiveDatetimeError: An instant carries no offset.

    Source: rules E1 to E4.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.escalation import After, EscalationLevel, EscalationMatrix, EscalationRow
    >>> from incidentcore.escalation import due_escalations
    >>> from incidentcore.records import Incident
    >>> level = EscalationLevel(After(timedelta(minutes=15)), "on-call")
    >>> matrix = EscalationMatrix("desk", [EscalationRow("all", [level])])
    >>> nine, ten = (datetime(2026, 12, 23, hour, tzinfo=UTC) for hour in (9, 10))
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> for one in due_escalations(matrix, incident, now=ten):
    ...     print(one.targets[0], one.due_at.isoformat(), one.key)
    on-call 2026-12-23T09:15:00+00:00 INC-1/desk/all/0/0/1
    """
    need_keys(already)
    now = as_utc(now, "now")
    timed = _timed(matrix)
    view = RecordView.of(record, slas, now, until=now, known_at=known_at, timed=timed)
    if view is None:
        return ()
    due = _overtaken(_all_due(matrix, record, view, until=now, live=live))
    return tuple(
        one for one in due if one.key not in already and (include_lapsed or one.lapsed_at is None)
    )


def due_by_matrix(
    matrices: Iterable[EscalationMatrix],
    record: Record,
    /,
    *,
    slas: Sequence[SlaStatus],
    now: datetime,
    known_at: datetime | None = None,
    include_lapsed: bool = False,
) -> Iterator[tuple[Escalation, ...]]:
    """Yield for each matrix what ``due_escalations`` returns, from one view of the record."""
    cut: dict[str, Any] = {"until": now, "known_at": known_at}
    shared = RecordView.of(record, slas, now, **cut)
    for matrix in matrices:
        timed = matrix.timed
        view = RecordView.of(record, slas, now, **cut, timed=timed) if timed else shared
        due = [] if view is None else _all_due(matrix, record, view, until=now, live=False)
        yield tuple(one for one in _overtaken(due) if include_lapsed or one.lapsed_at is None)


def _overtaken(due: list[Escalation]) -> Iterator[Escalation]:
    """Yield escalations in order; those overtaken by a later one of their level carry its key."""
    latest: dict[tuple[str, int], Escalation] = {}
    for one in due:
        if one.lapsed_at is None:
            latest[one.row, one.level] = one
    for one in due:
        last = latest.get((one.row, one.level), one)
        is_last = one.lapsed_at is not None or last is one
        yield one if is_last else attrs.evolve(one, overtaken_by=last.key)


def escalations_and_wakeup(
    matrices: Iterable[EscalationMatrix],
    record: Record,
    /,
    *,
    slas: Sequence[SlaStatus],
    now: datetime,
    include_lapsed: bool = True,
) -> Iterator[tuple[tuple[Escalation, ...], datetime | None]]:
    """Yield for each matrix the escalations due by ``now``, and when the next is due, or None."""
    until = min(now, _LATEST - _HORIZON) + _HORIZON
    view = RecordView.of(record, slas, now, until=until)
    for matrix in matrices:
        if view is None:
            return
        if not include_lapsed and view.situation.stages[-1].ended:
            yield (), None  # all that became due has lapsed, and nothing follows by itself
            continue
        # Time alone changes the results then.
        if matrix.timed or any(end > now for end in view.situation.snooze_ends):
            lapsed = include_lapsed
            due = due_escalations(matrix, record, slas=slas, now=now, include_lapsed=lapsed)
            yield due, next_escalation_wakeup(matrix, (record,), slas=slas, now=now)
            continue
        every = _all_due(matrix, record, view, until=until, live=False)
        ahead = (one.due_at for one in every if one.due_at > now)
        fallen = _overtaken([one for one in every if one.due_at <= now])
        needed = tuple(one for one in fallen if include_lapsed or one.lapsed_at is None)
        yield needed, min(ahead, default=None)


def _all_due(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
    record: Record,
    view: RecordView,
    *,
    until: datetime,
    live: bool,
) -> list[Escalation]:
    """Return everything that becomes due by an instant, in order, each key once.

    What became due under one version of a matrix is unchanged under the next (rule E4).
    """
    due: dict[str, Escalation] = {}
    before: EscalationMatrix | None = None
    for version, window in _versions(matrix, record, live=live):
        new = fallen_due(version, view, until=until, window=window, settled=due, before=before)
        due |= {one.key: one for one in new}
        before = version
    fallen = sorted(due.values(), key=_ORDER) if due else []
    if record.exercise is None:
        return fallen
    return [attrs.evolve(one, exercise=record.exercise) for one in fallen]


def next_escalation_wakeup(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
    records: Iterable[Record] | Record,
    /,
    *,
    slas: SlaRules | SlaStatus | Sequence[SlaRules | SlaStatus] = (),
    now: datetime,
    live: bool = False,
) -> datetime | None:
    """Return when the next escalation is due or resumes after a snooze, if no event happens first.

    The arguments are those of ``due_escalations``, for one record or several; ``slas`` are statuses
    at ``now`` only for a single record. The result is when to check again, or None if nothing
    becomes due within two years.
    """
    now = as_utc(now, "now")
    until = min(now, _LATEST - _HORIZON) + _HORIZON
    soonest: datetime | None = None
    for record in one_or_each("records", records, Record):
        view = RecordView.of(record, slas, now, until=until, timed=_timed(matrix))
        if view is None:
            continue
        for one in _all_due(matrix, record, view, until=until, live=live):
            if one.due_at > now and (soonest is None or one.due_at < soonest):
                soonest = one.due_at
        end = next((end for end in view.situation.snooze_ends if end > now), None)
        if end is not None and (soonest is None or end < soonest):
            due = due_escalations(
                matrix, record, slas=slas, now=now, include_lapsed=True, live=live
            )
            if any(one.lapsed_because == SNOOZED for one in due):
                soonest = end
    return soonest


def _timed(matrix: EscalationMatrix | Versions[EscalationMatrix]) -> tuple[Condition, ...]:
    """Return the tests of all versions whose results can change with time alone."""
    return tuple(test for one in _all_versions(matrix) for test in one.timed)


def _all_versions(
    matrix: EscalationMatrix | Versions[EscalationMatrix],
) -> tuple[EscalationMatrix, ...]:
    versions = versions_of(matrix)
    allowed = "an EscalationMatrix, or Versions of it"
    need_each("matrix", versions, EscalationMatrix, allowed=allowed)
    return versions


def _versions(
    matrix: EscalationMatrix | Versions[EscalationMatrix], record: Record, *, live: bool
) -> Iterator[tuple[EscalationMatrix, Window]]:
    """Yield the versions that count for a record, each with the window in which it is in force."""
    versions = _all_versions(matrix)
    if not live or len(versions) == 1:
        yield version_at(matrix, record.opened_at), (None, None)
        return
    since = [at for at, _ in matrix.entries]  # type: ignore[union-attr]  # it has versions
    yield from zip(versions, pairwise((None, *since[1:], None)), strict=True)
