"""The problem: a cause, or potential cause, of one or more incidents (ITIL 4)."""

from __future__ import annotations

from typing import ClassVar

import attrs

from incidentcore.records.causes import Cause
from incidentcore.records.fields import ProblemOrigin
from incidentcore.records.record import Record


@attrs.frozen(init=False, repr=False, slots=False, unsafe_hash=False)
class Problem(Record):
    """A cause, or potential cause, of one or more incidents.

    Attributes:
        origin: How the problem was found: after incidents, or proactively; see ``ProblemOrigin``.
        root_cause: The root cause, with the causes behind it; None until it is known.
        workaround: How to work around the problem until it is fixed.
        known_error: Whether the problem has been analyzed but not resolved; this is not a state.

    All other attributes are those of ``Record``.

    Source: ITIL 4, problem management practice.
    """

    record_type: ClassVar[str] = "problem"
    settable: ClassVar[frozenset[str]] = Record.settable | {
        "origin",
        "root_cause",
        "workaround",
        "known_error",
    }

    origin: ProblemOrigin = "reactive"
    root_cause: Cause | None = None
    workaround: str | None = None
    known_error: bool = False
