"""Links between two records: both ends, duplicates, counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Incident,
    Link,
    LinkAdded,
    Problem,
    are_linked,
    comment,
    link,
    link_both,
    merge_duplicate,
)
from incidentcore.values import Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


def incident(number: int, **fields: Any) -> Incident:
    opened = AT + number * MINUTE
    return Incident.open(id=f"INC-{number}", title="t", at=opened, by="kim", **fields)


def test_both_ends_hold_a_link() -> None:
    """The target holds the inverse; a type without one is held by the source alone."""
    problem = Problem.open(id="PRB-1", title="t", at=AT, by="ada")

    one, other = link_both(incident(1), "caused_by", problem, at=AT + MINUTE, by="ada")

    assert one.links == {Link("caused_by", "PRB-1")}
    assert other.links == {Link("cause_of", "INC-1")}
    alone = link_both(incident(1), "custom.blocks", incident(2), at=AT + 2 * MINUTE, by="ada")
    assert [record.links for record in alone] == [{Link("custom.blocks", "INC-2")}, frozenset()]
    with pytest.raises(InvalidValueError, match="another record"):
        link_both(incident(1), "related_to", incident(1), at=AT, by="ada")


def test_a_link_counts_whoever_holds_it() -> None:
    """One end is enough, and the type says which way it reads."""
    child = link(incident(2), "child_of", "INC-1", at=AT + 2 * MINUTE, by="ada")

    assert are_linked(incident(1), "parent_of", child)
    assert are_linked(child, "child_of", incident(1))
    assert not are_linked(incident(1), "child_of", child)
    assert not are_linked(incident(1), "related_to", child)


def test_duplicates_keep_their_histories() -> None:
    """Both are linked, and nothing is copied."""
    duplicate = comment(incident(2), "me too", at=AT + 3 * MINUTE, by="bo")
    original = comment(incident(1), "on it", at=AT + 2 * MINUTE, by="ada")

    merged, kept = merge_duplicate(duplicate, original, at=AT + 4 * MINUTE, by="ada")

    assert merged.links == {Link("duplicate_of", "INC-1")}
    assert kept.links == {Link("has_duplicate", "INC-2")}
    assert merged.history[: duplicate.version] == duplicate.history
    assert kept.history[: original.version] == original.history
    assert [merged.history[-1].kind, kept.history[-1].kind] == ["linked", "linked"]


def test_a_duplicate_of_a_duplicate_is_refused() -> None:
    """Merge into the original, so that no chain and no circle grows."""
    two, one = merge_duplicate(incident(2), incident(1), at=AT + 3 * MINUTE, by="ada")

    with pytest.raises(InvalidValueError, match="INC-2"):
        merge_duplicate(incident(3), two, at=AT + 4 * MINUTE, by="ada")
    with pytest.raises(InvalidValueError, match="INC-2"):
        merge_duplicate(one, two, at=AT + 4 * MINUTE, by="ada")


def test_a_duplicate_is_of_one_record_of_its_type() -> None:
    """Neither of a problem nor of two incidents, nor of another duplicate; twice of one is fine."""
    problem: Any = Problem.open(id="PRB-1", title="t", at=AT, by="ada")
    later = AT + 9 * MINUTE
    once, kept = merge_duplicate(incident(2), incident(1), at=later, by="ada")
    with pytest.raises(InvalidValueError, match=r"^original: got 'problem'; allowed: a incident$"):
        merge_duplicate(incident(2), problem, at=later, by="ada")
    with pytest.raises(
        InvalidValueError, match=r"^original: got 'INC-3'; allowed: INC-1, as linked"
    ):
        merge_duplicate(once, incident(3), at=later, by="ada")
    with pytest.raises(InvalidValueError, match=r"^original: got 'INC-2'; .* not itself the dupl"):
        merge_duplicate(incident(3), once, at=later, by="ada")
    again, _ = merge_duplicate(once, kept, at=later, by="ada")
    assert again.links == once.links


def test_the_original_notes_when_its_duplicate_was_answered() -> None:
    """The earliest answer, also of a duplicate of the duplicate; None if there was none."""
    ada = Actor("ada", "agent")
    two = comment(incident(2), "We look.", at=AT + 2 * MINUTE, by=ada, visibility="public")
    three = comment(incident(3), "We too.", at=AT + MINUTE, by=ada, visibility="public")
    _, two_kept = merge_duplicate(three, two, at=AT + 3 * MINUTE, by="ada")
    assert two_kept.history[-1].answered_at == AT + MINUTE
    _, kept = merge_duplicate(two_kept, incident(1), at=AT + 4 * MINUTE, by="ada")
    assert (kept.version, kept.history[-1].answered_at) == (2, AT + MINUTE)
    _, silent = merge_duplicate(incident(4), incident(1), at=AT + 4 * MINUTE, by="ada")
    assert silent.history[-1].answered_at is None


def test_an_original_is_no_duplicate_of_its_own_duplicate() -> None:
    """Also where the link is stored on the other record alone."""
    one = link(incident(1), "has_duplicate", "INC-2", at=AT + 2 * MINUTE, by="ada")
    with pytest.raises(InvalidValueError, match="not itself the duplicate"):
        merge_duplicate(one, incident(2), at=AT + 3 * MINUTE, by="ada")


def test_a_late_merge_lends_what_was_answered_by_its_instant() -> None:
    """Merged at 9:10, recorded later: the reply of 9:20 on the duplicate came after the merge."""
    answered = comment(incident(1), "we are on it", at=AT + 20 * MINUTE, by=Actor("ada"))
    for minutes, lent in ((10, None), (20, AT + 20 * MINUTE), (30, AT + 20 * MINUTE)):
        _, original = merge_duplicate(
            answered, incident(2), at=AT + minutes * MINUTE, by="ada", recorded_at=AT + 40 * MINUTE
        )
        (event,) = (one for one in original.history if isinstance(one, LinkAdded))
        assert event.answered_at == lent
