"""Values as JSON documents, exactly and strictly, and exports to other formats."""

from incidentcore.serialization.codec import dumps, from_plain, loads, to_plain
from incidentcore.serialization.parse import Limits
from incidentcore.serialization.unknown import Kept, UnknownEvent
from incidentcore.serialization.upgrade import FORMAT_VERSION, upgrade

__all__ = [
    "FORMAT_VERSION",
    "Kept",
    "Limits",
    "UnknownEvent",
    "dumps",
    "from_plain",
    "loads",
    "to_plain",
    "upgrade",
]
