"""Targets of services and their levels."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from tests.desk.small_files import HEAD, SERVICE, loaded
from tests.desk.test_forms import LEVEL

from incidentcore.desk import (
    dump_desk,
)


def test_targets_and_levels_of_every_shape_come_back() -> None:
    """A sum of spans, business days with a cut-off, a wall time, turns, a daily handover."""
    desk = loaded(
        HEAD
        + '[services.all]\ncalendar = "office"\nwarn = ["1/3"]\n'
        + 'resolution = { critical = "1d 4h always", '
        + 'else = "by 12:00 +2 business days cutoff 09:30" }\n'
        + '[[agreements]]\nservice = "all"\n'
        + '[oncall.ops]\nlayers = [{ people = ["a", "b"], '
        + 'change = "daily 09:00", from = 2026-01-05 }]\n'
        + LEVEL
        + 'every = "daily 09:00", from = 2026-06-01, '
        + 'zone = "Asia/Tokyo", since = "resolved_at" }]\n'
        + '[[escalation]]\nname = "turns"\n'
        + 'levels = [{ after = "5m", to = { round_robin = "night", members = ["a", "b"] } }]\n'
    )
    first = desk.services[0].resolution[0].target
    assert first == timedelta(days=1, hours=4)
    assert desk.services[0].warn[0].fraction == Fraction(1, 3)
    assert desk.on_call[0].layers[0].rotation.unit == "days"
    assert dump_desk(desk).count("round_robin") == 1


def test_a_clock_that_only_a_later_agreement_has_is_left_out() -> None:
    """The first agreement takes every record, and its service has no response clock."""
    rest = '[services.rest]\nlike = "all"\nresponse = "1h"\n[[agreements]]\nservice = "rest"\n'
    level = loaded(HEAD + SERVICE + rest).service_level
    assert level is not None
    assert [clock.name for clock in level.clocks] == ["resolution"]
