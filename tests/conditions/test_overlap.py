"""Overlap and implication: against brute force on finite fields, and sound on all others."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    Opaque,
    Proof,
    during,
    field,
    implies,
    overlap,
)
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.overlap import satisfiable
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.records import Incident, Problem, ServiceRequest
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Level,
    Priority,
    Scale,
    State,
    Urgency,
)

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
STATES = (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, name="office")

DOMAINS = {
    "state": STATES,
    "impact": (None, *Impact.scale),
    "custom.vip": (None, True, False),
    "support_tier": (None, 1, 2, 3),
    "category": ((), ("network",), ("network", "vpn"), ("data",)),
    "tags": (frozenset(), frozenset({"x"}), frozenset({"y"}), frozenset({"x", "y"})),
}
FINITE_TESTS = st.one_of(
    st.sampled_from(["name", "open", "pauses", "resolved", "final"]).flatmap(
        lambda step: st.sampled_from([True, False, "new", "on_hold", "closed"]).map(
            lambda value: FieldTest(f"state.{step}", "equals", value)
        )
    ),
    st.sampled_from(STATES).map(lambda state: FieldTest("state", "equals", state)),
    st.lists(st.sampled_from(STATES), max_size=3).map(
        lambda states: FieldTest("state", "is_in", tuple(states))
    ),
    st.builds(
        FieldTest,
        st.just("impact"),
        st.sampled_from(["equals", "above", "at_least", "below", "at_most"]),
        st.sampled_from(Impact.scale.levels),
    ),
    st.builds(FieldTest, st.just("impact"), st.just("present")),
    st.sampled_from([True, False, None]).map(lambda v: FieldTest("custom.vip", "equals", v)),
    st.builds(
        FieldTest,
        st.just("support_tier"),
        st.sampled_from(["equals", "above", "at_least", "below", "at_most"]),
        st.integers(0, 4),
    ),
    st.sampled_from(["network", "data", ("network", "vpn")]).map(
        lambda prefix: FieldTest("category", "starts_with", prefix)
    ),
    st.sampled_from(["vpn", "network"]).map(lambda step: FieldTest("category", "contains", step)),
    st.sampled_from(["x", "y", "z"]).map(lambda tag: FieldTest("tags", "contains", tag)),
    st.sampled_from([("x", "y"), ("z",), ()]).map(lambda t: FieldTest("tags", "intersects", t)),
)


def composed(tests: st.SearchStrategy[Condition], leaves: int = 6) -> st.SearchStrategy[Condition]:
    return st.recursive(
        tests | st.sampled_from([ALWAYS, NEVER]),
        lambda parts: st.one_of(
            parts.map(lambda part: ~part),
            st.lists(parts, max_size=3).map(AllOf),
            st.lists(parts, max_size=3).map(AnyOf),
        ),
        max_leaves=leaves,
    )


def all_facts(*conditions: Condition):
    """Yield every combination of values of the finite fields that the conditions read."""
    read = {path for each in conditions for path in each.fields}
    roots = [
        path
        for path in DOMAINS
        if path in read or any(other.startswith(f"{path}.") for other in read)
    ]
    for values in itertools.product(*(DOMAINS[root] for root in roots)):
        facts: dict = {"custom": {}}
        for root, value in zip(roots, values, strict=True):
            if root == "custom.vip":
                facts["custom"] = {"vip": value}
            else:
                facts[root] = value
        yield facts


def few_fields(condition: Condition) -> bool:
    return len({path.split(".")[0] for path in condition.fields}) <= 4


@given(composed(FINITE_TESTS).filter(few_fields), composed(FINITE_TESTS).filter(few_fields))
def test_overlap_and_implies_agree_with_brute_force(a, b):
    """On finite fields the answers are those of trying every combination, and never unknown."""
    both = only = False
    for facts in all_facts(a, b):
        in_a = a.matches(facts)
        both = both or (in_a and b.matches(facts))
        only = only or (in_a and not b.matches(facts))

    overlapping = overlap(a, b, domains=DOMAINS)
    implied = implies(a, b, domains=DOMAINS)

    assert overlapping.answer == ("yes" if both else "no")
    assert implied.answer == ("no" if only else "yes")
    if both:
        assert a.matches(overlapping.witness)
        assert b.matches(overlapping.witness)
    if only:
        assert a.matches(implied.witness)
        assert not b.matches(implied.witness)


LOOSE = Scale("loose", ("l1", "l2", "l3", "l4"))
POOLS = {
    "state": (*STATES, State("odd", open=True), State("new", resolved=True)),
    "priority": (None, *Priority.scale),
    "urgency": (None, *LOOSE),
    "reopen_count": (0, 1, 2, 3, 4, 7),
    "opened_at": tuple(NINE + timedelta(microseconds=n) for n in (-5, -1, 0, 1, 2, 3, 9)),
    "title": ("vpn", "VPN down", "mail", "mail vpn", "Mail\nis down", "o"),
    "category": ((), ("a",), ("a", "b"), ("b", "a"), ("a", "c", "b"), ("c",)),
    "tags": (frozenset(), frozenset({"a"}), frozenset({"b", "c"}), frozenset({"a", "b"})),
    "by": (Actor("ada"), Actor("kim", "requester"), Actor("ada", "system")),
}
CUSTOMS = (None, True, False, 0, 1, 2.5, 3, "a", "ab", "b", ("a", "b"), frozenset({"a", "ab"}))
ORDER = st.sampled_from(["equals", "above", "at_least", "below", "at_most"])
LOOSE_TESTS = st.one_of(
    FINITE_TESTS.filter(lambda test: test.path.startswith("state")),
    st.builds(FieldTest, st.just("priority"), ORDER, st.sampled_from(Priority.scale.levels)),
    st.sampled_from(["critical", "low", "p1"]).map(
        lambda name: FieldTest("priority.name", "equals", name)
    ),
    st.builds(FieldTest, st.just("urgency"), ORDER, st.sampled_from(LOOSE.levels)),
    st.builds(FieldTest, st.just("reopen_count"), ORDER, st.sampled_from([-1, 0, 1, 1.5, 2, 3])),
    st.builds(
        FieldTest,
        st.just("opened_at"),
        ORDER,
        st.integers(-1, 3).map(lambda n: NINE + timedelta(microseconds=n)),
    ),
    st.builds(
        FieldTest,
        st.just("title"),
        st.sampled_from(["equals", "has_text", "starts_with", "contains"]),
        st.sampled_from(["vpn", "mail", "VPN down", "down", "o"]),
    ),
    st.sampled_from(["a", "b", ("a", "b"), ("a", "c")]).map(
        lambda prefix: FieldTest("category", "starts_with", prefix)
    ),
    st.sampled_from([("a",), ("a", "b"), ()]).map(lambda p: FieldTest("category", "equals", p)),
    st.sampled_from("abc").map(lambda step: FieldTest("category", "contains", step)),
    st.sampled_from("abc").map(lambda tag: FieldTest("tags", "contains", tag)),
    st.builds(FieldTest, st.just("by.role"), st.just("equals"), st.sampled_from(["agent", "bot"])),
    st.builds(FieldTest, st.just("by"), st.just("equals"), st.sampled_from(POOLS["by"])),
    st.sampled_from([None, True, 1, 3, "a", "ab", ("a", "b")]).map(
        lambda value: FieldTest("custom.x", "equals", value)
    ),
    st.builds(FieldTest, st.just("custom.x"), ORDER, st.sampled_from([0, 1, 2, 2.5])),
    st.builds(
        FieldTest,
        st.just("custom.x"),
        st.sampled_from(["contains", "has_text", "starts_with"]),
        st.sampled_from(["a", "ab"]),
    ),
    st.sampled_from(["custom.x", "custom.y", "custom", "title", "priority"]).map(
        lambda path: FieldTest(path, "present")
    ),
)


@st.composite
def any_facts(draw):
    facts = {name: draw(st.sampled_from(pool)) for name, pool in POOLS.items()}
    custom = {name: draw(st.sampled_from(CUSTOMS)) for name in ("x", "y")}
    return {**facts, "custom": FrozenMap({k: v for k, v in custom.items() if v is not None})}


@given(composed(LOOSE_TESTS, 4), st.lists(any_facts(), min_size=20, max_size=20))
def test_answers_hold_on_any_facts(condition, subjects):
    """No is never contradicted by facts, and yes brings facts that satisfy."""
    verdict = satisfiable(condition)

    if verdict.is_yes:
        assert condition.matches(verdict.witness)
    for facts in subjects:
        try:
            matched = condition.matches(facts)
        except InvalidValueError:
            continue
        assert not (matched and verdict.is_no), (condition, facts)


def test_the_order_of_two_conditions_changes_no_answer():
    """Mail over vpn: a title that starts with one word and has the other, asked either way."""
    has, starts = FieldTest("title", "has_text", "vpn"), FieldTest("title", "starts_with", "mail")

    assert overlap(has, starts).answer == overlap(starts, has).answer == "yes"


@given(composed(LOOSE_TESTS, 3), composed(LOOSE_TESTS, 3))
def test_answers_fit_together(a, b):
    """What a condition is and is not: it overlaps nothing that implies its opposite."""
    assert overlap(a, b).answer == overlap(b, a).answer
    assert not overlap(a, ~a).is_yes
    assert not implies(a, a).is_no
    if implies(a, b).is_yes:
        assert not overlap(a, ~b).is_yes
    if satisfiable(a).is_yes:
        assert not satisfiable(a | b).is_no


def is_(path):
    return field(path).is_true()


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (ALWAYS, "yes"),
        (NEVER, "no"),
        (field("state").equals(NEW) & is_("state.pauses"), "no"),
        (is_("state.open") & is_("state.resolved"), "no"),
        (is_("state.final") & ~is_("state.resolved"), "yes"),
        (~is_("state.open") & ~is_("state.resolved") & ~is_("state.final"), "no"),
        (field("impact").equals(Impact.HIGH) & field("impact").equals(Impact.LOW), "no"),
        (field("impact") > Impact.HIGH, "no"),
        (field("impact") < Impact.LOW, "no"),
        ((field("impact") > Impact.LOW) & (field("impact") < Impact.HIGH), "yes"),
        (field("reopen_count") < 0, "no"),
        ((field("reopen_count") > 1) & (field("reopen_count") < 2), "no"),
        ((field("reopen_count") > 1) & (field("reopen_count") < 3), "yes"),
        ((field("custom.load") > 0.2) & (field("custom.load") < 0.1), "no"),
        ((field("custom.load") > 0.1) & (field("custom.load") < 0.2), "yes"),
        ((field("custom.n") > 1) & (field("custom.n") < 2), "unknown"),
        ((field("opened_at") > NINE) & (field("opened_at") < NINE + timedelta.resolution), "no"),
        (field("title").missing() & field("title").has_text("a"), "no"),
        (field("title").has_text("vpn") & field("title").has_text("mail"), "yes"),
        (field("title").has_text("vpn") & ~field("title").has_text("vpn"), "no"),
        (field("title").has_text("vpn") & ~field("title").has_text("pn"), "unknown"),
        (field("category").starts_with("a", "b") & ~field("category").starts_with("a"), "no"),
        (field("category").starts_with("a") & ~field("category").starts_with("a", "b"), "yes"),
        (field("category").equals("network"), "no"),  # a category is a path, never a text
        (field("tags").contains("x") & field("tags").missing(), "no"),
        (field("tags").contains("x") & ~field("tags").intersects("x", "y"), "no"),
        (field("custom.vip").is_true() & field("custom.vip").equals(False), "no"),
        (field("custom").missing() & field("custom.vip").present(), "no"),
        (field("custom").present() & field("custom.vip").missing(), "yes"),
        (field("custom").missing(), "yes"),
        (field("custom").contains("k"), "unknown"),
        (field("custom.x").missing() & ~field("custom.x").equals(None), "yes"),  # an empty text
        (field("by.role").equals("agent") & field("by").equals(Actor("kim", "requester")), "no"),
        (field("resolved_at").missing() & field("resolved_at").present(), "no"),
        (field("custom.open").equals("yes"), "yes"),  # a field of the caller's own
        (field("version").equals("2b") & field("custom.final").missing(), "yes"),
        (field("known_error").equals("yes"), "no"),
        (field("known_error").missing(), "no"),
        (field("actor").missing(), "no"),
        (during(OFFICE), "unknown"),
        (during(OFFICE) & field("impact").present(), "unknown"),
        (field("resolved_at").later_than(field("opened_at")), "yes"),
        (
            field("resolved_at").later_than(field("opened_at")) & field("resolved_at").missing(),
            "no",
        ),
        (field("resolved_at").later_than(field("resolved_at")), "no"),
        (during(OFFICE) & ~during(OFFICE), "no"),
        (during(OFFICE) | ALWAYS, "yes"),
        (Opaque("mine", bool), "unknown"),
        (Opaque("mine", bool) & ~Opaque("mine", bool), "no"),
        (Opaque("mine", bool) & Opaque("yours", bool) & NEVER, "no"),
        (field("urgency").equals(Level("odd", "x", 2)), "yes"),
        (
            (field("urgency") > Level("odd", "x", 3)) & (field("urgency") < Level("odd", "y", 1)),
            "unknown",
        ),
    ],
)
def test_satisfiable_worked_by_hand(condition, answer):
    """Yes, no and unknown where a reader would say so."""
    verdict = satisfiable(condition)

    assert verdict.answer == answer
    assert bool(verdict.reason) == (answer == "unknown")
    if verdict.is_yes and verdict.witness:
        assert condition.matches(verdict.witness)


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        (field("impact").equals(Impact.HIGH), field("impact") >= Impact.MEDIUM, "yes"),
        (field("impact") >= Impact.MEDIUM, field("impact").equals(Impact.HIGH), "no"),
        (field("state").equals(ON_HOLD), is_("state.pauses"), "yes"),
        (is_("state.pauses"), is_("state.open"), "yes"),
        (is_("state.open"), is_("state.pauses"), "no"),
        (field("state").is_in(NEW, ON_HOLD), is_("state.open"), "yes"),
        (field("category").starts_with("a", "b"), field("category").contains("b"), "yes"),
        (during(OFFICE) & is_("custom.vip"), is_("custom.vip"), "yes"),
        (is_("custom.vip"), during(OFFICE), "unknown"),
        (NEVER, is_("custom.vip"), "yes"),
        (is_("custom.vip"), ALWAYS, "yes"),
    ],
)
def test_implies_worked_by_hand(a, b, answer):
    """Implication with a counterexample where it fails."""
    verdict = implies(a, b)

    assert verdict.answer == answer
    if verdict.is_no:
        assert a.matches(verdict.witness)
        assert not b.matches(verdict.witness)


def test_known_states_decide_what_else_is_open():
    """With a lifecycle's states known, a rule can be seen to be dead."""
    rule = is_("state.open") & ~field("state").is_in(NEW, IN_PROGRESS, ON_HOLD)

    assert satisfiable(rule).is_yes  # a lifecycle of one's own may have such a state
    assert satisfiable(rule, domains={"state": STATES}).is_no
    assert satisfiable(is_("state.open"), domains={"state.name": ["closed"]}).is_yes


