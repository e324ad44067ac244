"""Storage of records: the contract that stores fulfill, and a store in memory."""

from incidentcore.storage.memory import InMemoryStore
from incidentcore.storage.redaction import redact
from incidentcore.storage.store import (
    PAGE,
    AsyncRecordStore,
    Change,
    RecordStore,
    checked_append,
    checked_page,
)

__all__ = [
    "AsyncRecordStore",
    "Change",
    "InMemoryStore",
    "PAGE",
    "RecordStore",
    "checked_append",
    "checked_page",
    "redact",
]
