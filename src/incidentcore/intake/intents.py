"""Intents: the changes to incidents that alerts call for."""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.intake.alert import Alert


@attrs.frozen
class IncidentIntent(SharedRepr):
    """A change to an incident that an alert, or the passing of time, calls for.

    Each alert leads to one intent, once the alert takes effect. An intent to resolve has no alert.

    Attributes:
        kind: ``open``, ``reopen`` or ``resolve``, which change the incident's state; ``add``, which
            adds an alert, firing or resolved, to the incident; ``suppressed``, for an alert that
            maintenance or another fault prevents from opening an incident; or ``dropped``.
        at: When the change takes effect, in UTC: the instant of the alert, or later if the alert
            came late or was held back.
        incident: The incident's id, unique within a stream of alerts; for a dropped alert, the id
            of the incident to which its fault belongs. Empty if there is none.
        group: The values that the incident's alerts share, as text; empty if it has no group.
        alert: The alert; None for a resolution.
        reason: For ``resolve``, why: ``all_resolved``, ``first_resolved`` or ``silence``. For
            ``suppressed``, the name of the rule that suppresses the alert. For ``dropped``, why:
            ``duplicate`` (the last alert about the fault is not older than the deduplication span),
            ``stale`` (a newer alert about the fault is already known), ``outweighed`` (the fault
            also has a firing alert at the same instant, which takes precedence), ``not_firing`` (a
            resolved alert about a fault that is not known to be firing), ``below_threshold`` (too
            few alerts fired within the window), ``flapping`` (the fault is flapping and counts as
            firing) or ``not_matched`` (the policy does not apply to such alerts).
    """

    kind: str
    at: datetime
    incident: str = ""
    group: str = ""
    alert: Alert | None = None
    reason: str = ""
