"""Compare a tool's SLA results with those of your policy, and explain the differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from incidentcore._checks import each_of, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import EARLIEST, LATEST
from incidentcore.records import Record
from incidentcore.sla import SlaDefinition, SlaPolicy, SlaStatus, evaluate_sla
from incidentcore.vendors.kit import ReportedSla, reported_slas

_MINUTE: Final = timedelta(minutes=1)
_CANCELED: Final = ("cancelled", "canceled")


@attrs.frozen(kw_only=True)
class SlaComparison:
    """A comparison of a record's SLA results according to the tool and according to your policy.

    Attributes:
        record_id: The record's id.
        target: The target's name in the tool.
        agrees: Whether both results are the same (missed or not) and their elapsed times, if known,
            differ by at most the tolerance.
        ours: The result of your policy; None if no definition applies or its clock never started.
        theirs: The tool's result; None if the tool has no result.
        difference: The elapsed time of ``ours`` minus that of ``theirs``; None if unknown.
        why: The explanation of the difference, as text; empty if the results agree. ``ours.trace``
            shows which spans counted.
    """

    record_id: str
    target: str
    agrees: bool
    ours: SlaStatus | None
    theirs: ReportedSla | None
    difference: timedelta | None
    why: str

    def __str__(self) -> str:
        said = "agrees" if self.agrees else f"differs: {self.why}"
        return f"{self.record_id}, {self.target}: {said}"


def compare_sla(
    records: Iterable[Record],
    reported: str | Mapping[str, ReportedSla],
    policy: SlaPolicy | SlaDefinition,
    /,
    *,
    now: datetime | None = None,
    tolerance: timedelta = _MINUTE,
) -> tuple[SlaComparison, ...]:
    """Compare a tool's own SLA results with those of a policy for the same histories.

    If a target ran several times, for example after a reopening, each side's last run is compared,
    regardless of the order of rows; canceled runs are used only if there are no others.

    Args:
        records: The records, as an importer read them.
        reported: The target's name in the tool, if its results were imported with the records;
            otherwise a mapping from record ids to the tool's results.
        policy: Your definition or policy of the target.
        now: The instant of the comparison; each record's last event by default.
        tolerance: The greatest difference between elapsed times that still counts as agreement.

    Returns:
        A comparison for each record with a result on either side, in the order of ``records``.

    Raises:
        InvalidValueError: The tolerance is negative, or ``reported`` is neither a target's name nor
            a mapping of results.
    """
    if tolerance < timedelta(0):
        raise InvalidValueError("tolerance", tolerance, "a duration that is not negative")
    allowed = "a target's name, or results by record id"
    need_kind("reported", reported, (str, Mapping), allowed=allowed)
    compared: list[SlaComparison] = []
    for record in each_of("records", records, Record):
        target = ""
        if isinstance(reported, str):
            target, theirs = reported, _last_run(reported_slas(record, reported))
        else:
            theirs = reported.get(record.id)
        status = evaluate_sla(policy, record, now=now or record.updated_at)
        ours = None if status.stage in ("none", "not_started") else status
        if ours is None and theirs is None:
            continue
        difference = None
        if ours is not None and theirs is not None and theirs.elapsed is not None:
            difference = ours.elapsed - theirs.elapsed
        is_close = difference is None or abs(difference) <= tolerance
        why = ""
        if ours is None or theirs is None:
            side = "the policy" if ours is None else "the tool"
            why = f"{side} has no result"
        elif (theirs.breached is not None and ours.breached != theirs.breached) or not is_close:
            why = _why(ours, theirs, tolerance)
        compared.append(
            SlaComparison(
                record_id=record.id,
                target=target or (theirs.target if theirs else ""),
                agrees=not why,
                ours=ours,
                theirs=theirs,
                difference=difference,
                why=why,
            )
        )
    return tuple(compared)


def _last_run(results: tuple[ReportedSla, ...]) -> ReportedSla | None:
    counting = [one for one in results if str(one.stage).casefold() not in _CANCELED] or results
    return max(
        reversed(counting),
        key=lambda run: (run.started_at or EARLIEST, run.stopped_at or LATEST),
        default=None,
    )


def _why(ours: SlaStatus, theirs: ReportedSla, tolerance: timedelta) -> str:
    """Return the parts in which the two differ, causes before consequences."""
    reasons: list[str] = []

    def differ(name: str, our_value: Any, their_value: Any) -> None:
        if None not in (our_value, their_value) and abs(our_value - their_value) > tolerance:
            reasons.append(f"{name} {_shown(our_value)}, theirs {_shown(their_value)}")

    differ("target", ours.target, theirs.goal)
    differ("started at", ours.started_at, theirs.started_at)
    differ("stopped at", ours.stopped_at, theirs.stopped_at)
    assert ours.started_at is not None  # noqa: S101  a result has a start
    paused = (ours.stopped_at or ours.now) - ours.started_at - ours.wall_elapsed
    differ("paused for", paused, theirs.paused)
    differ("counted", ours.elapsed, theirs.elapsed)
    if not reasons and ours.breached != theirs.breached:
        reasons.append(f"breached {ours.breached}, theirs {theirs.breached}, by the same times")
    return "; ".join(reasons)


def _shown(value: datetime | timedelta) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
