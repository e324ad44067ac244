"""Values as JSON documents, exactly and strictly, and exports to other formats."""

from incidentcore.serialization.codec import Codec
from incidentcore.serialization.documents import (
    dumps,
    from_plain,
    from_plain_with_unknown,
    json_schema,
    loads,
    loads_with_unknown,
    to_plain,
)
from incidentcore.serialization.export import (
    EVENT_COLUMNS,
    RECORD_COLUMNS,
    cloud_event,
    event_rows,
    record_rows,
    xes_log,
)
from incidentcore.serialization.ocel import ocel_log
from incidentcore.serialization.parse import Limits
from incidentcore.serialization.unknown import UnknownEvent, WithUnknownFields
from incidentcore.serialization.upgrade import FORMAT_VERSION, upgrade

__all__ = [
    "Codec",
    "EVENT_COLUMNS",
    "FORMAT_VERSION",
    "Limits",
    "RECORD_COLUMNS",
    "UnknownEvent",
    "WithUnknownFields",
    "cloud_event",
    "dumps",
    "event_rows",
    "from_plain",
    "from_plain_with_unknown",
    "json_schema",
    "loads",
    "loads_with_unknown",
    "ocel_log",
    "record_rows",
    "to_plain",
    "upgrade",
    "xes_log",
]