def test_known_names_narrow_states():
    """A domain below a field narrows the values of the field."""
    hold = field("state").equals(ON_HOLD)

    assert satisfiable(hold & field("state.name").present(), domains={"state.name": ["new"]}).is_no


def test_more_combinations_than_the_limit_are_unknown():
    """Seven fields of many values are not tried: the answer says so."""
    many = AllOf(
        field(f"custom.f{n}").is_in(*range(5)) | field(f"custom.f{n}").contains("x")
        for n in range(7)
    )
    roots = [field(f"f{n}").equals(1) & field(f"f{n}").equals(2) for n in range(8)]
    wide = AllOf(field("tags").contains(f"t{n}") for n in range(30))

    assert satisfiable(many).reason == "more than 100000 combinations"
    assert satisfiable(wide).reason == "more than 100000 combinations"
    assert satisfiable(AllOf(roots)).reason == "more than 100000 combinations"
    assert satisfiable(AllOf(roots[:5])).is_no


def test_test_on_another_type_is_unknown():
    """A rule that would be an error on every record is not called satisfiable."""
    rule = (field("priority.name").equals("low")) & field("priority").equals("low")

    assert not satisfiable(rule & field("priority").equals(Priority.LOW)).is_yes
    assert not overlap(field("urgency") >= Urgency.HIGH, field("urgency").equals("high")).is_yes


