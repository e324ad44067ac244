"""Checks of what a store returns: exact values, pages, order, and the feed of changes."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from incidentcore.conditions import ALWAYS, NEVER, during, field
from incidentcore.errors import IncidentCoreError, RecordNotFoundError
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, Problem, ServiceRequest, comment, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import UnknownEvent
from incidentcore.storage import RecordStore
from incidentcore.testing.contracts_base import (
    AT,
    StoreChecks,
    all_changes,
    all_records,
    commented,
    incident,
    noted,
    raises,
    same,
    same_events,
)
from incidentcore.values import Actor, Impact

_BERLIN = ZoneInfo("Europe/Berlin")

_TEXTS: dict[str, str] = {
    "composed and decomposed": "caf\u00e9 cafe\u0301",
    "emoji": "\U0001f469\u200d\U0001f4bb \u2614\ufe0f \U0001f1e9\U0001f1ea",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u200fabc\u200e \u0645\u0631\u062d\u0628\u0627",
    "blanks at the ends": "  both sides \t",
    "line ends": "one\r\ntwo\nthree\rfour\u2028five",
    "quotes": "'; DROP TABLE events; -- \" \\ \\' %s %% ? :name {} $1",
    "control characters": "\x01\x07\x1b[31m\x7f\x85",
    "no characters": "\u200b\ufeff\u00ad",
    "the last code points": "\uffff\U0010ffff",
    "JSON inside": '{"a": "\\u0041", "b": null}',
}
_IDS = (
    *("INC-1", "inc-1", "INC-1 ", " INC-1", "caf\u00e9", "cafe\u0301", "\U0001f600", "\uffff"),
    *("a/b", "a%b", "a'b", "a\\b", "1", "01", "1.0", "null", "None", "\u00df", "ss", "\u0130", "i"),
)


class ReadingChecks(StoreChecks):
    """Checks of what a store returns: values, pages, order, and the feed of changes."""

    long_history: ClassVar[int] = 2_000

    def _kept(self, record: Any, what: str) -> None:
        store = self.make_store()
        store.append(record.id, record.history, expected_version=0)
        same_events(f"{what}, history", record.history, store.history(record.id))
        same_events(f"{what}, loaded", record.history, store.load(record.id).history)
        same(what, record, store.load(record.id))
        found = [change.event for change in store.changes() if change.event is not None]
        same_events(f"{what}, feed", record.history, found)

    def test_an_empty_store_is_empty(self) -> None:
        """A new store contains no records and no changes, and loading any id fails."""
        store = self.make_store()
        same("the records", [], list(store.find(ALWAYS)))
        same("the changes", [], list(store.changes()))
        raises("loading a record", RecordNotFoundError, lambda: store.load("INC-1"))
        raises("a history", RecordNotFoundError, lambda: store.history("INC-1"))

    def test_every_type_of_record_comes_back(self) -> None:
        """Incidents, problems and service requests are returned with their own types."""
        for kind in (Incident, Problem, ServiceRequest):
            record: Any = kind.open(id="X-1", title="x", at=AT, by="kim")
            self._kept(record, kind.__name__)

    def test_a_whole_life_comes_back(self) -> None:
        """States with their flags, levels, actors and fields are returned unchanged."""
        record = incident(impact=Impact.HIGH, tags=["mail", "berlin"], category=("mail", "smtp"))
        record = advance(record, "start", at=AT, by="ada")
        record = advance(record, "hold", reason="awaiting_vendor", at=AT, by="ada")
        record = advance(
            record, "resolve", resolution_code="x", resolution_notes="y", at=AT, by="ada"
        )
        self._kept(advance(record, "reopen", at=AT, by=Actor("kim", "requester")), "a life")

    def test_texts_come_back(self) -> None:
        """Text is returned exactly: not normalized, trimmed, changed in case or shortened."""
        for what, text in _TEXTS.items():
            record = incident(description=text, custom={text: text}, tags=[text])
            self._kept(comment(record, text, at=AT, by=Actor(text, text)), what)

    def test_long_text_comes_back(self) -> None:
        """A text of a million characters is returned unchanged."""
        self._kept(incident(description="\u00e9x" * 500_000), "long text")

    def test_the_character_nul(self) -> None:
        """Text with NUL is returned unchanged; without the capability ``nul`` it may be refused."""
        record = incident(description="before\x00after")
        if "nul" in self.capabilities:
            self._kept(record, "a text with NUL")
            return
        store = self.make_store()
        try:
            store.append("INC-1", record.history, expected_version=0)
        except IncidentCoreError:
            raises("a refused record", RecordNotFoundError, lambda: store.load("INC-1"))
        else:
            same("a text with NUL", record, store.load("INC-1"))

    def test_ids_are_apart(self) -> None:
        """Ids that differ only in case, blanks or Unicode form belong to different records."""
        store = self.make_store()
        for name in _IDS:
            store.append(name, incident(name, description=name).history, expected_version=0)
        for name in _IDS:
            same(f"the record {name!a}", name, store.load(name).description)
        same("all, by code points", sorted(_IDS), [record.id for record in store.find(ALWAYS)])

    def test_instants_come_back(self) -> None:
        """Instants are returned with their microseconds, distant years, time zone and fold."""
        times = {
            "a second": AT,
            "a microsecond": AT + timedelta.resolution,
            "a microsecond less": AT - timedelta.resolution,
            "year 2": AT.replace(year=2),
            "year 9998": AT.replace(year=9998),
        }
        for what, at in times.items():
            self._kept(incident(at=at, recorded_at=AT, occurred_at=at), what)
        first = datetime(2026, 10, 25, 2, 30, tzinfo=_BERLIN)  # an hour that comes twice
        values = (first, first.replace(fold=1), AT.date(), -timedelta.resolution)
        zoned = {str(number): value for number, value in enumerate(values)}
        self._kept(incident(custom=zoned), "zones and folds")

    def test_nothing_and_empty_are_apart(self) -> None:
        """None, empty text and empty collections remain distinct; so do 1, 1.0 and True."""
        empty: tuple[object, ...] = (None, "", (), frozenset(), {}, (None,))
        custom = {repr(value): value for value in (*empty, False, 0, 0.0, 1, True)}
        record = incident(custom=custom, service=None, description="")
        self._kept(record, "nothing and empty")
        self._kept(set_fields(record, custom={"1": 1.0, "None": ""}, at=AT, by="ada"), "a change")

    def test_numbers_come_back(self) -> None:
        """Integers of more than 64 bits and floats are returned exactly."""
        numbers = (2**63, -(2**64), 10**30, 0.1, 1e-300, 1.7976931348623157e308, -0.0)
        self._kept(incident(custom={"numbers": numbers}), "some numbers")

    def test_unknown_events_come_back(self) -> None:
        """An event of a type that this release does not know is returned unchanged."""
        strange = UnknownEvent(
            record_id="INC-1",
            sequence=2,
            at=AT,
            by=Actor("ada"),
            name="Teleported",
            body='{"until":{"$thing":[1,null,1.0]},"z":"a"}',
        )
        record = incident().with_events((strange,))
        self._kept(record, "an unknown event")

    def test_histories_come_in_pages(self) -> None:
        """Pages of any length add up to the whole history; after the end, a page is empty."""
        store = self.make_store()
        record = noted(incident(), 9)
        store.append("INC-1", record.history, expected_version=0)
        for limit in (1, 3, 10, 11):
            events: list[Any] = []
            while page := store.history("INC-1", after=len(events), limit=limit):
                same("a page's length", True, len(page) <= limit and len(events) < 10)
                events.extend(page)
            same_events(f"pages of {limit}", record.history, events)
        same("after the end", [], list(store.history("INC-1", after=10)))
        same("far after the end", [], list(store.history("INC-1", after=99)))

    def test_a_long_history_needs_little_memory(self) -> None:
        """Reading a long history in pages needs less than 4 MB of memory."""
        store = self.make_store()
        store.append("INC-1", incident().history, expected_version=0)
        at = AT + timedelta(hours=1)
        for first in range(1, self.long_history, 1_000):
            last = min(first + 1_000, self.long_history)
            batch = [commented(number + 1, "x" * 100, at=at) for number in range(first, last)]
            store.append("INC-1", batch, expected_version=first)
        count = 0
        tracemalloc.start()
        try:
            while page := store.history("INC-1", after=count, limit=100):
                same("the next sequence", count + 1, page[0].sequence)
                count = page[-1].sequence
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        same("events read", self.long_history, count)
        same(f"memory of a page, {peak} bytes, is below 4 MB", True, peak < 4_000_000)

    def _three(self) -> RecordStore:
        store = self.make_store()
        for name, impact in (("c", Impact.LOW), ("a", Impact.HIGH), ("b", Impact.HIGH)):
            store.append(name, incident(name, impact=impact).history, expected_version=0)
        return store

    def test_records_are_found_by_condition(self) -> None:
        """Exactly the records that satisfy the condition are found, in order of id."""
        store = self._three()
        ids = [record.id for record in store.find(field("impact").equals(Impact.HIGH))]
        same("those of high impact", ["a", "b"], ids)
        same("no record", [], list(store.find(NEVER)))
        same("all records", ["a", "b", "c"], [record.id for record in store.find(ALWAYS)])
        store.append(
            "b",
            set_fields(incident("b"), service="mail", at=AT, by="x").events_after(1),
            expected_version=1,
        )
        mail = store.find(field("service").equals("mail"))
        same("as they are now", [("b", 2)], [(record.id, record.version) for record in mail])

    def test_found_records_come_in_pages(self) -> None:
        """The pages of a search add up to all records that were found."""
        store = self._three()
        for limit in (1, 2, 3, 4):
            same(f"pages of {limit}", ["a", "b", "c"], [r.id for r in all_records(store, limit)])
        high = field("impact").equals(Impact.HIGH)
        same("after a", ["b"], [r.id for r in store.find(high, after="a", limit=1)])

    def test_conditions_on_time_are_given_the_instant(self) -> None:
        """A condition on opening hours is evaluated at the instant passed to ``find``."""
        store = self._three()
        office = during(BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-16:40"}))
        same("before the end", 3, len(store.find(office, at=AT - timedelta.resolution)))
        same("at the end", 0, len(store.find(office, at=AT)))

    def test_the_feed_tells_each_change_once(self) -> None:
        """The feed contains every event once, in the order of writing, with ascending positions."""
        store = self._three()
        store.append("a", noted(incident("a"), 2).events_after(1), expected_version=1)
        written = [("c", "c:1"), ("a", "a:1"), ("b", "b:1"), ("a", "a:2"), ("a", "a:3")]
        for limit in (1, 2, 5, 9):
            feed = list(all_changes(store, limit))
            found = [(change.record_id, change.event and change.event.id) for change in feed]
            same(f"pages of {limit}", written, found)
            places = [change.position for change in feed]
            same("positions ascend", sorted(set(places)), places)

    def test_two_stores_are_apart(self) -> None:
        """The records of one store do not appear in another."""
        self._three()
        same("a new store", [], list(self.make_store().find(ALWAYS)))
