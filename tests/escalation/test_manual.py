"""Escalations by a person."""

from incidentcore.escalation import due_escalations, escalate_now
from incidentcore.instants import Versions

from .chains import INCIDENT, MIN, at
from .chains import people_fired as fired
from .chains import people_matrix as matrix


def test_a_hand_brings_the_next_level_forward() -> None:
    """Escalated at 15: level two at once, level three thirty minutes later; past it, nothing."""
    once = escalate_now(INCIDENT, "next", at=at(15), by="kim")
    late = escalate_now(INCIDENT, "next", at=at(200), by="kim")

    assert fired(matrix(), once, 500) == [(10, "ann"), (15, "ben"), (45, "cat")]
    assert fired(matrix(), late, 500) == fired(matrix(), INCIDENT, 500)


def test_a_level_that_a_hand_made_due_earlier_says_so() -> None:
    """Level two, due at 30, falls due by hand at 15; by hand at 30 it is due of itself."""

    def reasons(minute: float) -> list[str]:
        record = escalate_now(INCIDENT, "next", at=at(minute), by="kim")
        return [one.why for one in due_escalations(matrix(), record, now=at(500))]

    first, second, third = (
        "0:10:00 after opened",
        "0:20:00 after the level before",
        "0:30:00 after the level before",
    )
    assert reasons(15) == [first, "escalated manually", third]
    assert reasons(30) == [first, second, third]


def test_a_level_that_a_hand_made_due_says_so_under_a_later_version_too() -> None:
    """Escalated at 15; the version since 20 gives the same reason."""
    record = escalate_now(INCIDENT, "next", at=at(15), by="kim")
    versions = Versions([(at(0), matrix()), (at(20), matrix(past_last="wrap"))])

    found = due_escalations(versions, record, now=at(500), include_lapsed=True)
    assert {one.level: one.why_code for one in found}[1] == "manual"


def test_a_hand_before_the_first_level_brings_the_first_forward() -> None:
    """Escalated at 3 and at 4: levels one and two at once."""
    record = escalate_now(INCIDENT, "next", at=at(3), by="kim")
    record = escalate_now(record, "next", at=at(4), by="kim")

    assert fired(matrix(), record, 500) == [(3, "ann"), (4, "ben"), (34, "cat")]


def test_past_the_last_level_a_hand_may_wrap() -> None:
    """Escalated by hand at 200, a new pass begins then."""
    record = escalate_now(INCIDENT, "next", at=at(200), by="kim")

    assert fired(matrix(past_last="wrap"), record, 500)[3:] == [
        (200, "ann"),
        (220, "ben"),
        (250, "cat"),
    ]


def test_a_hand_that_asks_for_a_level_starts_no_further_pass() -> None:
    """Asked at 200 for a level that fell due long ago: nothing, though a plain hand would wrap."""
    record = escalate_now(INCIDENT, "ben", at=at(200), by="kim", level=1)

    assert fired(matrix(past_last="wrap"), record, 500) == fired(matrix(), INCIDENT, 500)


def test_a_hand_counts_once_whichever_version_of_the_matrix_it_met() -> None:
    """Escalated at 15, so level two fell due then; the version since 20 does not use it again."""
    record = escalate_now(INCIDENT, "next", at=at(15), by="kim")
    versions = Versions([(at(0), matrix()), (at(20), matrix(past_last="wrap"))])

    assert fired(versions, record, 500, live=True)[2:] == [(45, "cat")]
    assert fired(versions, record, 40) == [(10, "ann"), (15, "ben")]
    assert fired(versions, record, 500)[2:] == [(45, "cat")]


def test_a_hand_brings_a_level_of_a_further_pass_forward() -> None:
    """The second pass is at 120, 140 and 170; escalated at 125, it is at 120, 125 and 155."""
    passes = matrix(repeat=1, repeat_after=60 * MIN)
    for minute, second in (
        (80, [(120, "ann"), (140, "ben"), (170, "cat")]),  # between the passes: none to bring
        (125, [(120, "ann"), (125, "ben"), (155, "cat")]),
        (150, [(120, "ann"), (140, "ben"), (150, "cat")]),
    ):
        record = escalate_now(INCIDENT, "next", at=at(minute), by="kim")
        assert fired(passes, record, 500) == [(10, "ann"), (30, "ben"), (60, "cat"), *second]
