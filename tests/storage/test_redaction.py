"""A redacted record names nobody and says nothing, and its clocks and KPIs are the same."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore import kpi, lifecycle, records
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import escalate_now
from incidentcore.instants import Interval
from incidentcore.records import Incident, Problem, ServiceRequest
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import UnknownEvent, dumps, loads
from incidentcore.sla import DueDate, SlaDefinition, evaluate_sla
from incidentcore.storage import InMemoryStore, redact
from incidentcore.storage.redaction import PERSONAL_FIELDS
from incidentcore.testing import histories, sla_definitions
from incidentcore.testing import records as drawn_records
from incidentcore.values import Actor, Impact, Level, State

AT = datetime(2026, 12, 21, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = "zebra"  # stands wherever a person could be named or could have written


def incident() -> Incident:
    record = Incident.open(
        id="INC-1",
        title=MARK,
        description=MARK,
        at=AT,
        by=f"{MARK} kim",
        impact=Impact.HIGH,
        tags=[MARK],
        category=("mail",),
        custom={"note": MARK, "region": "eu", "vip": True, "list": (MARK,)},
    )
    record = records.assign(record, group="mail", assignee=f"{MARK} ada", at=AT + HOUR, by="x")
    record = lifecycle.advance(record, "start", at=AT + HOUR, by=f"{MARK} ada")
    record = records.comment(record, MARK, at=AT + 2 * HOUR, by=f"{MARK} ada")
    record = records.log_contact(record, "telephone", text=MARK, at=AT + 2 * HOUR, by="bob")
    record = records.log_diagnosis(record, MARK, step="finding", at=AT + 3 * HOUR, by="bob")
    record = lifecycle.advance(
        record, "hold", reason="awaiting_vendor", at=AT + 3 * HOUR, by=f"{MARK} ada"
    )
    return lifecycle.advance(
        record,
        "resolve",
        resolution_code="fixed",
        resolution_notes=MARK,
        at=AT + 5 * HOUR,
        by=f"{MARK} ada",
    )


def others() -> list[Any]:
    problem = Problem.open(
        id="PRB-1",
        title=MARK,
        at=AT,
        by=MARK,
        workaround=MARK,
        root_cause=records.Cause(MARK, (records.Cause(MARK),)),
    )
    request = ServiceRequest.open(
        id="REQ-1",
        title=MARK,
        at=AT,
        by=MARK,
        items=[records.RequestItem(id="1", name=MARK)],
    )
    request = records.approve(request, "approved", reason=MARK, at=AT, by=f"{MARK} boss")
    people = {name: f"{MARK} {name}" for name in ("boss", "cfo", "aide")}
    rule = records.ApprovalRule.quorum(
        1,
        people["boss"],
        people["cfo"],
        required=[people["cfo"]],
        delegates={people["cfo"]: [people["aide"]]},
    )
    request = records.request_approval(request, rule, at=AT, by=people["boss"])
    request = records.approve(
        request, "approved", on_behalf_of=people["cfo"], at=AT, by=people["aide"]
    )
    task = records.Task(id="t", title=MARK, assignee=MARK)
    major = records.set_major_status(
        records.Incident.open(id="INC-2", title=MARK, at=AT, by=MARK),
        "accepted",
        business_impact=MARK,
        roles={"scribe": f"{MARK} lee"},
        at=AT,
        by=MARK,
    )
    return [problem, records.set_task(request, task, at=AT, by=MARK), major]


@pytest.mark.parametrize("record", [incident(), *others()], ids=lambda record: record.id)
def test_nothing_personal_is_left(record: Any) -> None:
    """No name and no word that somebody wrote is left anywhere in the document."""
    assert MARK in dumps(record)
    assert MARK not in dumps(redact(record))


@attrs.frozen(kw_only=True)
class OwnTask(records.Task):
    """A task of a caller's own kind."""


@attrs.frozen
class OwnRule(records.ApprovalRule):
    """A rule of a caller's own kind."""


def test_one_name_to_keep_is_taken_as_one() -> None:
    """As a text, which has no names in it."""
    record = Incident.open(id="I", title="t", by="kim", at=datetime(2026, 6, 1, tzinfo=UTC))
    assert redact(record, keep="title").title == "t"


def test_parts_of_an_own_kind_are_hidden_too() -> None:
    """A subclass of a task or of an approval rule keeps neither title nor names."""
    request = ServiceRequest.open(id="R", title="t", at=AT, by="kim")
    task = OwnTask(id="t", title=MARK, assignee=MARK)
    request = records.set_task(request, task, at=AT, by="kim")
    request = records.request_approval(request, OwnRule((MARK,), needed=1), at=AT, by="kim")
    after = redact(request)

    assert MARK in repr(request.history)
    assert MARK not in repr(after.history)


