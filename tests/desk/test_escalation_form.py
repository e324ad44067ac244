"""Escalations in a desk's file."""

from __future__ import annotations

import pytest
from tests.desk.test_file import ACME

from incidentcore.desk import load_desk
from incidentcore.errors import FormatError


@pytest.mark.parametrize("given", ["1 day", "3 business days"])
def test_a_refused_span_of_an_escalation_allows_spans_alone(given: str) -> None:
    """What is listed is not refused next."""
    with pytest.raises(FormatError) as caught:
        load_desk(ACME.replace('after = "15m"', f'after = "{given}"', 1))
    (text,) = caught.value.problems
    assert f"levels[2].after: got '{given}'; allowed: a span such as" in text
    assert "business days" not in text.partition("allowed")[2]
