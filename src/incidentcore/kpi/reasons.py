"""Why a record is left out of a KPI: the codes, and the English text of each."""

from __future__ import annotations

from typing import Final

from incidentcore.values import FrozenMap

REASONS: Final[FrozenMap[str]] = FrozenMap(
    {
        "after_resolution": "acknowledged while it was resolved",
        "canceled": "canceled",
        "closed_again": "closed again later",
        "completed": "the clock has stopped",
        "exercise": "an exercise",
        "negative": "the end lies before the beginning",
        "never_resolved": "never resolved",
        "no_link": "not linked to any of the items",
        "no_sla": "no clock applies",
        "no_start": "the beginning is unknown",
        "no_stop": "the end was not reached",
        "no_value": "the field is empty",
        "not_a_number": "the field does not hold a number",
        "not_covered": "not covered by the source",
        "not_started": "the clock has not started",
        "nothing_owed": "no update was owed",
        "out_of_range": "the value is implausible",
        "outside_denominator": "outside the denominator",
        "paused": "the clock is paused",
        "paused_breached": "the clock is paused and has breached",
        "reopened": "reopened and open",
        "resolved_again": "resolved again later",
        "running": "the clock is running",
        "running_breached": "the clock is running and has breached",
        "unacknowledged": "not acknowledged",
        "unanswered": "not answered",
        "unclosed": "not closed",
        "unresolved": "not resolved",
        "unrestored": "service not restored",
        "within_target": "within the target",
    }
)
"""The texts of the library's own codes; a translation is another mapping."""


def reason_text(code: str) -> str:
    """Return the text of a reason's code; in a code of your own, ``_`` is replaced by a space."""
    return REASONS.get(code) or code.replace("_", " ")
