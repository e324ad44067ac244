"""What a status answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.sla.desk import HOUR, MICRO, at, incident
from tests.sla.test_evaluate import resolution, tell

from incidentcore.conditions import Condition, reached
from incidentcore.errors import InvalidValueError
from incidentcore.sla import SlaThreshold
from incidentcore.words import GERMAN


def test_a_clock_that_has_not_started_has_no_figures() -> None:
    """Before the opening nothing has counted and nothing was paused."""
    status = tell(resolution(), incident(("mon 09:00", "new")), "mon 08:00")

    assert (status.elapsed, status.wall_elapsed, status.paused_open_time) == (0 * HOUR,) * 3
    assert (status.over_target, status.breached, status.thresholds, status.crossings("due")) == (
        0 * HOUR, False, (), ()
    )  # fmt: skip
    for name in ("target", "remaining", "fraction", "wall_remaining", "wall_fraction", "due_at",
                 "started_at", "stopped_at", "breached_at", "due_at_if_resumed"):  # fmt: skip
        assert getattr(status, name) is None, name
    assert status.definition_hash == resolution().content_hash
    assert attrs.evolve(status, definition=None).definition_hash is None
    assert "definition=<resolution>" in repr(status)
    assert "definition=None" in repr(attrs.evolve(status, definition=None))


def test_points_are_asked_by_name() -> None:
    """Reached, ahead, not ahead while paused, and unknown."""
    record = incident(("mon 09:00", "new"), ("mon 14:00", "on_hold"))
    spent = tell(resolution(), record, "mon 15:00")
    held = tell(resolution(8), record, "mon 15:00")

    assert spent.reached_at("due") == at("mon 13:00")
    assert [one.at for one in spent.crossings("due", of="resolution")] == [at("mon 13:00")]
    assert spent.crossings("due", of="first_response") == ()
    assert spent.in_words(GERMAN) == spent.trace.in_words(GERMAN) != str(spent.trace)
    assert tell(resolution(), record, "mon 10:00").reached_at("due") == at("mon 13:00")
    assert held.reached_at("due") is None
    with pytest.raises(InvalidValueError, match="an SlaThreshold, due, breach"):
        held.reached_at("soon")


def test_a_status_and_its_trace_as_documents() -> None:
    """The row, the stretches, and the closing line in each of three forms."""
    status = tell(resolution(), incident(("mon 09:00", "new")), "mon 10:00")

    for text in (str(status), status.to_markdown(), status.to_html()):
        for part in ("INC-1", "resolution", "running", "counting", status.trace.summary):
            assert part in text
    assert status.trace.to_markdown().endswith(status.trace.summary)


HALF = SlaThreshold(name="half", fraction=0.5)
BREACH = at("mon 13:00") + MICRO


@pytest.mark.parametrize(
    ("story", "now", "half", "due", "breach"),
    [
        ([], "mon 10:00", "mon 11:00", "mon 13:00", BREACH),
        ([], "mon 15:00", "mon 11:00", "mon 13:00", BREACH),
        ([("mon 10:00", "on_hold")], "mon 12:00", None, None, None),
        ([("mon 12:00", "on_hold")], "mon 14:00", "mon 11:00", None, None),
        ([("mon 14:00", "on_hold")], "mon 15:00", "mon 11:00", "mon 13:00", BREACH),
        ([("mon 12:00", "resolved")], "mon 15:00", "mon 11:00", None, None),
        ([("mon 14:00", "resolved")], "mon 15:00", "mon 11:00", "mon 13:00", BREACH),
        ([("mon 10:00", "canceled")], "mon 15:00", None, None, None),
        ([], "mon 08:00", None, None, None),
    ],
)
def test_when_each_point_is_reached(
    story: Any, now: str, half: str | None, due: str | None, breach: datetime | None
) -> None:
    """Four hours from Monday 9:00; what is past stays, what is ahead needs a clock that runs."""
    status = tell(resolution(thresholds=(HALF,)), incident(("mon 09:00", "new"), *story), now)
    expected = [None if one is None else at(one) for one in (half, half, due)]
    assert [status.reached_at(point) for point in ("half", HALF, "due")] == expected
    assert status.reached_at("breach") == breach


@pytest.mark.parametrize("now", ["mon 16:00", "mon 20:00"])
def test_a_point_is_that_of_the_last_cycle(now: str) -> None:
    """The first was breached at 13:00; the second began at 15:00."""
    clock = resolution(thresholds=(HALF,), reopen="new_cycle")
    story = (("mon 09:00", "new"), ("mon 14:00", "resolved"), ("mon 15:00", "in_progress"))
    status = tell(clock, incident(*story), now)
    reached = [at("mon 17:00"), at("mon 19:00"), at("mon 19:00") + MICRO]
    assert [status.reached_at(point) for point in (HALF, "due", "breach")] == reached


@attrs.frozen
class Stuck(Condition):
    """A condition of one's own that always holds, and names an instant that is not ahead."""

    back: timedelta
    reads_time = True

    def test(self, subject: object, at: object) -> bool:  # noqa: D102
        return True

    def next_change(self, facts: object, at: datetime) -> datetime:  # noqa: D102
        return at - self.back


@pytest.mark.parametrize("back", [timedelta(0), HOUR])
def test_an_instant_that_is_not_ahead_hides_none_that_is(back: timedelta) -> None:
    """The clock starts at noon, whatever another part of its condition says."""
    starts = Stuck(back) & reached("custom.starts")
    record = incident(("mon 09:00", "new"), ("mon 09:30", {"starts": at("mon 12:00")}))
    status = tell(resolution(start=starts), record, "mon 10:00")
    assert (status.stage, status.next_wakeup) == ("not_started", at("mon 12:00"))
    assert tell(resolution(start=starts), record, "mon 13:00").elapsed == HOUR
