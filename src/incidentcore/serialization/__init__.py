"""Values as JSON documents, written exactly and read strictly, and exports to other formats."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.serialization.codec import Codec
    from incidentcore.serialization.documents import (
        from_plain,
        json_schema,
        loads_with_unknown,
        to_plain,
    )
    from incidentcore.serialization.export import cloud_event, event_rows, record_rows, xes_log
    from incidentcore.serialization.limits import Limits
    from incidentcore.serialization.ocel import ocel_log
    from incidentcore.serialization.text import dumps, loads
    from incidentcore.serialization.unknown import UnknownEvent, WithUnknownFields

__all__ = [
    "Codec",
    "Limits",
    "UnknownEvent",
    "WithUnknownFields",
    "cloud_event",
    "dumps",
    "event_rows",
    "from_plain",
    "json_schema",
    "loads",
    "loads_with_unknown",
    "ocel_log",
    "record_rows",
    "to_plain",
    "xes_log",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "codec": "Codec",
            "documents": "from_plain json_schema loads_with_unknown to_plain",
            "export": "cloud_event event_rows record_rows xes_log",
            "ocel": "ocel_log",
            "limits": "Limits",
            "text": "dumps loads",
            "unknown": "UnknownEvent WithUnknownFields",
        },
    )
