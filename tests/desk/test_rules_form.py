"""Updates and alerts in a desk's file."""

from __future__ import annotations

import pytest
from tests.desk.small_files import HEAD, loaded

from incidentcore.desk import load_desk
from incidentcore.errors import FormatError
from incidentcore.intake import Inhibit


def test_a_change_owes_an_update() -> None:
    """``on_change`` names fields by the desk's own names."""
    text = '[[communication]]\nto = "users"\nupdates = { first = "1h", on_change = ["status"] }\n'
    desk = loaded(HEAD + text)
    assert desk.communication[0].on_change == ("custom.status",)
    with pytest.raises(FormatError, match=r"on_change\[1\].*nearest: status"):
        load_desk(HEAD + text.replace('["status"]', '["statsu"]'))


def test_alerts_hold_back_others() -> None:
    """A router's alerts hold back those of the hosts behind it."""
    text = """
    [intake]
    inhibit = [{ name = "router", source = { "labels.role" = "router" }, \
target = { "labels.role" = "host" }, equal = ["labels.site"] }]
    """
    desk = loaded(HEAD + text.replace("\\\n", ""))
    assert desk.intake is not None
    (rule,) = desk.intake.inhibit
    assert isinstance(rule, Inhibit)
    assert rule.equal == ("labels.site",)