class Unhashable:
    """A calendar of a caller's own that does not hash."""

    __hash__ = None  # type: ignore[assignment]  # what this is about

    def is_open(self, at):
        """Return that it is open."""
        return True


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (during(Unhashable()), "unknown"),
        (AnyOf(Opaque(f"f{n}", bool) for n in range(11)), "unknown"),
        (AllOf(Opaque(f"f{n}", bool) for n in range(11)) & NEVER, "no"),
        (field("state.name").has_text("hold") & is_("state.pauses"), "unknown"),
        (field("state.name").has_text("hold") & field("state").equals(ON_HOLD), "yes"),
        (field("state.name").has_text("x") & field("state").equals(ON_HOLD), "no"),
        (field("by.id").has_text("a") & field("by").equals(Actor("bob")), "no"),
        (field("custom.d") > date.max, "no"),
        (field("custom.d") < timedelta.min, "no"),
        (field("custom.d") > Decimal("0.1"), "yes"),
        (field("custom.d") > Decimal("NaN"), "unknown"),
        (field("custom.d") > 1e300, "unknown"),
        (field("custom.d").equals("a") & (field("custom.d") > 3), "unknown"),  # text is no number
    ],
)
def test_odd_values_do_not_mislead(condition, answer):
    """Where neither a witness nor a proof is at hand, the answer is unknown."""
    assert satisfiable(condition).answer == answer


