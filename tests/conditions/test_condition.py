"""Composition: its laws, its words, its reasons; conditions as values."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, NEVER, AllOf, AnyOf, Condition, Opaque, during, field
from incidentcore.conditions.condition import Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.digest import content_id
from incidentcore.errors import DefinitionError
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.values import IN_PROGRESS, NEW, Impact

A, B, C = (field(name).is_true() for name in "abc")
SUBJECTS = [
    dict(zip("abc", map(bool, bits), strict=True))
    for bits in [(n & 1, n & 2, n & 4) for n in range(8)]
]
NIGHT = BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": "22:00-06:00"}, name="night")

conditions = st.recursive(
    st.sampled_from([A, B, C, ALWAYS, NEVER]),
    lambda parts: st.one_of(
        parts.map(lambda part: ~part),
        st.lists(parts, max_size=4).map(AllOf),
        st.lists(parts, max_size=4).map(AnyOf),
        st.tuples(parts, parts).map(lambda pair: pair[0] & pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] | pair[1]),
    ),
    max_leaves=8,
)


def truth(condition: Condition, subject: dict) -> bool:
    """Answer by the structure alone, as a reader would."""
    if isinstance(condition, AllOf):
        return all(truth(part, subject) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(truth(part, subject) for part in condition.parts)
    if isinstance(condition, Not):
        return not truth(condition.part, subject)
    assert isinstance(condition, FieldTest)
    return subject[condition.path] is condition.value


def answers(condition: Condition) -> list[bool]:
    return [condition.matches(subject) for subject in SUBJECTS]


@given(conditions)
def test_compositions_mean_what_they_say(condition):
    """On every subject, and or and not are those of logic."""
    assert answers(condition) == [truth(condition, subject) for subject in SUBJECTS]


@given(conditions, conditions, conditions)
def test_laws_of_logic_hold(x, y, z):
    """Double negation, De Morgan, order, brackets, distribution, identity."""
    assert answers(~~x) == answers(x)
    assert answers(~(x & y)) == answers(~x | ~y)
    assert answers(~(x | y)) == answers(~x & ~y)
    assert answers(x & y) == answers(y & x)
    assert answers(x | y) == answers(y | x)
    assert answers(x & (y | z)) == answers((x & y) | (x & z))
    assert answers(x & ALWAYS) == answers(x) == answers(x | NEVER)
    assert answers(x & ~x) == answers(NEVER)
    assert answers(x | ~x) == answers(ALWAYS)


@given(conditions, conditions, conditions)
def test_brackets_of_one_kind_are_one_value(x, y, z):
    """A chain of & or | is one composition, however it was bracketed."""
    assert (x & y) & z == x & (y & z)
    assert (x | y) | z == x | (y | z)


@given(conditions)
def test_explanation_answers_as_the_condition(condition):
    """An explanation has the condition's answer, and names failures exactly where it is no."""
    for subject in SUBJECTS:
        told = condition.explain(subject)

        assert told.matched is condition.matches(subject)
        assert bool(told.failures) is not told.matched
        assert str(told).startswith("yes: " if told.matched else "no: ")


@given(conditions)
def test_conditions_are_values(condition):
    """A condition hashes, copies, pickles and has one content id, and means the same after."""
    again = pickle.loads(pickle.dumps(condition))  # noqa: S301  our own pickle

    assert again == condition
    assert hash(again) == hash(condition)
    assert content_id(again) == content_id(condition)
    assert answers(again) == answers(condition)
    assert copy.deepcopy(condition) == condition


@given(conditions)
def test_written_down_they_mean_the_same(condition):
    """Through JSON a condition comes back equal and answers alike."""
    again = loads(dumps(condition), Condition)

    assert again == condition
    assert answers(again) == answers(condition)


def test_explanation_says_which_part_failed_and_what_was_seen():
    """Of a composition, the parts that said no are named with the values they saw."""
    rule = (field("impact") >= Impact.MEDIUM) & (
        field("service").equals("mail") | field("tags").contains("vip")
    )

    told = rule.explain({"impact": Impact.HIGH, "service": "web", "tags": frozenset()})

    assert [str(failure) for failure in told.failures] == [
        "no: service is 'mail', seen 'web'",
        "no: tags contains 'vip', seen frozenset()",
    ]
    assert [part.matched for part in told.parts] == [True, False]


def test_explanation_of_a_negation_shows_what_it_negates():
    """A not says no because its part said yes: of a composition, each part is shown."""
    single = (~A).explain({"a": True})
    several = (~(A & B)).explain({"a": True, "b": True})

    assert str(single) == "no: not a is True, seen True"
    assert str(several) == (
        "no: not (a is True and b is True) "
        "(yes: a is True and b is True (yes: a is True, seen True; yes: b is True, seen True))"
    )
    assert several.failures == (several,)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (ALWAYS, "always"),
        (NEVER, "never"),
        (A & B & C, "a is True and b is True and c is True"),
        ((A | B) & ~C, "(a is True or b is True) and not c is True"),
        (~(A | B), "not (a is True or b is True)"),
        (field("state").is_in(NEW, IN_PROGRESS), "state is one of in_progress, new"),
        (field("f").is_in(), "f is one of none"),
        (field("impact") >= Impact.HIGH, "impact >= high"),
        (field("category").starts_with("network", "lan"), "category starts with 'network' / 'lan'"),
        (field("category").equals(("b", "a")), "category is 'b' / 'a'"),
        (field("f").present(), "f is present"),
        (field("f").missing(), "not f is present"),
        (
            field("opened_at") < datetime(2026, 6, 1, 9, tzinfo=UTC),
            "opened_at < 2026-06-01 09:00:00 UTC",
        ),
        (during(NIGHT), "during night"),
        (Opaque("big customer", bool), "big customer"),
    ],
)
def test_conditions_read_as_words(condition, words):
    """Printed, a condition is a line that a person can check."""
    assert str(condition) == words


def test_fields_are_those_read():
    """A condition knows the paths it reads, at any depth."""
    rule = ~(A & (B | ~field("custom.x.y").present())) | during(NIGHT)

    assert rule.fields == {"a", "b", "custom.x.y"}
    assert ALWAYS.fields == frozenset()


def test_condition_has_no_truth_value():
    """`and`, `or` and `not` of Python would forget a part: they are an error."""
    with pytest.raises(TypeError, match="combine with &"):
        bool(A)
    with pytest.raises(TypeError):
        assert (A and B) is B
    with pytest.raises(TypeError):
        assert not A


@pytest.mark.parametrize("other", [True, "a", None, 1])
def test_only_conditions_compose(other):
    """A condition composes with conditions only."""
    with pytest.raises(TypeError):
        A & other
    with pytest.raises(TypeError):
        A | other


@pytest.mark.parametrize(
    "build", [lambda: AllOf([A, True]), lambda: AnyOf(["a"]), lambda: Not("a"), lambda: Not(None)]
)
def test_parts_are_conditions(build):
    """A composition of anything else is refused when built."""
    with pytest.raises(DefinitionError):
        build()


def test_conditions_are_frozen():
    """Nothing of a condition can be set."""
    with pytest.raises(AttributeError):
        A.path = "b"
