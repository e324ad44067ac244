"""How often one question crosses the modules of the room: counted, never timed."""

import sys
from datetime import timedelta
from types import FrameType
from typing import Any

from benchmarks.escalation import CLOCKS, MATRIX, NOW, open_incident

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    due_escalations,
)

ROOM = "incidentcore.escalation."
MIN = timedelta(minutes=1)


def crossings(matrix: EscalationMatrix, **options: Any) -> int:
    """Count the calls from one module of the room into another in one ``due_escalations``."""
    record = open_incident(0)
    due_escalations(matrix, record, now=NOW, **options)
    count = 0

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        if event == "call" and frame.f_back is not None:
            here, there = (one.f_globals.get("__name__", "") for one in (frame, frame.f_back))
            count += here != there and here.startswith(ROOM) and there.startswith(ROOM)

    sys.setprofile(profile)
    try:
        due_escalations(matrix, record, now=NOW, **options)
    finally:
        sys.setprofile(None)
    return count


def test_a_question_goes_from_view_to_silence_to_walk_and_not_back() -> None:
    """Beside 25 and 46 before the room was redrawn, when triggers were a list inside the walk.

    A row of four levels, two of them on clocks; a chain of three levels with two further passes.
    """
    levels = [EscalationLevel(After(MIN), "x")]
    levels += [EscalationLevel(AfterPrevious(MIN), name) for name in "yz"]
    passes = EscalationRow("r", levels, repeat=2, repeat_after=MIN)

    assert crossings(MATRIX, slas=CLOCKS) <= 21
    assert crossings(EscalationMatrix("m", [passes])) <= 37
