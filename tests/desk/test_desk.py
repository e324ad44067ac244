"""What a desk makes of a record: its category, priority, group, service and clocks.

Rules B1, B2 and B3.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from incidentcore.categorization import Categorization
from incidentcore.conditions import field
from incidentcore.desk import (
    Agreement,
    AutoClose,
    Desk,
    DeskField,
    Service,
    ServiceTarget,
    dump_desk,
    load_desk,
)
from incidentcore.errors import (
    DefinitionError,
    FormatError,
    InvalidValueError,
    NaiveDatetimeError,
    TransitionNotAllowedError,
)
from incidentcore.instants import Versions
from incidentcore.lifecycle import INCIDENT, InputField, Refused, Transition
from incidentcore.priority import (
    PLAIN_3X3,
    Adjustment,
    PriorityCalculation,
    PriorityPolicy,
    prioritize,
)
from incidentcore.records import (
    Incident,
    ServiceRequest,
    approve,
    correct_event,
    replay,
    request_approval,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Impact, Priority, Urgency

TEXT = (Path(__file__).parents[2] / "docs" / "howto" / "customer_desk.toml").read_text("utf-8")
DESK = load_desk(TEXT)
WEDNESDAY = datetime.fromisoformat("2026-12-23T14:00+00:00")
HIGH = {"impact": Impact.HIGH, "urgency": Urgency.HIGH}
ALWAYS = BusinessCalendar.always()
HOUR = timedelta(hours=1)


def opened(desk: Desk = DESK, **fields: object) -> Incident:
    custom = fields.pop("custom", {"contract": "silver", "site": "MUC"})
    return desk.open(
        Incident, id="INC-1", title="No mail", by="kim", at=WEDNESDAY, custom=custom, **fields
    )


def small(*agreements: Agreement, **parts: object) -> Desk:
    return Desk(
        name="small",
        services=[
            Service(
                name="gold",
                calendar=ALWAYS,
                resolution=[ServiceTarget(target=HOUR, level="critical")],
            ),
            Service(name="rest", calendar=ALWAYS, resolution=[ServiceTarget(target=9 * HOUR)]),
        ],
        agreements=agreements,
        **parts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("custom", "where", "ends"),
    [
        ({"contract": "Gold"}, "custom.contract", "one of gold, silver; nearest: gold"),
        ({"contract": 7}, "custom.contract", "one of gold, silver"),
        (
            {"contarct": "gold"},
            "custom",
            "declares: contract, users, vip, call_at; nearest: contract",
        ),
        ({"users": "12"}, "custom.users", "a number"),
        ({"vip": 1}, "custom.vip", "True or False"),
        ({"call_at": "noon"}, "custom.call_at", "an aware datetime"),
    ],
)
def test_a_declared_field_holds_what_it_is_declared_for(
    custom: dict[str, object], where: str, ends: str
) -> None:
    """A contract "Gold" was silver without a word; other names and None stay the caller's own."""
    kinds = {"users": "number", "vip": "bool", "call_at": "instant"}
    words = DeskField("contract", "word", ("gold", "silver"))
    desk = small(fields=[words, *(DeskField(*one) for one in kinds.items())])
    fine = opened(desk, custom={"contract": "gold", "contract_id": 7, "vip": None, "note": 1})
    with pytest.raises(InvalidValueError, match="got") as at_opening:
        opened(desk, custom=custom)
    plain = opened(desk, custom={})
    with pytest.raises(InvalidValueError, match="got") as later:
        desk.set_fields(plain, custom=custom, at=WEDNESDAY + HOUR, by="ada")
    for refused in (at_opening.value, later.value):
        assert refused.where == where
        assert str(refused).endswith(ends)
    moved = desk.set_fields(fine, custom={"contract": "silver"}, at=WEDNESDAY + HOUR, by="ada")
    assert (moved.custom["contract"], moved.custom["note"]) == ("silver", 1)
    imported = Incident.open(id="1", title="x", by="kim", at=WEDNESDAY, custom={"vip": "maybe"})
    assert desk.set_fields(imported, title="y", at=WEDNESDAY + HOUR, by="ada").title == "y"


