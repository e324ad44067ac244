"""Random stories and promises, each told twice: for the library and for the walk."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, NEVER, Condition, field
from incidentcore.records import (
    Commented,
    Corrected,
    Event,
    FieldsChanged,
    Incident,
    LifecycleRef,
    Opened,
    StateChanged,
)
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.sla import SlaDefinition, SlaPolicy, SlaThreshold
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    State,
)

from .walk import OPEN_STATES, TICK, Promise, Story, Test, at

STATES: dict[str, State] = {
    state.name: state for state in (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)
}
FLAGS = ("watch", "wait", "go", "fixed", "void")
TIERS = ("gold", "silver", "none")
AGENT, REQUESTER = Actor("ada", "agent"), Actor("kim", "requester")


@cache
def calendar(name: str) -> Calendar:
    if name == "always":
        return BusinessCalendar.always()
    if name == "office":
        return BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    if name == "nights":
        return BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": "22:00-06:00"})
    return BusinessCalendar(
        zone="Europe/Berlin",
        hours={"mon-sat": "08:00-18:00"},
        holidays=["2026-03-26"],
        breaks={"2026-03-24": "12:00-13:00", "2026-03-30": "12:00-13:00"},
    )


CALENDARS = ("always", "office", "lunch", "nights")

_open = field("state.open").is_true()
_flag = {name: field(f"custom.{name}").is_true() for name in FLAGS}

# Each condition beside the plain test that the walk uses for it.
STARTS: list[tuple[Condition, Test]] = [
    (_open, lambda facts: facts["state"] in OPEN_STATES),
    (ALWAYS, lambda facts: True),
    (_flag["watch"], lambda facts: bool(facts.get("watch"))),
    (_open & _flag["watch"], lambda f: f["state"] in OPEN_STATES and bool(f.get("watch"))),
    (field("unanswered_since").present(), lambda facts: facts["waiting"]),
]
PAUSES: list[tuple[Condition, Test]] = [
    (field("state.pauses").is_true(), lambda facts: facts["state"] == "on_hold"),
    (_flag["wait"], lambda facts: bool(facts.get("wait"))),
    (NEVER, lambda facts: False),
    (~_open, lambda facts: facts["state"] not in OPEN_STATES),
]
RESUMES: list[tuple[Condition | None, Test | None]] = [
    (None, None),
    (_flag["go"], lambda facts: bool(facts.get("go"))),
]
STOPS: list[tuple[Condition, Test]] = [
    (
        field("state.resolved").is_true(),
        lambda facts: facts["state"] in ("resolved", "closed"),
    ),
    (_flag["fixed"], lambda facts: bool(facts.get("fixed"))),
    (
        field("first_response_at").present() | field("state.resolved").is_true(),
        lambda facts: facts["answered"] or facts["state"] in ("resolved", "closed"),
    ),
    (field("unanswered_since").missing(), lambda facts: not facts["waiting"]),
]
CANCELS: list[tuple[Condition, Test]] = [
    (field("state.is_canceled").is_true(), lambda facts: facts["state"] == "canceled"),
    (NEVER, lambda facts: False),
    (_flag["void"], lambda facts: bool(facts.get("void"))),
]
RESET = (
    field("kind").equals("commented")
    & field("visibility").equals("public")
    & field("by.role").equals("agent")
)
REOPENS = ("exclude_closed", "continue", "new_cycle")
SWAPS = ("retroactive", "retroactive_without_pauses", "keep_elapsed", "restart")

THRESHOLDS = (
    SlaThreshold(name="half", fraction="1/2"),
    SlaThreshold(name="soon", before_due=2 * TICK),
    SlaThreshold(name="late", after_due=3 * TICK),
    SlaThreshold(name="elsewhere", after_due=4 * TICK, calendar=calendar("office")),
)

Rule = tuple[SlaDefinition, Promise]


@st.composite
def rules(draw: st.DrawFn, name: str = "promise") -> Rule:
    """Return a definition of the library and the same promise for the walk."""
    start, stop = draw(st.sampled_from(STARTS)), draw(st.sampled_from(STOPS))
    pause, cancel = draw(st.sampled_from(PAUSES)), draw(st.sampled_from(CANCELS))
    resume = draw(st.sampled_from(RESUMES))
    promise = Promise(
        name=name,
        target=draw(st.sampled_from((0, 1, 2, 8, 32, 90))),
        calendar=draw(st.sampled_from(CALENDARS)),
        start=start[1],
        pause=pause[1],
        stop=stop[1],
        cancel=cancel[1],
        resume=resume[1],
        resets=draw(st.integers(0, 3)) == 0,
        cancel_when_start_ends=draw(st.integers(0, 3)) == 0,
        reopen=draw(st.sampled_from(REOPENS)),
        swap=draw(st.sampled_from(SWAPS)),
    )
    definition = SlaDefinition(
        name=name,
        target=promise.target * TICK,
        calendar=calendar(promise.calendar),
        start=start[0],
        pause=pause[0],
        resume=resume[0],
        stop=stop[0],
        cancel=cancel[0],
        reset=RESET if promise.resets else None,
        cancel_when_start_ends=promise.cancel_when_start_ends,
        reopen=promise.reopen,
        swap=promise.swap,
        thresholds=THRESHOLDS,
    )
    return definition, promise


@st.composite
def plain_rules(draw: st.DrawFn, name: str = "promise") -> Rule:
    """Return the usual kind of promise: open states run, holds pause, resolution stops."""
    definition, promise = draw(rules(name))
    (start, starts), (stop, stops) = STARTS[0], STOPS[0]
    (pause, pauses), (cancel, cancels) = PAUSES[0], CANCELS[0]
    definition = SlaDefinition(
        name=name,
        target=definition.target,
        calendar=definition.calendar,
        start=start,
        pause=pause,
        stop=stop,
        cancel=cancel,
        reopen=definition.reopen,
        swap=definition.swap,
        thresholds=THRESHOLDS,
    )
    promise = replace(
        promise,
        start=starts,
        pause=pauses,
        stop=stops,
        cancel=cancels,
        resume=None,
        resets=False,
        cancel_when_start_ends=False,
    )
    return definition, promise


def one_rule(draw_from: st.SearchStrategy[Rule]) -> st.SearchStrategy[Any]:
    return draw_from.map(lambda rule: (rule[0], [(lambda facts: True, rule[1])]))


def tier_is(tier: str) -> Test:
    return lambda facts: facts.get("tier") == tier


@st.composite
def policies(draw: st.DrawFn, of: Any = rules) -> tuple[SlaPolicy, list[tuple[Test, Promise]]]:
    """Return a policy by tier, in which a tier may have no promise."""
    gold, silver = draw(of("gold")), draw(of("silver"))
    default = draw(st.one_of(st.none(), of("default")))
    policy = SlaPolicy(
        [
            (field("custom.tier").equals("gold"), gold[0]),
            (field("custom.tier").equals("silver"), silver[0]),
        ],
        default=None if default is None else default[0],
    )
    plain = [(tier_is("gold"), gold[1]), (tier_is("silver"), silver[1])]
    if default is not None:
        plain.append((lambda facts: True, default[1]))
    return policy, plain


def _change() -> st.SearchStrategy[tuple[str, Any]]:
    return st.one_of(
        st.tuples(st.just("state"), st.sampled_from(sorted(STATES))),
        st.tuples(st.just("state"), st.sampled_from(["in_progress", "on_hold", "resolved"])),
        st.tuples(
            st.just("set"),
            st.dictionaries(st.sampled_from(FLAGS), st.booleans(), min_size=1, max_size=2),
        ),
        st.tuples(st.just("set"), st.sampled_from(TIERS).map(lambda tier: {"tier": tier})),
        st.tuples(st.sampled_from(("reply", "message", "internal")), st.none()),
    )


@st.composite
def stories(draw: st.DrawFn, *, length: int = 9, late: bool = True) -> Story:
    """Return a story in the order of recording: late events, two at one instant, corrections."""
    opened = draw(st.integers(0, 200))
    first = draw(st.sampled_from(("new", "new", "new", "on_hold", "in_progress", "resolved")))
    story: Story = [(opened, "state", first)]
    tick = opened
    for _ in range(draw(st.integers(0, length))):
        step = draw(st.sampled_from((0, 0, 1, 2, 7, 30, 100)))
        back = late and draw(st.integers(0, 5)) == 0
        tick = max(opened, tick - step) if back else tick + step
        kind, value = draw(_change())
        story.append((tick, kind, value))
        if late and draw(st.integers(0, 12)) == 0 and len(story) > 1:
            story.append((tick, "void", draw(st.integers(1, len(story) - 1))))
    return story


def event(index: int, item: tuple[int, str, Any], **more: Any) -> Event:
    tick, kind, value = item
    body: dict[str, Any] = {
        "record_id": "INC-1",
        "sequence": index + 1,
        "at": at(tick),
        "by": AGENT,
    }
    body |= more
    if index == 0:
        return Opened(
            **body,
            record_type="incident",
            state=STATES[value],
            lifecycle=LifecycleRef("incident"),
            fields=FrozenMap({"title": "Mail is down"}),
        )
    if kind == "state":
        return StateChanged(**body, action="move", state=STATES[value])
    if kind == "set":
        return FieldsChanged(**body, fields=FrozenMap({"custom": FrozenMap(value)}))
    if kind == "reply":
        return Commented(**body, text="We are on it.")
    if kind == "message":
        return Commented(**body | {"by": REQUESTER}, text="Any news?")
    if kind == "internal":
        return Commented(**body, text="Checked the logs.", visibility="internal")
    return Corrected(**body, corrects=f"INC-1:{value + 1}")


def incident(story: Story) -> Incident:
    """Return the record of a story."""
    return Incident.from_history(event(index, item) for index, item in enumerate(story))
