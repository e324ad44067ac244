"""A whole store: records in one table, one connection, one lock."""

import sqlite3
from threading import RLock

from incidentcore.errors import RecordNotFoundError, StaleRecordError
from incidentcore.records import Event, replay
from incidentcore.serialization import loads_with_unknown
from incidentcore.storage import PAGE, Change, checked_append, checked_page

TABLE = """CREATE TABLE IF NOT EXISTS feed (position INTEGER PRIMARY KEY AUTOINCREMENT,
    record BLOB, sequence INTEGER, document TEXT, UNIQUE (record, sequence))"""


def event_of(document):
    return loads_with_unknown(document, Event).value  # keeps what a later release wrote


class OwnStore:
    def __init__(self, path):
        self.base, self.lock = sqlite3.connect(path, check_same_thread=False), RLock()
        self.base.execute(TABLE)

    def rows(self, where, *values):
        with self.lock:
            query = f"SELECT position, record, document FROM feed WHERE {where}"  # noqa: S608
            return self.base.execute(query, values).fetchall()

    def append(self, record_id, events, *, expected_version):
        with self.lock, self.base:  # one transaction
            stored = {event.id: event for event in self.events(record_id)}
            fresh = checked_append(record_id, events, expected_version=expected_version,
                                   version=len(stored), stored=stored)  # fmt: skip
            for event, document in fresh:
                row = (record_id.encode(), event.sequence, document)
                self.base.execute("INSERT INTO feed VALUES (NULL, ?, ?, ?)", row)
            return len(stored) + len(fresh)

    def events(self, record_id, after=0, limit=-1):
        where = "record = ? AND sequence > ? ORDER BY sequence LIMIT ?"
        rows = self.rows(where, record_id.encode(), after, limit)
        return tuple(event_of(document) for _, _, document in rows)

    def load(self, record_id):
        return replay(self.history(record_id, limit=2**62))

    def history(self, record_id, *, after=0, limit=PAGE):
        checked_page(limit=limit, after=after)
        if not self.rows("record = ? AND sequence = 1", record_id.encode()):
            raise RecordNotFoundError(record_id)
        return self.events(record_id, after, limit)

    def find(self, condition, *, at=None, after="", limit=PAGE):
        checked_page(limit=limit)
        rows = self.rows("sequence = 1 AND record > ? ORDER BY record", after.encode())
        records = (self.load(record.decode()) for _, record, _ in rows)
        return tuple(one for one in records if condition.matches(one, at=at))[:limit]

    def changes(self, *, after=0, limit=PAGE):
        checked_page(limit=limit, after=after)
        rows = self.rows("position > ? ORDER BY position LIMIT ?", after, limit)
        return tuple(Change(place, record.decode(), document and event_of(document))
                     for place, record, document in rows)  # fmt: skip

    def remove(self, record_id, *, expected_version):
        with self.lock, self.base:
            version = len(self.history(record_id, limit=2**62))
            if version != expected_version:
                raise StaleRecordError(record_id, expected_version, version)
            self.base.execute("DELETE FROM feed WHERE record = ?", (record_id.encode(),))
            self.base.execute("INSERT INTO feed (record) VALUES (?)", (record_id.encode(),))
