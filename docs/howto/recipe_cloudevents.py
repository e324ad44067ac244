"""CloudEvents SDK: each change of the feed as an event over HTTP, and back."""

from collections.abc import Iterator
from datetime import datetime

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from incidentcore.records import Event
from incidentcore.serialization import cloud_event, from_plain
from incidentcore.storage import RecordStore


def as_cloud_event(event: Event, source: str) -> CloudEvent:
    attributes = cloud_event(event, source=source)
    data = attributes.pop("data")
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    return CloudEvent(attributes, data)


def messages(store: RecordStore, source: str, after: int = 0) -> Iterator[tuple[int, HTTPMessage]]:
    """Yield what to POST, each with the position to remember once it was taken."""
    while page := store.changes(after=after):
        for change in page:
            after = change.position
            if change.event is not None:
                yield after, to_structured_event(as_cloud_event(change.event, source))


def received(message: HTTPMessage) -> Event:
    """Return the event of a message; the same id from the same source is the same event."""
    return from_plain(from_http_event(message).get_data(), Event)
