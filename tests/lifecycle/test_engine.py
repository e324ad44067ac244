"""What a lifecycle's definition refuses, and what history it would have refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import Lifecycle, Transition, advance, allowed_actions
from incidentcore.records import Incident
from incidentcore.values import CLOSED, NEW


def lifecycle(*transitions: Any, **parts: Any) -> Lifecycle:
    told: dict[str, Any] = {"states": (NEW, CLOSED), "initial": NEW, **parts}
    return Lifecycle("tiny", told.pop("kind", "incident"), transitions=transitions, **told)


def test_a_guard_may_read_fields_below_and_the_actor() -> None:
    """The first step of its paths is a field of the record, or the actor."""
    guard = field("custom.anything").present() & field("actor.role").equals("x")

    assert lifecycle(Transition("go", NEW, CLOSED, guard=guard)).actions(NEW) == ("go",)


@attrs.frozen(kw_only=True)
class Badged(Incident):
    """A record of one's own, of which no actor can be told."""

    def actor(self, by: Any, *, at: datetime) -> Any:
        """Fail, as a method that reads a field of something else would."""
        raise AttributeError("badge")


def test_only_what_is_no_record_is_refused_as_one() -> None:
    """An error of a record's own method is raised as it is."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    for call in (lambda: advance(7, "start", at=at, by="ada"), lambda: allowed_actions(7)):  # type: ignore[type-var, arg-type]
        with pytest.raises(InvalidValueError, match="record: got 7; allowed: a record"):
            call()
    with pytest.raises(AttributeError, match="badge"):
        advance(Badged.open(id="I", title="t", at=at, by="kim"), "start", at=at, by="ada")
