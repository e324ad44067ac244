"""The laws of rule E1 as properties: any polling gives the same, and due only grows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import during, field, reached
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    HeldFor,
    OnClock,
    due_escalations,
    next_escalation_wakeup,
)
from incidentcore.escalation.evaluate import escalations_and_wakeup
from incidentcore.instants import Versions
from incidentcore.records import Escalated, FieldsChanged, Incident, replay, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.testing import escalated_incidents, escalation_matrices
from incidentcore.values import FrozenMap

T0 = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday before the spring change in Europe
MIN = timedelta(minutes=1)
OFFICE = BusinessCalendar(
    zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00", "sun": "01:00-04:00"}
)
SLAS = (
    SlaDefinition.resolution(hours=3, calendar=OFFICE),
    SlaDefinition.first_response(hours=1, calendar=BusinessCalendar.always()),
)

minutes = st.integers(0, 6000)
matrices = escalation_matrices(("resolution", "response"))
incidents = escalated_incidents


def keys(matrix: EscalationMatrix, record: Incident, now: datetime, **options: object) -> set[str]:
    return {e.key for e in due_escalations(matrix, record, slas=SLAS, now=now, **options)}


@given(matrices, incidents(), st.lists(minutes, min_size=2, max_size=6))
def test_what_has_become_due_only_grows(
    matrix: EscalationMatrix, record: Incident, polls: list[int]
) -> None:
    """With lapsed ones, every later poll holds all that an earlier one held (rule E1)."""
    before: dict[str, datetime] = {}
    for poll in sorted(polls):
        due = due_escalations(matrix, record, slas=SLAS, now=T0 + poll * MIN, include_lapsed=True)
        told = {e.key: e.due_at for e in due}
        assert len(told) == len(due)
        assert before.items() <= told.items()
        assert all(at <= T0 + poll * MIN for at in told.values())
        before = told


@given(matrices, incidents(), st.lists(minutes, max_size=6), minutes)
def test_any_polling_schedule_gives_the_same_keys(
    matrix: EscalationMatrix, record: Incident, polls: list[int], end: int
) -> None:
    """Dropped, doubled and late polls change nothing; fed-back keys come never again."""
    delivered: set[str] = set()
    for poll in [*sorted(p for p in polls if p <= end), end, end]:
        new = keys(
            matrix, record, T0 + poll * MIN, already=frozenset(delivered), include_lapsed=True
        )
        assert not new & delivered
        delivered |= new

    assert delivered == keys(matrix, record, T0 + end * MIN, include_lapsed=True)


@given(matrices, incidents(), minutes, st.randoms(use_true_random=False))
def test_the_order_in_which_events_arrive_is_irrelevant(
    matrix: EscalationMatrix, record: Incident, end: int, random: object
) -> None:
    """Any permutation of the history gives the same escalations."""
    events = list(record.history)
    random.shuffle(events)  # type: ignore[attr-defined]
    now = T0 + end * MIN

    again = due_escalations(matrix, replay(events), slas=SLAS, now=now, include_lapsed=True)
    assert again == due_escalations(matrix, record, slas=SLAS, now=now, include_lapsed=True)


@given(matrices, incidents(), minutes)
def test_the_future_is_not_seen(matrix: EscalationMatrix, record: Incident, end: int) -> None:
    """Events after now change no answer."""
    now = T0 + end * MIN
    past = replay([e for e in record.history if e.at <= now])

    assert due_escalations(
        matrix, record, slas=SLAS, now=now, include_lapsed=True
    ) == due_escalations(matrix, past, slas=SLAS, now=now, include_lapsed=True)


@given(matrices, incidents(), minutes)
def test_at_the_wakeup_something_is_new_and_not_before(
    matrix: EscalationMatrix, record: Incident, end: int
) -> None:
    """If no event arrives, nothing falls due or comes back before the wake-up; at it, some do."""
    now = T0 + end * MIN
    past = replay([e for e in record.history if e.at <= now])
    wakeup = next_escalation_wakeup(matrix, [record], slas=SLAS, now=now)

    def known(at: datetime) -> set[tuple[str, bool]]:
        lapsed = keys(matrix, past, at, include_lapsed=True)
        return {(key, False) for key in lapsed} | {(key, True) for key in keys(matrix, past, at)}

    statuses = [evaluate_sla(clock, past, now=now) for clock in SLAS]
    for lapsed in (True, False):
        due = due_escalations(matrix, past, slas=SLAS, now=now, include_lapsed=lapsed)
        both = escalations_and_wakeup(
            [matrix, matrix], past, slas=statuses, now=now, include_lapsed=lapsed
        )
        assert list(both) == [(due, wakeup)] * 2
    if wakeup is None:
        assert known(now + timedelta(days=60)) == known(now)
    else:
        assert wakeup > now
        assert known(max(now, wakeup - timedelta(microseconds=1))) == known(now)
        assert known(wakeup) > known(now)


@given(matrices, incidents(), st.lists(minutes, min_size=1, max_size=3), minutes)
def test_publishing_an_unchanged_matrix_again_is_the_identity(
    matrix: EscalationMatrix, record: Incident, published: list[int], end: int
) -> None:
    """However often it is published, every escalation is as it was, with its lapse (rule E4)."""
    now = T0 + end * MIN
    options = {"slas": SLAS, "now": now, "include_lapsed": True}
    often = Versions([(T0 - MIN, matrix), *((T0 + at * MIN, matrix) for at in set(published))])

    assert due_escalations(often, record, live=True, **options) == due_escalations(
        matrix, record, **options
    )


@given(incidents(), st.sampled_from(("opened_at", "occurred_at", "detected_at")))
def test_nobody_stays_unpaged(record: Incident, since: str) -> None:
    """An open record that nobody answers for has an escalation that stands (rule E3).

    In a row for all records, of levels after a delay, that restarts when silence ends and begins
    a pass with a manual escalation past its last level. One that names a level which fell due
    before changes nothing; whoever made it was answered by that level.
    """
    levels = [EscalationLevel(After(5 * MIN, since=since), "duty")]
    levels += [EscalationLevel(AfterPrevious(5 * MIN), "manager")]
    row = EscalationRow(
        "r", levels, on_unacknowledge="restart", on_snooze_end="restart", past_last="wrap"
    )
    known = {} if since == "opened_at" else {since: T0}
    record = record.with_event(FieldsChanged, fields=FrozenMap(known), at=T0, by="kim")
    named = any(isinstance(e, Escalated) and e.level is not None for e in record.history)
    if record.state.open and not record.acknowledged and not named:
        assert due_escalations(EscalationMatrix("m", [row]), record, now=T0 + 90_000 * MIN)


@given(incidents(), minutes, minutes, st.integers(0, 300))
def test_held_since_a_moment_is_the_delay_after_it(
    record: Incident, starts: int, end: int, delay: int
) -> None:
    """A level held since an instant was reached falls due as one after that instant (rule E2)."""
    record = set_fields(record, custom={"starts": T0 + starts * MIN}, at=T0, by="kim")
    options = {"on_reopen": "keep", "on_apply": "keep", "on_move": "keep"}
    dues = []
    for trigger in (
        HeldFor(reached("custom.starts"), delay * MIN),
        After(delay * MIN, since="custom.starts"),
    ):
        row = EscalationRow("r", [EscalationLevel(trigger, "duty")], **options)
        found = due_escalations(EscalationMatrix("m", [row]), record, now=T0 + end * MIN)
        dues.append([one.due_at for one in found if one.due_at >= T0 + starts * MIN])
    assert dues[0] == dues[1]


@given(incidents(), minutes)
def test_the_hour_of_a_row_is_that_of_the_opening_or_reopening(record: Incident, end: int) -> None:
    """A row for opening hours answers as one for the fact that was noted then (rule E2)."""
    noted = record
    times = {event.at for event in record.history if event.kind == "state_changed"}
    reopened = {at for at in times if record.timeline().facts_at(at)["reopened_at"] == at}
    for at in {record.opened_at, *reopened}:
        noted = set_fields(noted, custom={"by_day": OFFICE.is_open(at)}, at=at, by="kim")
    levels = [EscalationLevel(OnClock("response", 0.5), "duty", until="resolved")]
    found = []
    for one, when in ((record, during(OFFICE)), (noted, field("custom.by_day").is_true())):
        matrix = EscalationMatrix("m", [EscalationRow("day", levels, when=when)])
        due = due_escalations(matrix, one, slas=SLAS, now=T0 + end * MIN, include_lapsed=True)
        found.append([(e.key, e.due_at, e.lapsed_at) for e in due])
    assert found[0] == found[1]
