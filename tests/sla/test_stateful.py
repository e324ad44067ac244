"""A desk that works at random: after every step its clocks agree with the walk."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from incidentcore.records import Incident
from incidentcore.sla import SlaPolicy, evaluate_sla

from .desk import crossings
from .stories import FLAGS, TIERS, event, policies
from .walk import Story, at, told, walk


class Desk(RuleBasedStateMachine):
    """Open one incident and let anything happen to it, now or dated back."""

    policy: SlaPolicy
    plain: list[Any]
    record: Incident

    @initialize(chosen=policies(), state=st.sampled_from(("new", "on_hold")))
    def open_it(self, chosen: Any, state: str) -> None:
        """Open the incident under a policy."""
        self.policy, self.plain = chosen
        self.now = 40
        self.story: Story = [(40, "state", state)]
        self.record = Incident.from_history([event(0, self.story[0])])
        self.seen: dict[str, tuple[Any, ...]] = {}

    def happen(self, kind: str, value: Any, back: int = 0) -> None:
        """Append an event to story and record."""
        when = max(40, self.now - back)
        self.story.append((when, kind, value))
        self.record = self.record.with_events([event(len(self.story) - 1, self.story[-1])])
        if back or kind == "void":
            self.seen = {}  # the past is told anew

    @rule(ticks=st.sampled_from((1, 3, 20, 96)))
    def wait(self, ticks: int) -> None:
        """Let time pass."""
        self.now += ticks

    @rule(
        state=st.sampled_from(("in_progress", "on_hold", "resolved", "canceled")),
        back=st.sampled_from((0, 0, 0, 5)),
    )
    def move(self, state: str, back: int) -> None:
        """Change the state, now or dated back."""
        self.happen("state", state, back)

    @rule(tier=st.sampled_from(TIERS))
    def retier(self, tier: str) -> None:
        """Bring another promise into force."""
        self.happen("set", {"tier": tier})

    @rule(flag=st.sampled_from(FLAGS), value=st.booleans())
    def flag(self, flag: str, value: bool) -> None:  # noqa: FBT001  hypothesis passes it by name
        """Set a fact that some condition reads."""
        self.happen("set", {flag: value})

    @rule(kind=st.sampled_from(("reply", "message")))
    def talk(self, kind: str) -> None:
        """Write in public."""
        self.happen(kind, None)

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        """Declare an earlier event void."""
        if len(self.story) > 1:
            self.happen("void", data.draw(st.integers(1, len(self.story) - 1)))

    @invariant()
    def agrees_with_the_walk(self) -> None:
        """Stage, elapsed, due and the number of cycles."""
        status = evaluate_sla(self.policy, self.record, now=at(self.now))
        clock = walk(self.plain, self.story, self.now)
        cycles = [*clock.done, *([] if clock.now is None else [clock.now])]
        assert len(cycles) == len(status.cycles)
        if cycles:
            expected = told(cycles[-1], clock.stage, self.now)
            assert clock.stage == status.stage
            assert at(expected.elapsed) - at(0) == status.elapsed
            assert (None if expected.due is None else at(expected.due)) == status.due_at

    @invariant()
    def never_takes_back(self) -> None:
        """Crossings that were told stay told while nothing is dated back (E1)."""
        for point in ("due", "breach"):
            found = crossings(self.policy, self.record, point, now=at(self.now))
            assert set(self.seen.get(point, ())) <= set(found)
            # What falls on this instant may still be undone by another event at it.
            self.seen[point] = tuple(c for c in found if c.at < at(self.now))


TestDesk = Desk.TestCase
TestDesk.settings = settings(stateful_step_count=15)
