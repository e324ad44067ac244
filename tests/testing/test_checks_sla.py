"""The laws of clocks, for rules of your own: what the check finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.sla.test_lint import CRITICAL, HIGH, STATES, VIP, resolution

from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.sla import (
    SlaPolicy,
)
from incidentcore.testing import check_sla


def test_check_sla_runs_the_lint_and_what_the_caller_states() -> None:
    """A shadowed rule, a dead stop, a record without a definition, a VIP who waits longer."""
    shadowed = SlaPolicy([(HIGH, resolution()), (CRITICAL, resolution(name="critical"))])
    with pytest.raises(AssertionError, match="shadowed"):
        check_sla(shadowed)
    with pytest.raises(AssertionError, match="never_stops"):
        check_sla(resolution(stop=field("state.name").equals("solved")), domains=STATES)
    gap = SlaPolicy([(HIGH, resolution())])
    with pytest.raises(AssertionError, match="no rule and no default"):
        check_sla(gap)
    slow = SlaPolicy(
        [(VIP, resolution(name="vip", target=timedelta(hours=9)))], default=resolution()
    )
    with pytest.raises(AssertionError, match="at least as good"):
        check_sla(slow, at_least_as_good=[(VIP, ALWAYS)])
    other = SlaPolicy(
        [(HIGH, resolution(name="high", target=timedelta(hours=2))), (VIP, resolution(name="vip"))],
        default=resolution(name="rest", target=timedelta(hours=9)),
    )
    check_sla(other, at_least_as_good=[(VIP, ALWAYS)])
    check_sla(gap, within=NEVER)