def test_an_approval_stands_as_it_stood() -> None:
    """Who may decide for whom stays apart, so that the decisions come to the same."""
    _, request, major = others()
    after = redact(request)

    assert (request.approval_state, after.approval_state) == ("approved", "approved")
    assert after.approvals_pending == (after.approval_rule.approvers[0],)
    assert set(after.approval_rule.delegates) == {after.approval_rule.approvers[1]}
    assert redact(major).major_roles["scribe"].startswith("person-")


def test_the_approvers_of_later_stages_are_hidden_too() -> None:
    """Each by one name in every stage and decision."""
    rule = records.ApprovalRule.in_stages(
        records.ApprovalRule.any_of("bo"), records.ApprovalRule.any_of("lee", "bo")
    )
    request = ServiceRequest.open(id="R", title="t", at=AT, by="kim")
    request = records.request_approval(request, rule, at=AT, by="ada")
    request = records.approve(request, "approved", at=AT, by="bo")
    after = redact(request)

    first, second = after.approval_rule.stages()  # type: ignore[union-attr]  # there is one
    assert not {"bo", "lee"} & {*first.approvers, *second.approvers}
    assert second.approvers[1] == first.approvers[0] == after.approvals[0].voice
    assert after.approval_stage == 1


def test_what_is_not_personal_stays() -> None:
    """Every fact that is not in the list of personal fields is the same."""
    before, after = incident().facts(), redact(incident()).facts()
    same = set(before) - PERSONAL_FIELDS - {"opened_by"}

    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["custom"]["vip"] is True
    assert after["opened_by"] == Actor("person-1", "requester")


def test_clocks_are_the_same() -> None:
    """A clock's stage, figures and trace do not change."""
    office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    rule = SlaDefinition.resolution(hours=4, calendar=office)
    before = evaluate_sla(rule, incident(), now=AT + 9 * HOUR)
    after = evaluate_sla(rule, redact(incident()), now=AT + 9 * HOUR)

    for name in ("stage", "elapsed", "remaining", "due_at", "breached_at"):
        assert getattr(after, name) == getattr(before, name)
    assert str(after.trace) == str(before.trace)


def test_kpis_are_the_same() -> None:
    """Durations, counts and shares do not change."""
    chosen = [
        definition
        for name in ("MEAN_TIME_TO_RESOLVE", "FIRST_CONTACT_RESOLUTION_RATE", "VOLUME_PER_CALLER")
        if isinstance(definition := getattr(kpi.catalogue, name, None), kpi.Kpi)
    ]
    assert chosen
    before = kpi.compute_kpis(chosen, [incident()], as_of=AT + 9 * HOUR)
    after = kpi.compute_kpis(chosen, [redact(incident())], as_of=AT + 9 * HOUR)

    assert [result.value for result in after.results] == [r.value for r in before.results]


@given(st.data())
def test_no_clock_changes(data: st.DataObject) -> None:
    """Whatever the promise and the history: every figure, threshold and trace stays as it was.

    Rule D5.
    """
    rules = data.draw(sla_definitions())
    record = data.draw(histories(rules))
    now = max(event.at for event in record.history) + data.draw(
        st.sampled_from([timedelta(), HOUR, 500 * HOUR])
    )
    # Conditions that read a caller's own entries are kept by naming these.
    entries = {name for event in record.history for name in _entries(event)}
    before = evaluate_sla(rules, record, now=now)
    after = evaluate_sla(rules, redact(record, keep=entries), now=now)

    for name in (
        *("stage", "elapsed", "remaining", "due_at", "due_at_if_resumed", "breached"),
        *("breached_at", "fraction", "next_wakeup", "cycles"),
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert str(after.trace) == str(before.trace)


def _entries(event: Any) -> Any:
    return getattr(event, "fields", {}).get("custom", {})


CATALOGUE = [found for found in vars(kpi.catalogue).values() if isinstance(found, kpi.Kpi)]
WINDOW = Interval(datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC))


def _named(person: str) -> str:
    return hashlib.blake2b(person.encode(), key=b"thrown away", digest_size=8).hexdigest()


@settings(max_examples=min(25, settings().max_examples))
@given(st.lists(drawn_records().filter(lambda record: record.version > 2), min_size=1, max_size=3))
def test_no_kpi_of_the_catalogue_changes(desk: list[Any]) -> None:
    """Of several records with persons in common too, given pseudonyms that differ as they do.

    Rule D5.
    """
    desk = [_renamed(record, f"R-{number}") for number, record in enumerate(desk)]
    how: Any = {"as_of": WINDOW.end, "group_by": ("priority", "assignment_group")}
    incidents = [record for record in desk if isinstance(record, Incident)]
    entries = {name for record in desk for event in record.history for name in _entries(event)}
    hidden = [redact(record, keep=entries, alias=_named) for record in incidents]

    before = kpi.compute_kpis(CATALOGUE, incidents, window=WINDOW, **how)
    after = kpi.compute_kpis(CATALOGUE, hidden, window=WINDOW, **how)

    assert [(r.kpi, r.group, r.value, r.n, r.excluded) for r in after.results] == [
        (r.kpi, r.group, r.value, r.n, r.excluded) for r in before.results
    ]


