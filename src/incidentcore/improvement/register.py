"""The register of improvement actions, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Self

import attrs

from incidentcore._checks import as_tuple, need_each, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.improvement.actions import ImprovementAction, actions_of_review
from incidentcore.pages import Page, Section
from incidentcore.records import PostIncidentReview


def _actions(actions: Iterable[ImprovementAction]) -> tuple[ImprovementAction, ...]:
    given = as_tuple(actions, ImprovementAction)
    need_each("actions", given, ImprovementAction)
    return tuple(sorted(given, key=lambda action: action.id))


@attrs.frozen
class ImprovementRegister:
    """The improvement actions of an organization, sorted by id; pass them in any order.

    Raises:
        InvalidValueError: Two actions have the same id.

    >>> from datetime import date
    >>> from incidentcore.improvement import ImprovementRegister
    >>> from incidentcore.records import ActionItem, PostIncidentReview
    >>> review = PostIncidentReview(
    ...     id="PIR-1",
    ...     incidents=("INC-1",),
    ...     summary="Mail was down.",
    ...     actions=(
    ...         ActionItem(id="1", text="Rotate the logs", owner="ada", due=date(2027, 1, 15)),
    ...     ),
    ... )
    >>> register = ImprovementRegister().with_review(review)
    >>> [(late.id, late.owner) for late in register.overdue(on=date(2027, 2, 1))]
    [('PIR-1/1', 'ada')]
    """

    actions: tuple[ImprovementAction, ...] = attrs.field(default=(), converter=_actions)

    def __attrs_post_init__(self) -> None:
        ids = [action.id for action in self.actions]
        if len(set(ids)) != len(ids):
            raise InvalidValueError("actions", ids, "each action's id once")

    def __len__(self) -> int:
        return len(self.actions)

    def __iter__(self) -> Iterator[ImprovementAction]:
        return iter(self.actions)

    def action(self, id: str) -> ImprovementAction:  # noqa: A002  the field's name
        """Return the action with an id.

        Raises:
            InvalidValueError: No action has this id.
        """
        for action in self.actions:
            if action.id == id:
                return action
        raise InvalidValueError("id", id, "the id of an action of this register")

    def with_action(self, action: ImprovementAction) -> Self:
        """Return the register with an action added; an action with the same id is replaced."""
        need_kind("action", action, ImprovementAction)
        others = [other for other in self.actions if other.id != action.id]
        return attrs.evolve(self, actions=(*others, action))

    def with_review(self, review: PostIncidentReview) -> Self:
        """Return the register with the actions of a post-incident review added.

        An action that the register already contains keeps its measure and its changes of status;
        its title, owner, due date and completion are taken from the review. Adding a review twice
        changes nothing.
        """
        register = self
        known = {action.id: action for action in self.actions}
        for action in actions_of_review(review):
            found = known.get(action.id)
            register = register.with_action(action if found is None else _followed(found, action))
        return register

    def open(self, *, on: date) -> tuple[ImprovementAction, ...]:
        """Return the actions that were neither done nor dropped at the end of a day."""
        return tuple(action for action in self.actions if action.is_open(on=on))

    def overdue(self, *, on: date) -> tuple[ImprovementAction, ...]:
        """Return the open actions that were due before a day, the longest overdue first."""
        late = [action for action in self.open(on=on) if action.due < on]
        return tuple(sorted(late, key=lambda action: (action.due, action.id)))

    def page(self, *, on: date) -> Page:
        """Return the register at the end of a day: overdue, open, then finished actions."""
        headings = ["action", "status", "due", "late by", "owner", "origin", "what"]
        rows = [
            [
                action.id,
                action.status_on(on).replace("_", " "),
                action.due.isoformat(),
                f"{(on - action.due).days:,} d" if action.is_overdue(on=on) else "",
                action.owner,
                f"{action.origin.kind} {action.origin.id}",
                action.title,
            ]
            for action in sorted(
                self.actions,
                key=lambda one: (
                    not one.is_overdue(on=on),
                    not one.is_open(on=on),
                    one.due,
                    one.id,
                ),
            )
        ]
        text = () if rows else ("No actions.",)
        section = Section.of_rows("actions", "Actions", headings, rows, numbers={3}, text=text)
        return Page(title="Improvement actions", about=[("on", on.isoformat())], sections=[section])


def _followed(known: ImprovementAction, review: ImprovementAction) -> ImprovementAction:
    """Return a known action updated from its review."""
    changes = known.changes
    stated = review.changes
    if stated and not any(change.status == "done" for change in changes):
        changes = (*changes, *stated)
    return attrs.evolve(
        known, title=review.title, owner=review.owner, due=review.due, changes=changes
    )