def test_verdict_has_no_truth_value():
    """Three answers have no truth: asking for it is an error."""
    with pytest.raises(TypeError):
        bool(Proof("no"))


class Even(Condition):
    """A condition of one's own without candidates: whether a number is even."""

    @property
    def fields(self) -> frozenset[str]:
        """Return what it reads."""
        return frozenset(("number",))

    def test(self, subject: object, at: datetime | None = None) -> bool:
        """Return whether the number is even."""
        return subject["number"] % 2 == 0  # type: ignore[index]

    def __str__(self) -> str:
        return "number is even"


def test_a_condition_without_candidates_is_unknown_never_no() -> None:
    """Nothing is known of its values, and time alone does not change its answer."""
    even = Even()
    assert even.candidates("number") is None
    assert even.next_change({"number": 2}, NINE) is None
    assert overlap(even, field("other").equals(3)).answer == "unknown"
    assert implies(even, field("state.open").is_true()).answer == "unknown"


BARE = [
    cls.open(id="R", title="t", at=datetime(2026, 6, 1, tzinfo=UTC), by=Actor("import", "system"))
    for cls in (Incident, Problem, ServiceRequest)
]


@pytest.mark.parametrize("name", sorted({name for one in BARE for name in one.facts()}))
def test_a_field_is_none_in_a_witness_only_where_a_record_may_lack_it(name: str) -> None:
    """Every record has a description, if an empty one; not every one has a caller."""
    lacks = any(one.facts().get(name) is None for one in BARE)
    proof = satisfiable(field(name).missing())
    assert lacks or proof.witness is None or proof.witness[name] is not None