def test_an_action_that_sets_a_declared_field_to_another_word_is_refused() -> None:
    """The refusal names the word, as it does for every other field of a transition."""
    lifecycle = attrs.evolve(
        INCIDENT,
        transitions=[
            Transition("sign", INCIDENT.initial, INCIDENT.initial,
                       fields=(InputField("contract", "custom.contract"),)),
            *INCIDENT.transitions,
        ],
    )  # fmt: skip
    words = DeskField("contract", "word", ("gold", "silver"))
    desk = small(fields=[words], lifecycles=[lifecycle])
    incident = opened(desk, custom={})
    said = (
        "sign from new refuses custom.contract: got 'Gold'; "
        "allowed: one of gold, silver; nearest: gold"
    )
    assert str(desk.decide(incident, "sign", at=WEDNESDAY, by="ada", contract="Gold")) == said
    with pytest.raises(TransitionNotAllowedError, match="got 'Gold'"):
        desk.advance(incident, "sign", at=WEDNESDAY, by="ada", contract="Gold")
    signed = desk.advance(incident, "sign", at=WEDNESDAY, by="ada", contract="gold")
    assert signed.custom["contract"] == "gold"


def test_an_opening_has_its_priority_and_its_promise() -> None:
    """Impact and urgency give critical, critical gives eight hours; one event says it all."""
    incident = opened(**HIGH)
    assert incident.priority == Priority.CRITICAL
    assert incident.version == 1
    names = [one.definition.name for one in DESK.evaluate(incident, now=WEDNESDAY)]  # type: ignore[union-attr]
    assert names == ["silver response critical", "silver resolution critical"]


def test_a_record_that_was_opened_without_a_desk_is_judged_by_its_priority() -> None:
    """The same clocks as for one opened by the desk; the record itself is left as it is."""
    plain = Incident.open(
        id="INC-1",
        title="No mail",
        by="kim",
        at=WEDNESDAY,
        custom={"contract": "silver", "site": "MUC"},
        **HIGH,
    )
    assert plain.priority is None
    now = WEDNESDAY + HOUR
    dues = [one.due_at for one in DESK.evaluate(plain, now=now)]
    assert dues == [one.due_at for one in DESK.evaluate(opened(**HIGH), now=now)]


def test_what_is_given_at_the_opening_stays() -> None:
    """A priority that somebody gave is not computed over."""
    assert opened(computed_priority=Priority.LOW, **HIGH).priority == Priority.LOW


def test_a_vip_is_raised_at_the_opening_and_when_it_turns_out_later() -> None:
    """Low impact and urgency: low in a 3x3 of four levels, high for a VIP."""
    low = {"impact": Impact.LOW, "urgency": Urgency.LOW}
    assert opened(**low).priority == Priority.LOW
    custom = {"contract": "silver", "vip": True}
    assert opened(custom=custom, **low).priority == Priority.HIGH
    later = set_fields(opened(**low), custom=custom, at=WEDNESDAY + HOUR, by="ada")
    assert later.priority == Priority.LOW
    assert DESK.prioritize(later, at=WEDNESDAY + HOUR).priority == Priority.HIGH


def test_impact_and_urgency_change_by_the_rules_of_the_desk() -> None:
    """Low impact and high urgency: moderate, and high for a VIP, also after the next action."""
    low = {"impact": Impact.LOW, "urgency": Urgency.LOW}
    for vip, level in ((False, Priority.MODERATE), (True, Priority.HIGH)):
        ticket = opened(custom={"contract": "silver", "vip": vip}, **low)
        with pytest.raises(InvalidValueError, match=r"Desk\.prioritize\(\.\.\.\)"):
            DESK.set_fields(ticket, urgency=Urgency.HIGH, at=WEDNESDAY + HOUR, by="ada")
        ticket = DESK.prioritize(
            ticket, urgency=Urgency.HIGH, at=WEDNESDAY + HOUR, by="ada", reason="all wait"
        )
        last = ticket.history[-1]
        now = (ticket.impact, ticket.urgency, ticket.priority)
        assert now == (Impact.LOW, Urgency.HIGH, level)
        assert (last.at, last.by.id, last.reason) == (WEDNESDAY + HOUR, "ada", "all wait")
        ticket = DESK.advance(ticket, "start", at=WEDNESDAY + 2 * HOUR, by="ada")
        assert ticket.priority == level


def test_an_impact_without_an_urgency_is_kept_for_later() -> None:
    """There is no priority yet; the urgency gives it."""
    ticket = DESK.prioritize(opened(), impact=Impact.HIGH, at=WEDNESDAY + HOUR, by="ada")
    assert (ticket.impact, ticket.priority) == (Impact.HIGH, None)
    with pytest.raises(InvalidValueError, match="urgency"):
        DESK.prioritize(ticket, urgency=Impact.HIGH, at=WEDNESDAY + HOUR, by="ada")
    ticket = DESK.prioritize(ticket, urgency=Urgency.HIGH, at=WEDNESDAY + HOUR, by="ada")
    assert ticket.priority == Priority.CRITICAL


