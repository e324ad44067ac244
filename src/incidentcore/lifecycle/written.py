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


def _on_behalf(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if fields.get("on") == "approved_on_behalf":  # once a kind of event of its own
        delegated = {"$type": "FieldTest", "path": "event.on_behalf_of", "op": "present"}
        parts = [delegated, *filter(None, [fields.get("when")])]
        fields = {**fields, "on": "approved", "when": {"$type": "AllOf", "parts": parts}}
    return "Cascade", fields


MERGED: Final = {"Cascade": _on_behalf}  # what a kind became, from its older fields