A, B, C = (field(f"custom.{name}_at") for name in "abc")
OWN = Level("own", "two", 2)


@pytest.mark.parametrize(
    "condition",
    [
        A.later_than(B) & B.later_than(C),
        A.later_than(B) & B.later_than(C) & C.present(),
        A.later_than(B) & ~A.later_than(C) & C.present(),
        (field("custom.level") >= OWN) & field("custom.level.name").has_text("urgent"),
        (field("custom.level") < OWN) & field("custom.level.name").has_text("urgent"),
        (field("custom.level") < OWN) & (field("custom.level") > Level("own", "four", 4)),
    ],
    ids=str,
)
def test_what_some_record_satisfies_is_never_refused(condition: Condition) -> None:
    """Three moments in a row, and levels of a scale that nobody has described."""
    assert not satisfiable(condition).is_no


@attrs.frozen
class _Reads(Condition):
    """A condition of a caller's own that says to read the urgency, and reads ``name``."""

    name: str
    of_table: bool = False

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(("urgency",))

    def test(self, subject: Any, at: datetime | None) -> bool:
        return bool({}["worst"] if self.of_table else subject[self.name])

    def candidates(self, path: str) -> tuple[object, ...]:
        return (True, False)


def test_a_condition_of_ones_own_that_reads_more_than_it_says_is_refused_by_name() -> None:
    """What it says is enough to try it; a key that its own table lacks is its own error."""
    words = r"_Reads\.fields: got \['urgency'\]; allowed: every field that test reads.* impact"
    assert overlap(_Reads("urgency"), ALWAYS).is_yes
    for ask in (overlap, implies):
        with pytest.raises(DefinitionError, match=words):
            ask(_Reads("impact"), field("urgency").is_true())
    with pytest.raises(KeyError, match="worst"):
        overlap(_Reads("urgency", of_table=True), ALWAYS)