# Fields that persons and titles come to by events of their own.
COMPUTED = {"opened_by", "tasks", "approvals", "approval_rule", "approvals_pending"}


def _renamed(record: Any, name: str) -> Any:
    return record.from_history([attrs.evolve(event, record_id=name) for event in record.history])


@settings(max_examples=min(25, settings().max_examples))
@given(drawn_records())
def test_any_record_is_hidden_and_stays_a_record(record: Any) -> None:
    """Any history keeps its length, instants, ids and states; a second time changes nothing."""
    hidden = redact(record)

    assert [(e.id, e.sequence, e.at, e.recorded_at, e.kind) for e in hidden.history] == [
        (e.id, e.sequence, e.at, e.recorded_at, e.kind) for e in record.history
    ]
    assert hidden.state == record.state
    assert redact(hidden) == hidden
    facts, kept = record.facts(), hidden.facts()
    changed = {name for name in facts if facts[name] != kept[name]}
    assert changed <= PERSONAL_FIELDS | COMPUTED


# What an event or a record may hold beside instants, numbers, flags, states and levels: nobody is
# named there and nobody writes freely.
IMPERSONAL = frozenset(
    (
        *(
            "covers",
            "action",
            "audience",
            "category",
            "cause",
            "channel",
            "corrects",
            "decision",
            "key",
            "lifecycle",
            "matrix",
        ),
        *("link", "mode", "record_type", "runbook", "status", "step", "version", "visibility"),
        *("assignment_group", "configuration_item", "hold_reason", "origin", "resolution_code"),
        *("service", "source"),
    )
)
HIDDEN = frozenset(("evidence", "fields", "on_behalf_of", "outcome", "reason", "rule", "target"))
TEXTS = HIDDEN | {"task", "text"}
PLAIN = {bool, int, float, datetime, State, Level, type(None)}


def _is_plain(hint: Any) -> bool:
    """Tell whether a field can hold nothing but instants, numbers, flags, states and levels."""
    return set(get_args(hint) or (hint,)) <= PLAIN


def test_every_text_of_an_event_is_hidden_or_impersonal() -> None:
    """A new kind of event is decided about before it can leak: listed or redacted."""
    known = set(attrs.fields_dict(records.Event)) | IMPERSONAL | TEXTS
    undecided = {
        f"{cls.__name__}.{name}"
        for cls in vars(records).values()
        if isinstance(cls, type) and issubclass(cls, records.Event)
        for name in attrs.fields_dict(cls).keys() - known
        if not _is_plain(get_type_hints(cls)[name])
    }

    assert undecided == set()


@pytest.mark.parametrize("cls", [Incident, Problem, ServiceRequest])
def test_every_text_of_a_record_is_hidden_or_impersonal(cls: type[Any]) -> None:
    """The same for the fields that a record lets be set."""
    hints = get_type_hints(cls)
    unknown = cls.settable - PERSONAL_FIELDS - IMPERSONAL

    assert {name for name in unknown if not _is_plain(hints[name])} == set()


def test_the_target_of_an_escalation_may_be_a_person() -> None:
    """It is hidden, unless the caller knows that only groups stand there."""
    opened = Incident.open(id="INC-1", title="x", at=AT, by="kim")
    record = escalate_now(opened, f"{MARK} lee", at=AT + HOUR, by="x")

    assert MARK not in dumps(redact(record))
    assert redact(record, keep=["target"]).history[-1] == attrs.evolve(
        record.history[-1], by=redact(record).history[-1].by
    )


def test_callers_of_several_records_stay_apart_by_pseudonym() -> None:
    """By number two callers of two records are one; by a keyed hash they are two."""
    desk = [
        Incident.open(id=f"INC-{n}", title="x", at=AT, by=person)
        for n, person in enumerate(("kim", "lee", "kim"))
    ]
    by_number = {redact(record).caller for record in desk}
    by_hash = [redact(record, alias=_named).caller for record in desk]

    assert by_number == {"person-1"}
    assert by_hash[0] == by_hash[2] != by_hash[1]
    with pytest.raises(InvalidValueError):
        redact(desk[0], alias=lambda person: "")
    with pytest.raises(InvalidValueError, match="a different pseudonym for each person"):
        redact(records.comment(desk[0], "x", at=AT, by="ada"), alias=lambda person: "somebody")