def test_a_late_impact_counts_for_the_priorities_after_it() -> None:
    """Critical from 15:00 on, and at 16:00 too, when it turned out to be a VIP's: high until then.

    An impact that was set at 16:30 stays.
    """
    ticket = opened(impact=Impact.LOW, urgency=Urgency.LOW)
    custom = {"contract": "silver", "vip": True}
    ticket = DESK.set_fields(ticket, custom=custom, at=WEDNESDAY + 2 * HOUR, by="ada")
    last = DESK.prioritize(ticket, impact=Impact.MEDIUM, at=WEDNESDAY + 2.5 * HOUR, by="ada")
    assert (ticket.priority, last.priority) == (Priority.HIGH, Priority.HIGH)
    late = {"at": WEDNESDAY + HOUR, "recorded_at": WEDNESDAY + 3 * HOUR, "by": "ada"}
    assert DESK.prioritize(ticket, **HIGH, **late).priority == Priority.CRITICAL
    last = DESK.prioritize(last, **HIGH, **late)
    now = (last.impact, last.urgency, last.priority)
    assert now == (Impact.MEDIUM, Urgency.HIGH, Priority.HIGH)


def test_an_opening_equals_one_in_which_all_was_given() -> None:
    """What the rules decide is part of the opening, as if somebody had written it there."""
    desk = load_desk(
        TEXT + '[categories]\nrules = [{ when = { title = { text = "mail" } }, '
        'category = "software/mail" }, { when = { category = "software" }, group = "apps", '
        "tier = 2 }]\n"
    )
    decided = {
        "category": ("software", "mail"),
        "computed_priority": Priority.CRITICAL,
        "assignment_group": "apps",
        "support_tier": 2,
    }
    lifecycle = desk.lifecycle("incident")
    who = {"id": "INC-1", "title": "No mail", "by": "kim", "at": WEDNESDAY}
    custom = {"contract": "silver", "site": "MUC"}
    whole = lifecycle.open(Incident, custom=custom, **HIGH, **decided, **who)
    assert opened(desk, **HIGH) == whole
    assert replay(opened(desk, **HIGH).history) == whole


def test_a_priority_is_computed_once_unless_it_changes() -> None:
    """The calculator of a desk may be slow: an opening and an action ask it once."""
    seen: list[str] = []

    def calculator(record: Incident) -> PriorityCalculation:
        seen.append(record.state.name)
        return PriorityCalculation(Priority.HIGH, "always")

    desk = Desk(name="slow", priority=PriorityPolicy(calculator))
    incident = opened(desk)
    assert seen == ["new"]
    started = desk.advance(incident, "start", at=WEDNESDAY, by="ada")
    assert seen == ["new", "in_progress"]
    assert started.version == 2
    with pytest.raises(InvalidValueError, match="by"):
        desk.prioritize(started, at=WEDNESDAY, by="")
    with pytest.raises(NaiveDatetimeError):
        desk.prioritize(started, at=WEDNESDAY.replace(tzinfo=None))


def test_category_and_group_are_given_too() -> None:
    """The first rule that matches; the group by the category that was just given."""
    desk = load_desk(
        TEXT + '[categories]\nrules = [{ when = { title = { text = "mail" } }, '
        'category = "software/mail" }, { when = { category = "software" }, group = "apps", '
        "tier = 2 }]\n"
    )
    incident = opened(desk, **HIGH)
    assert incident.category == ("software", "mail")
    assert (incident.assignment_group, incident.support_tier) == ("apps", 2)


def test_a_categorizer_of_your_own_is_asked_where_no_rule_matches() -> None:
    """It is named in the file and given to ``load_desk``."""
    text = TEXT + '[categories]\ncode = "guess"\n'
    desk = load_desk(text, code={"guess": lambda _: Categorization("hardware")})
    assert opened(desk).category == ("hardware",)
    with pytest.raises(FormatError, match="code"):
        load_desk(text)


