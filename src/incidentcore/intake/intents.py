"""What a fold of alerts answers: one intent for each alert, and one for each resolution."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from incidentcore.intake.alert import Alert

__all__ = ["IncidentIntent", "IntentKind", "IntentReason"]


IntentKind: TypeAlias = Literal["open", "add", "reopen", "resolve", "suppressed", "dropped"]
"""What is to be done, or why nothing is."""


IntentReason: TypeAlias = Literal[
    "all_resolved",
    "first_resolved",
    "silence",
    "below_threshold",
    "duplicate",
    "flapping",
    "not_firing",
    "not_matched",
    "outweighed",
    "stale",
]
"""Why an incident is resolved or an alert dropped; a suppressed one names its maintenance."""


@attrs.frozen
class IncidentIntent:
    """What one alert, or the passing of time, means for incidents.

    Every alert is in exactly one intent, as soon as it is decided; a resolution has none.

    Attributes:
        kind: See ``IntentKind``. ``add`` says that the alert belongs to an incident that is open,
            firing or resolved; the resolution of the incident itself is a ``resolve`` of its own.
        at: The instant at which it counts, in UTC: that of the alert, or later where the alert came
            late or was held back.
        incident: The incident's id, unique among all of one fold; a dropped alert names the
            incident of its condition. Empty where there is none.
        group: What the incident's alerts have in common, in words; empty where there is none.
        alert: The alert; None for a resolution.
        reason: Why it is resolved, suppressed or dropped; see ``IntentReason``:

            ``duplicate``: the condition was heard of within the span for deduplication.
            ``stale``: a newer alert of the condition is known already.
            ``outweighed``: the condition is resolved and firing at one instant; firing counts.
            ``not_firing``: a resolved alert of a condition that does not fire, as far as is known;
            it opens nothing.
            ``below_threshold``: too few alerts fired within the window.
            ``flapping``: the condition comes and goes, and counts as firing meanwhile.
            ``not_matched``: the policy is not about such alerts.
    """

    kind: str
    at: datetime
    incident: str = ""
    group: str = ""
    alert: Alert | None = None
    reason: str = ""
