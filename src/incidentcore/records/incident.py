"""The incident: an unplanned interruption to a service or reduction in its quality (ITIL 4)."""

from __future__ import annotations

from typing import ClassVar

import attrs

from incidentcore.records.record import Record
from incidentcore.records.timeline import Timeline
from incidentcore.values import FrozenMap


@attrs.frozen(init=False, repr=False, slots=False, unsafe_hash=False)
class Incident(Record):
    """An unplanned interruption to a service, or a reduction in its quality.

    Attributes:
        major_status: The incident's status as a major incident, such as ``proposed``; None if it
            was never proposed as one.
        major_roles: Who holds which role in the response to a major incident, such as ``scribe``.
        business_impact: The effect of a major incident on the business.

    All other attributes are those of ``Record``.

    Source: ITIL 4, incident management practice.
    """

    record_type: ClassVar[str] = "incident"

    settable: ClassVar[frozenset[str]] = Record.settable | {"business_impact", "major_roles"}

    major_status: str | None = None
    major_roles: FrozenMap[str] = FrozenMap()
    business_impact: str | None = None


Timeline.default_facts = Incident.default_facts  # records of your own are read as incidents
