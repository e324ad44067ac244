"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.lifecycle.guards import EveryLinked
from incidentcore.lifecycle.reopening import ReopenWindow
from incidentcore.lifecycle.transition import Guard

WRITTEN: Final = classes_of(
    __name__,
    """
    Cascade=CascadeRule Copy EveryLinked InputField Lifecycle ReopenWindow Transition Allowed
    CascadeEffect=cascade.CascadeEffect PathStep=decision.PathStep Refused
    """,
)

FAMILIES: Final[dict[Any, tuple[type, ...]]] = {Guard: (EveryLinked, ReopenWindow)}
