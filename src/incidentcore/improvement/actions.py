"""Improvement actions: what will be done, who is responsible, and the status."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal, Self, TypeAlias

import attrs

from incidentcore._checks import (
    a_text,
    any_text,
    checked,
    is_number,
    need_day,
    need_kind,
    need_span,
    of_type,
    one_of,
    tuple_of,
)
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import Count, Kpi, Recurrence
from incidentcore.records import PostIncidentReview

Better: TypeAlias = Literal["lower", "higher"]
Target: TypeAlias = timedelta | int | float | None

ActionStatus: TypeAlias = Literal["open", "in_progress", "done", "dropped"]
"""The status of an action; it is open until the first change."""

_ENDED: Final = ("done", "dropped")


@attrs.frozen
class ActionOrigin:
    """The origin of an improvement action: a ``review``, ``problem``, ``recurrence`` or other kind.

    The ``id`` is that of the review or problem, or says what recurred.
    """

    kind: str = attrs.field(validator=a_text)
    id: str = attrs.field(validator=a_text)


@attrs.frozen(kw_only=True)
class ActionStatusChange:
    """One change of an action's status, on a day.

    The new status is ``open``, ``in_progress``, ``done`` or ``dropped``. Who changed it and why,
    ``by`` and ``note``, may be empty.
    """

    on: date = attrs.field(validator=checked(need_day))
    status: str = attrs.field(validator=one_of(ActionStatus))
    by: str = attrs.field(default="", validator=any_text)
    note: str = attrs.field(default="", validator=any_text)


@attrs.frozen(kw_only=True)
class KpiTarget:
    """The intended effect of an action: a KPI, its target, and the windows to compare.

    Attributes:
        kpi: The KPI. Its population selects the records; its ``min_n`` is the number of records
            that each window needs.
        target: The value to reach: a ``timedelta`` for durations, a fraction for rates, a number
            per month (30.44 days) for counts; None for any improvement.
        better: Whether ``lower`` or ``higher`` values are better.
        baseline: The window before the action.
        after: The window after the action, which begins at the end of the baseline or later.

    Raises:
        InvalidValueError: The target has the wrong type, a window is empty, or the windows overlap.
    """

    kpi: Kpi = attrs.field(validator=of_type(Kpi))
    target: Target = None
    better: Better = attrs.field(default="lower", validator=one_of(Better))
    baseline: Interval
    after: Interval

    def __attrs_post_init__(self) -> None:
        for name in ("baseline", "after"):
            window, allowed = getattr(self, name), "an Interval that is not empty"
            need_kind(name, window or None, Interval, allowed=allowed)
        if self.after.start < self.baseline.end:
            raise InvalidValueError(
                "after", self.after, f"a window from the baseline's end {self.baseline.end} on"
            )
        if self.kpi.window_basis == "snapshot" or not _has_interval(self.kpi):
            raise InvalidValueError(
                "kpi", self.kpi.id, "a count, a share of records, a mean, median or quantile"
            )
        self._check_target()

    def _check_target(self) -> None:
        target = self.target
        if target is None:
            return
        if self.kpi.unit == "duration":
            need_span("target", target, allowed=f"a time, as {self.kpi.id} is one")
        elif not is_number(target) or not target >= 0:
            raise InvalidValueError("target", target, "a number from 0")
        elif self.kpi.unit == "fraction" and target > 1:
            raise InvalidValueError("target", target, "a fraction from 0 to 1")


def _has_interval(kpi: Kpi) -> bool:
    """Return whether an interval for the effect of chance on a KPI can be computed."""
    if kpi.statistic is not None:
        return kpi.statistic.kind in ("mean", "median", "quantile")
    measure = kpi.measure
    return measure == Count() or measure.is_share or isinstance(measure, Recurrence)


def _changes(changes: Iterable[ActionStatusChange]) -> tuple[ActionStatusChange, ...]:
    given = tuple_of(changes)
    return tuple(sorted(given, key=lambda change: change.on))  # of one day, in the order given


@attrs.frozen(kw_only=True)
class ImprovementAction:
    """Something to be done so that incidents become fewer or less harmful.

    Its ``title`` says what will be done, its ``owner`` is responsible, and its ``origin`` is where
    it comes from, such as a review. Its status is ``open`` before the first of its ``changes``.
    The ``measure`` is the intended effect on a KPI; None if no effect is measured.

    Raises:
        InvalidValueError: A text is empty, or an attribute has the wrong type.
    """

    id: str = attrs.field(validator=a_text)
    title: str = attrs.field(validator=a_text)
    owner: str = attrs.field(validator=a_text)
    due: date = attrs.field(validator=checked(need_day))
    origin: ActionOrigin = attrs.field(validator=of_type(ActionOrigin))
    changes: tuple[ActionStatusChange, ...] = attrs.field(default=(), converter=_changes)
    measure: KpiTarget | None = attrs.field(default=None, validator=of_type(KpiTarget | None))

    @property
    def status(self) -> str:
        """Return the action's status after its last change."""
        return self.changes[-1].status if self.changes else "open"

    def status_on(self, on: date) -> str:
        """Return the action's status at the end of a day."""
        need_day("on", on)
        then = [change.status for change in self.changes if change.on <= on]
        return then[-1] if then else "open"

    def is_open(self, *, on: date) -> bool:
        """Return whether the action was neither done nor dropped at the end of a day."""
        return self.status_on(on) not in _ENDED

    def is_overdue(self, *, on: date) -> bool:
        """Return whether the action was due before a day and still open at the end of that day."""
        return self.is_open(on=on) and self.due < on

    def with_status(self, status: str, *, on: date, by: str = "", note: str = "") -> Self:
        """Return the action with a further change of its status, as in ``ActionStatusChange``.

        Raises:
            InvalidValueError: The status is unknown, or the day is before the last change.
        """
        change = ActionStatusChange(on=on, status=status, by=by, note=note)
        if self.changes and on < self.changes[-1].on:
            raise InvalidValueError("on", on, f"{self.changes[-1].on} or later")
        return attrs.evolve(self, changes=(*self.changes, change))


def actions_of_review(review: PostIncidentReview) -> tuple[ImprovementAction, ...]:
    """Return the actions of a post-incident review as improvement actions.

    They have the texts, owners and dates of the review's actions. Their ids begin with the id of
    the review, as in ``"PIR-1/1"``, since the ids of actions are unique only within a review.
    """
    need_kind("review", review, PostIncidentReview)
    return tuple(
        ImprovementAction(
            id=f"{review.id}/{item.id}",
            title=item.text,
            owner=item.owner,
            due=item.due,
            origin=ActionOrigin("review", review.id),
            changes=[ActionStatusChange(on=on, status="done") for on in (item.done_on,) if on],
        )
        for item in review.actions
    )
