"""What alerts ask of incidents: one intent for each alert, and one for each resolution."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from incidentcore.intake.alert import Alert

__all__ = ["IncidentIntent", "IntentKind", "IntentReason"]


IntentKind: TypeAlias = Literal["open", "add", "reopen", "resolve", "suppressed", "dropped"]
"""The kind of an intent."""


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
"""Why an incident is resolved or an alert dropped; for a suppressed alert, the name of its
maintenance."""


@attrs.frozen
class IncidentIntent:
    """The effect that an alert, or the passing of time, should have on incidents.

    Each alert leads to exactly one intent, once it takes effect. The resolution of an incident is
    an intent without an alert.

    Attributes:
        kind: See ``IntentKind``. ``add`` means that the alert, firing or resolved, belongs to an
            open incident; resolving the incident itself is a separate ``resolve``.
        at: The instant at which it takes effect, in UTC: that of the alert, or later if the alert
            came late or was held back.
        incident: The incident's id, unique within a stream; for a dropped alert, that of the
            incident of its condition. Empty if there is none.
        group: What the incident's alerts have in common, as text; empty if there is no group.
        alert: The alert; None for a resolution.
        reason: Why it is resolved, suppressed or dropped; see ``IntentReason``:

            ``duplicate``: the condition was reported within the span for deduplication.
            ``stale``: a newer alert of the condition is known already.
            ``outweighed``: the condition is both resolved and firing at one instant; firing counts.
            ``not_firing``: a resolved alert of a condition that does not fire, as far as is known;
            it opens nothing.
            ``below_threshold``: too few alerts fired within the window.
            ``flapping``: the condition comes and goes, and counts as firing meanwhile.
            ``not_matched``: the policy does not apply to such alerts.
    """

    kind: str
    at: datetime
    incident: str = ""
    group: str = ""
    alert: Alert | None = None
    reason: str = ""
