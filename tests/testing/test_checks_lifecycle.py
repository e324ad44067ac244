"""The laws of lifecycles, on those that are shipped and on a broken one."""

from __future__ import annotations

import pytest
from tests.lifecycle.shipped import CASCADES, SHIPPED

from incidentcore.lifecycle import (
    Lifecycle,
    Transition,
)
from incidentcore.testing.checks_lifecycle import check_lifecycle
from incidentcore.values import CLOSED, IN_PROGRESS, NEW


@pytest.mark.parametrize("lifecycle", SHIPPED, ids=lambda one: one.id)
def test_shipped_lifecycles_keep_the_laws(lifecycle: Lifecycle) -> None:
    """Clean and without an unknown, with their cascades; and every law holds."""
    check_lifecycle(lifecycle, CASCADES.get(lifecycle.id, ()))


def test_a_broken_lifecycle_is_told() -> None:
    """The law on a caller's own lifecycle fails with the findings."""
    broken = Lifecycle(
        "broken",
        "incident",
        states=(NEW, IN_PROGRESS, CLOSED),
        initial=NEW,
        transitions=(Transition("close", NEW, CLOSED),),
    )
    with pytest.raises(AssertionError, match="in_progress: cannot be reached from new"):
        check_lifecycle(broken)
