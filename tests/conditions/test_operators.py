"""Every single test: what it matches, what an absent value does, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.values import NEW, Actor, FrozenMap, Impact, Level, Priority, Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
f = field("f")
VPN = ("network", "vpn")
TAGS = frozenset({"blue", "Green"})


@pytest.mark.parametrize(
    ("condition", "seen", "expected"),
    [
        (f.equals("a"), "a", True),
        (f.equals("a"), "A", False),
        (f.equals("a"), None, False),
        (f.equals(None), None, True),
        (f.equals(None), "", False),
        (f.equals(0), False, True),  # as Python has it
        (f.equals(NEW), NEW, True),
        (f.equals(Impact.HIGH), Urgency.HIGH, False),
        (f.equals(VPN), VPN, True),
        (f.equals(["network", "vpn"]), VPN, True),
        (f.equals({"blue", "Green"}), TAGS, True),
        (f.is_in("a", "b"), "b", True),
        (f.is_in("a", "b"), "c", False),
        (f.is_in("a", "b"), None, False),
        (f.is_in("a", None), None, True),
        (f.is_in(), "a", False),
        (f.is_in(Impact.HIGH, Impact.LOW), Impact.LOW, True),
        (f.is_true(), True, True),
        (f.is_true(), False, False),
        (f.is_true(), None, False),
        (f > 2, 3, True),
        (f > 2, 2, False),
        (f >= 2, 2, True),
        (f >= 2, 1.5, False),
        (f < 2, 1, True),
        (f < 2, 2, False),
        (f <= 2, 2, True),
        (f <= 2, 3, False),
        (f > 2, None, False),
        (f >= 2, None, False),
        (f < 2, None, False),
        (f <= 2, None, False),
        (f >= Impact.MEDIUM, Impact.HIGH, True),  # worse is greater
        (f >= Impact.MEDIUM, Impact.LOW, False),
        (f < Impact.MEDIUM, Impact.LOW, True),
        (f >= NINE, NINE, True),
        (f > NINE, NINE + timedelta.resolution, True),
        (f < timedelta(hours=1), timedelta(minutes=59), True),
        (f.contains("vpn"), VPN, True),
        (f.contains("vp"), VPN, False),
        (f.contains("blue"), TAGS, True),
        (f.contains("green"), TAGS, False),
        (f.contains("pn"), "vpn", True),
        (f.contains("k"), FrozenMap({"k": 1}), True),
        (f.contains("x"), None, False),
        (f.intersects("x", "blue"), TAGS, True),
        (f.intersects("x"), TAGS, False),
        (f.intersects(), TAGS, False),
        (f.intersects("vpn"), VPN, True),
        (f.intersects("x"), None, False),
        (f.starts_with("network"), VPN, True),
        (f.starts_with("network", "vpn"), VPN, True),
        (f.starts_with("network", "vpn", "x"), VPN, False),
        (f.starts_with("net"), VPN, False),  # steps are whole
        (f.starts_with("vpn"), VPN, False),
        (f.starts_with("net"), "network", True),
        (f.starts_with("Net"), "network", False),
        (f.starts_with("net"), None, False),
        (f.starts_with("net"), (), False),
        (f.has_text("VPN"), "my vpn", True),
        (f.has_text("stra\u00dfe"), "STRASSE 1", True),
        (f.has_text("vpn"), "mail", False),
        (f.has_text("vpn"), None, False),
        (f.has_text("PN"), VPN, True),
        (f.has_text("green"), TAGS, True),
        (f.has_text("x"), (1, "y"), False),
        (f.present(), "a", True),
        (f.present(), 0, True),
        (f.present(), False, True),
        (f.present(), None, False),
        (f.present(), "", False),
        (f.present(), (), False),
        (f.present(), frozenset(), False),
        (f.present(), FrozenMap(), False),
        (f.present(), FrozenMap({"a": 1}), True),
        (f.missing(), None, True),
        (f.missing(), "", True),
        (f.missing(), 0, False),
    ],
)
def test_single_test(condition, seen, expected):
    """What each test says of a value, worked by hand; absent values fail all but equals(None)."""
    assert condition.matches({"f": seen}) is expected
    assert condition.explain({"f": seen}).matched is expected


@pytest.mark.parametrize("seen", [NEW, Impact.HIGH, Actor("ada")])
@pytest.mark.parametrize(
    "condition",
    [
        f.equals("new"),
        f.is_in("new", "high"),
        f.contains("n"),
        f.starts_with("n"),
        f.has_text("n"),
    ],
)
def test_text_against_a_state_level_or_actor_is_refused(condition, seen):
    """A rule that compares a state with its name would silently never be true."""
    with pytest.raises(InvalidValueError, match="test a field below it"):
        condition.matches({"f": seen})


@pytest.mark.parametrize("value", [NEW, Impact.HIGH, Actor("ada")])
def test_state_level_or_actor_against_text_is_refused(value):
    """The other way round: a name is no state."""
    with pytest.raises(InvalidValueError, match="not its name"):
        f.equals(value).matches({"f": "new"})
    with pytest.raises(InvalidValueError, match="not its name"):
        f.is_in(value).matches({"f": "new"})


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        (f > 2, "3"),
        (f >= Impact.HIGH, Urgency.HIGH),
        (f >= Impact.HIGH, 1),
        (f < NINE, 9),
        (f < NINE, datetime(2026, 6, 1)),  # noqa: DTZ001  a naive time is what is refused
        (f.contains("a"), 3),
        (f.intersects("a"), "abc"),  # a text is not a collection of its letters
        (f.intersects("a"), 3),
        (f.starts_with("a"), 3),
        (f.starts_with("a", "b"), "abc"),
        (f.has_text("a"), 3),
    ],
)
def test_value_that_cannot_be_tested_is_an_error(condition, seen):
    """A test that makes no sense on a value is an error, not a no."""
    with pytest.raises(InvalidValueError, match="f: got"):
        condition.matches({"f": seen})


def test_instants_compare_as_instants():
    """A time inside an overlap equals its own UTC conversion (rule T2)."""
    berlin = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    utc = berlin.astimezone(UTC)

    assert f.equals(berlin).matches({"f": utc})
    assert f.is_in(berlin).matches({"f": utc})
    assert f.equals(berlin) == f.equals(utc)


@given(
    st.sampled_from(Priority.scale.levels),
    st.sampled_from(Priority.scale.levels),
)
def test_orders_of_levels_fit_together(seen: Level, bound: Level):
    """Exactly one of worse, equal, milder; at least is not below."""
    facts = {"f": seen}

    assert [
        (f > bound).matches(facts),
        f.equals(bound).matches(facts),
        (f < bound).matches(facts),
    ].count(True) == 1
    assert (f >= bound).matches(facts) is not (f < bound).matches(facts)
    assert (f <= bound).matches(facts) is not (f > bound).matches(facts)