def test_persons_stay_apart() -> None:
    """Different persons get different names, the same one the same, wherever they stand."""
    record = redact(incident(), alias="p")

    assert record.opened_by.id == record.caller == "p-1"
    assert len({event.by.id for event in record.history}) == 4
    assert record.assignee == record.history[2].by.id


def test_entries_can_be_kept() -> None:
    """What rules read may stay, by name."""
    record = redact(incident(), keep=["region", "tags"])

    assert record.custom["region"] == "eu"
    assert record.custom["note"] == "[redacted]"
    assert record.tags == {MARK}


def test_erasing_in_a_store() -> None:
    """Removing and appending the redacted history leaves nothing of the old one."""
    store = InMemoryStore()
    record = incident()
    store.append(record.id, record.history, expected_version=0)

    store.remove(record.id, expected_version=record.version)
    store.append(record.id, redact(record).history, expected_version=0)

    assert store.load(record.id) == redact(record)
    assert not any(change.event and MARK in dumps(change.event) for change in store.changes())


def test_redacting_twice_changes_nothing_more() -> None:
    """A redacted record is its own redaction."""
    assert redact(redact(incident())) == redact(incident())
    with pytest.raises(InvalidValueError):
        redact(incident(), alias="")


def test_the_body_of_an_unknown_kind_of_event_is_hidden() -> None:
    """What a later version wrote may name anybody."""
    event = UnknownEvent(
        record_id="INC-1",
        sequence=2,
        at=AT,
        by=Actor(MARK),
        name="later",
        body=f'{{"x": "{MARK}"}}',
    )
    redacted = redact(Incident.from_history([incident().history[0], event]))

    assert MARK not in dumps(redacted)


def test_a_root_cause_is_hidden_to_its_depth_and_read_back() -> None:
    """Every statement is hidden, the shape and the factors stay; each is the same when read."""
    cause = records.Cause(MARK, (records.Cause(MARK, (), "people"),), "configuration")
    problem = Problem.open(id="PRB-1", title="x", at=AT, by="kim")
    problem = records.set_fields(problem, at=AT, by="kim", root_cause=cause)
    hidden = redact(problem)

    assert loads(dumps(problem), Problem).root_cause == cause
    assert loads(dumps(hidden), Problem).root_cause == records.Cause(
        "[redacted]", (records.Cause("[redacted]", (), "people"),), "configuration"
    )


def test_a_kept_custom_is_kept_entry_by_entry() -> None:
    """The name of the whole keeps none of its parts; what is not text is hidden as a whole."""
    custom = redact(incident(), keep=["custom"]).custom
    assert dict(custom) == {
        "note": "[redacted]", "region": "[redacted]", "vip": True, "list": "[redacted]",
    }  # fmt: skip
    blank = records.set_fields(incident(), at=AT + 5 * HOUR, by="x", custom={"note": ""})
    assert redact(blank).custom["note"] == ""


def test_a_cause_that_is_taken_back_stays_absent() -> None:
    problem = Problem.open(id="PRB-1", title="x", at=AT, by="kim")
    cause = records.Cause(MARK)
    for root_cause in (cause, None):
        problem = records.set_fields(problem, at=AT, by="kim", root_cause=root_cause)
    assert redact(problem).root_cause is None


def test_the_task_of_nobody_stays_that_of_nobody() -> None:
    request = ServiceRequest.open(id="REQ-1", title="x", at=AT, by=f"{MARK} ada")
    for task_id, assignee in (("T1", f"{MARK} ada"), ("T2", None)):
        task = records.Task(id=task_id, title=MARK, assignee=assignee)
        request = records.set_task(request, task, at=AT, by="x")
    hidden = redact(request)
    assert [(one.title, one.assignee) for one in hidden.tasks] == [
        ("[redacted]", hidden.opened_by.id),
        ("[redacted]", None),
    ]


def test_every_item_of_a_request_stays_under_a_hidden_name() -> None:
    request = ServiceRequest.open(
        id="REQ-1", title="x", at=AT, by="kim", items=[records.RequestItem(id="1", name=MARK)]
    )
    (item,) = redact(request).items
    assert (item.id, item.name) == ("1", "[redacted]")


def test_a_due_date_in_a_custom_field_stays() -> None:
    """Its clock raised an error, where every clock must stay (rule D5)."""
    custom = {"due": AT + 5 * HOUR, "talk": HOUR, "note": MARK}
    record = records.set_fields(incident(), at=AT, by="x", custom=custom)
    clock = SlaDefinition(
        name="due", target=DueDate("custom.due"), stop=field("state.final").is_true()
    )
    plain, hidden = (evaluate_sla(clock, one, now=AT + HOUR) for one in (record, redact(record)))
    assert hidden.due_at == plain.due_at == AT + 5 * HOUR
    assert redact(record).custom["talk"] == HOUR
    assert redact(record).custom["note"] == "[redacted]"