@pytest.mark.parametrize(
    ("on_change", "due"),
    [
        ("retroactive", "2026-12-23T18:00+00:00"),
        ("keep_elapsed", "2026-12-24T08:00+00:00"),
        ("restart", "2026-12-24T12:00+00:00"),
    ],
)
def test_a_contract_that_changes_in_the_middle(on_change: str, due: str) -> None:
    """Worked out by hand: three office hours on Wednesday, one on Thursday, then gold's four.

    Gold counts around the clock. Retroactive: four hours from the opening at 14:00. Kept: four of
    four hours are spent at 08:00. Restart: four hours from 08:00.
    """
    desk = load_desk(TEXT.replace("keep_elapsed", on_change))
    signed = datetime.fromisoformat("2026-12-24T08:00+00:00")
    ticket = set_fields(
        opened(desk, **HIGH), custom={"contract": "gold", "site": "MUC"}, at=signed, by="ada"
    )
    status = desk.evaluate(ticket, now=signed + timedelta(minutes=1))[-1]
    assert status.definition is not None
    assert status.definition.name == "gold resolution critical"
    assert status.due_at == datetime.fromisoformat(due)


def test_a_contract_that_changes_on_a_date_is_judged_at_the_opening() -> None:
    """Gold's high: eight hours until the end of 2026, six for what is opened in 2027."""
    fields = {"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}
    for day, hours in (("2026-12-31", 8), ("2027-01-01", 6)):
        at = datetime.fromisoformat(f"{day}T09:00+01:00")
        ticket = DESK.open(
            Incident, id="INC-1", title="x", by="kim", at=at, custom={"contract": "gold"}, **fields
        )
        assert DESK.evaluate(ticket, now=at)[-1].target == hours * HOUR


def test_a_record_never_falls_through_to_a_later_agreement() -> None:
    """Gold has no target for low: a gold ticket of low priority has none, not the next one's."""
    gold = field("caller").equals("boss")
    desk = small(Agreement(when=gold, service="gold"), Agreement(service="rest"))
    low = {"impact": Impact.LOW, "urgency": Urgency.MEDIUM}
    assert desk.evaluate(opened(desk, caller="boss", **low), now=WEDNESDAY) == ()
    assert len(desk.evaluate(opened(desk, caller="kim", **low), now=WEDNESDAY)) == 1
    assert len(desk.evaluate(opened(desk, caller="boss", **HIGH), now=WEDNESDAY)) == 1


def test_agreements_of_several_kinds_count_side_by_side() -> None:
    """A customer's SLA, and an OLA with another group: two clocks for one record."""
    desk = small(Agreement(service="rest"), Agreement(service="gold", kind="ola"))
    statuses = desk.evaluate(opened(desk, **HIGH), now=WEDNESDAY)
    seen = [(one.definition.agreement, one.target) for one in statuses if one.definition]
    assert seen == [("sla", 9 * HOUR), ("ola", HOUR)]


def test_actions_follow_the_desk_s_lifecycle() -> None:
    """Its hold reasons and its window for reopening."""
    desk = load_desk(TEXT.replace("close_after ", 'hold_reasons = ["parts"]\nclose_after '))
    answer = desk.decide(opened(desk), "hold", reason="awaiting_caller", at=WEDNESDAY, by="ada")
    assert isinstance(answer, Refused)
    resolved = DESK.advance(
        opened(), "resolve", at=WEDNESDAY, by="ada", resolution_code="x", resolution_notes="y"
    )
    late = WEDNESDAY + timedelta(days=60)
    assert isinstance(DESK.decide(resolved, "reopen", at=late, by="kim"), Refused)


def test_the_first_approval_that_matches_counts() -> None:
    """A laptop needs the manager and then two of procurement; a mouse needs nobody."""
    request = DESK.open(
        ServiceRequest, id="REQ-1", title="x", by="kim", at=WEDNESDAY, custom={"item": "laptop"}
    )
    plan = DESK.approval(request)
    assert plan is not None
    assert [stage.need for stage in plan.stages] == ["one", 2]
    people = {"caller": ["boss"], "procurement": ["ann", "bo", "cy"]}
    rule = DESK.approval_rule(request, people=lambda target: people[target.name])
    asked = request_approval(request, rule, at=WEDNESDAY, by="kim")  # type: ignore[arg-type]
    managed = approve(asked, "approved", at=WEDNESDAY + HOUR, by="boss")
    # Three business days in Munich: 24 December, then 4 and 5 January at 16:00 of the clock there.
    due = datetime.fromisoformat("2027-01-05T16:00+01:00")
    assert managed.approval_expires_at == due
    assert managed.approvals_pending == ("ann", "bo", "cy")
    other = set_fields(request, custom={"item": "mouse"}, at=WEDNESDAY, by="kim")
    assert DESK.approval(other) is None


def test_a_desk_refuses_names_that_nothing_has() -> None:
    """A service and a priority; both say what there is."""
    with pytest.raises(DefinitionError, match="gold, rest"):
        small(Agreement(service="silver"))
    with pytest.raises(DefinitionError, match="critical, high"):
        Desk(
            name="small",
            services=[
                Service(
                    name="all",
                    calendar=ALWAYS,
                    resolution=[ServiceTarget(target=HOUR, level="urgent")],
                )
            ],
            agreements=[Agreement(service="all")],
        )


def test_desks_have_versions() -> None:
    """The desk that held at a record's opening counts."""
    versions = Versions([(WEDNESDAY, DESK), (WEDNESDAY + HOUR, small())])
    assert versions.at(WEDNESDAY) is DESK


def test_a_calendar_has_versions_inside_a_clock() -> None:
    """Open until 18:00 in 2026 and until 20:00 from 2027: each holds for its own time."""
    more = """late = { hours = { mon-fri = "08:00-20:00" } }
[calendars.changing]
versions = [{ from = 2026-01-01, calendar = "munich" }, { from = 2027-01-01, calendar = "late" }]
[priority]
"""
    text = TEXT.replace("[priority]\n", more)
    text = text.replace('calendar   = "by_site"', 'calendar   = "changing"')
    desk = load_desk(text)
    assert load_desk(dump_desk(desk)) == desk
    # Wednesday three hours, Thursday four; of 2027 the first day is a Friday without a holiday.
    dues = [one.due_at for one in desk.evaluate(opened(desk, **HIGH), now=WEDNESDAY)]
    assert dues[-1] == datetime.fromisoformat("2027-01-01T09:00+01:00")


def test_the_policy_is_as_short_as_it_is_said_to_be() -> None:
    """Clocks alone in at most forty lines, everything in at most fifty-five."""
    lines = [line for line in TEXT.splitlines() if line.strip()]
    clocks = lines[: lines.index("[oncall.operations]")]
    assert len(clocks) <= 40
    assert len(lines) <= 55
    load_desk("\n".join(clocks))
    assert load_desk(dump_desk(DESK)) == DESK


def test_an_automatic_closure_is_one_and_of_a_standard_record() -> None:
    """Anything else would end in an AttributeError once a record is resolved."""
    for auto_close in (
        {"incident": timedelta(days=5)},
        {"change": AutoClose(after=timedelta(days=5))},
    ):
        with pytest.raises(DefinitionError, match=r"auto_close: got .*an AutoClose"):
            Desk(name="d", zone="UTC", auto_close=auto_close)


def test_a_late_change_has_its_effect_on_all_later_priorities() -> None:
    """Moderate; urgency high at 15:00: high; from 16:00 on it is known to be a VIP's at 14:30."""
    impact: dict[str, object] = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM}
    important = Adjustment("VIP", field("custom.vip").is_true(), at_least=Priority.CRITICAL)
    policy = PriorityPolicy(PLAIN_3X3, (important,))
    desk = attrs.evolve(small(), priority=policy)
    record = opened(desk, **impact)
    record = prioritize(record, policy, urgency=Urgency.HIGH, at=WEDNESDAY + HOUR, by="ada")
    known = WEDNESDAY + 2 * HOUR
    late = desk.set_fields(
        record, custom={"vip": True}, at=WEDNESDAY + HOUR / 2, recorded_at=known, by="ada"
    )

    def at(hours: float, **known_at: Any) -> str:
        return late.timeline(**known_at).facts_at(WEDNESDAY + hours * HOUR)["priority"].name  # type: ignore[no-any-return]

    assert [at(hours) for hours in (0.4, 0.6, 1.5)] == ["moderate", "critical", "critical"]
    before = {"known_at": known - HOUR / 4}
    assert [at(hours, **before) for hours in (0.4, 0.6, 1.5)] == ["moderate", "moderate", "high"]


def test_a_record_without_a_priority_is_judged_by_its_corrected_opening() -> None:
    """Opened elsewhere with medium impact, which was high: high, not moderate (rules B1 and H1)."""
    impact: dict[str, Any] = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM}
    record = Incident.open(id="I", title="t", at=WEDNESDAY, by="kim", **impact)
    record = correct_event(record, "I:1", by="ada", fields={"impact": Impact.HIGH})
    desk = attrs.evolve(small(), priority=PriorityPolicy(PLAIN_3X3))
    assert desk.judged(record).priority == Priority.HIGH
