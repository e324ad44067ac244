"""How often one question crosses the modules of its room: counted, never timed.

What is left are the calls that open kinds need: a target, a trigger or a measure is asked by its
engine, and a result is a class of its own. Each bound stands beside the count of before the rooms
were redrawn.
"""

import sys
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from types import FrameType

from benchmarks.escalation import CLOCKS, MATRIX, NOW, open_incident
from benchmarks.kpi import AS_OF, make_records
from benchmarks.sla import NOW as LATER
from benchmarks.sla import OFFICE, busy_incident

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    due_escalations,
)
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.sla import SlaDefinition, SlaPolicy, evaluate_sla

MIN = timedelta(minutes=1)


def crossings(room: str, question: Callable[[], object]) -> int:
    """Count the calls from one module of a room into another in one question.

    The caches of the room begin empty: where another test has left an equal object in one, each
    look into it compares the two, which is a call more.
    """
    room, count = f"incidentcore.{room}.", 0
    for module in [one for name, one in sys.modules.items() if name.startswith(room)]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    question()  # what is compiled once is not counted

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        if event == "call" and frame.f_back is not None:
            here, there = (one.f_globals.get("__name__", "") for one in (frame, frame.f_back))
            count += here != there and here.startswith(room) and there.startswith(room)

    sys.setprofile(profile)
    try:
        question()
    finally:
        sys.setprofile(None)
    return count


def test_an_escalation_goes_from_view_to_silence_to_walk_and_not_back() -> None:
    """A row of four levels, two of them on clocks; three levels with two further passes."""
    record = open_incident(0)
    levels = [EscalationLevel(After(MIN), "x")]
    levels += [EscalationLevel(AfterPrevious(MIN), name) for name in "yz"]
    rows = [EscalationRow("r", levels, repeat=2, repeat_after=MIN)]
    passes = EscalationMatrix("m", rows)

    on_clocks = crossings(
        "escalation", lambda: due_escalations(MATRIX, record, slas=CLOCKS, now=NOW)
    )
    in_passes = crossings("escalation", lambda: due_escalations(passes, record, now=NOW))

    assert on_clocks <= 21  # 25 before
    assert in_passes <= 37  # 46 before


def test_a_clock_is_folded_within_one_module() -> None:
    """A record of ten events with two pauses; the same where one policy replaces another."""
    record = busy_incident()
    slow, fast = (
        SlaDefinition.resolution(hours=hours, calendar=OFFICE, name=f"{hours} hours")
        for hours in (40, 8)
    )
    policy = SlaPolicy([(field("custom.tier").equals("silver"), fast)], default=slow)

    assert crossings("sla", lambda: evaluate_sla(slow, record, now=LATER)) <= 10  # 13 before
    assert crossings("sla", lambda: evaluate_sla(policy, record, now=LATER)) <= 24  # 35 before


def test_a_kpi_asks_its_measure_once_for_each_record() -> None:
    """The other calls are for each figure: measures, moments and statistics are kinds now."""
    records = make_records(101)
    figure = [catalogue.MEAN_TIME_TO_RESOLVE]
    compute_kpis(deepcopy(figure), records, as_of=AS_OF)  # its figures are in the caches then
    one, many = (
        crossings("kpi", lambda taken=taken: compute_kpis(figure, taken, as_of=AS_OF))
        for taken in (records[:1], records)
    )

    assert one <= 38  # 22 before
    assert many - one <= 104  # for 100 records; 103 before
