"""Changes to two records at once: links on both sides, and merging duplicates."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import attrs

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.changes.fields import link
from incidentcore.records.events.base import of_kind
from incidentcore.records.events.core import LinkAdded
from incidentcore.records.links import Link
from incidentcore.records.record import Record
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor

A = TypeVar("A", bound=Record)
B = TypeVar("B", bound=Record)


def link_both(
    record: A,
    type: str,  # noqa: A002  the link's own word
    target: B,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> tuple[A, B]:
    """Link two records in both directions, as ``link`` does for one of them.

    Returns:
        Both records. The target has the inverse link, or no new link if the type has no inverse.

    Raises:
        InvalidValueError: Both records are the same.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import link_both
    >>> from incidentcore.records.incident import Incident
    >>> at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> one, other = (Incident.open(id=i, title="Mail", by="kim", at=at) for i in ("A", "B"))
    >>> one, other = link_both(one, "child_of", other, at=at, by="ada")
    >>> other.links
    frozenset({Link(type='parent_of', target='A')})
    """
    need_kind("target", target, Record)
    inverse = Link(type, target.id).inverse(record.id)
    linked = link(record, type, target.id, at=at, by=by, recorded_at=recorded_at)
    if inverse is None:
        return linked, target
    return linked, link(target, inverse.type, inverse.target, at=at, by=by, recorded_at=recorded_at)


def are_linked(record: Record, type: str, target: Record, /) -> bool:  # noqa: A002  the link's word
    """Return whether a link of ``type`` from one record to another is stored on either of them."""
    need_kind("record", record, Record)
    need_kind("target", target, Record)
    there = Link(type, target.id)
    back = there.inverse(record.id)
    return there in record.links or (back is not None and back in target.links)


def merge_duplicate(
    duplicate: A,
    original: B,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> tuple[A, B]:
    """Mark a record as the duplicate of another; each keeps its own history.

    Nothing is copied: comments on the duplicate stay there. The duplicate is not canceled; that is
    a transition of its lifecycle. Until the link
    is removed, clocks of the original with ``answers_from="duplicates"`` also count the first
    response on the duplicate, or on a duplicate of the duplicate. ``at``, ``by`` and
    ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: Both records are the same or of different types, the original is itself a
            duplicate, or the duplicate is already a duplicate of another record.
    """
    need_kind("duplicate", duplicate, Record)
    need_kind("original", original, Record)
    if duplicate.record_type != original.record_type:
        raise InvalidValueError("original", original.record_type, f"a {duplicate.record_type}")
    for known in sorted(duplicate.links):
        if known.type == "duplicate_of" and known.target != original.id:
            raise InvalidValueError("original", original.id, f"{known.target}, as linked already")
    if any(known.type == "duplicate_of" for known in original.links) or are_linked(
        original, "duplicate_of", duplicate
    ):
        allowed = "a record that is not itself the duplicate of another"
        raise InvalidValueError("original", original.id, allowed)
    merged, joined = link_both(
        duplicate, "duplicate_of", original, at=at, by=by, recorded_at=recorded_at
    )
    then = as_it_was(duplicate, as_utc(at))
    merges = of_kind(then.history, LinkAdded)
    lent = (event.answered_at for event in merges if event.link in then.links)
    answers = [answer for answer in (then.first_response_at, *lent) if answer is not None]
    if not answers:
        return merged, joined
    noted = attrs.evolve(joined.history[-1], answered_at=min(answers))  # type: ignore[call-arg]  # LinkAdded has it
    return merged, type(joined).from_history([*original.history, noted])
