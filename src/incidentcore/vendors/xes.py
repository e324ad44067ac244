"""Read XES text trace by trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from incidentcore.errors import FormatError
from incidentcore.vendors.lines import BROKEN_GZIP, opened

_CHUNK: Final = 1 << 16
_DEEPEST: Final = 100
_NAME: Final = "concept:name"

Case = tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]


def xes_cases(source: str | Path | Sequence[str | Path]) -> Iterator[Case]:
    """Yield the traces of a file; traces of several files are joined if they have the same name."""
    if isinstance(source, (str, Path)):
        for place, (attributes, events) in enumerate(_traces(Path(source)), 1):
            yield _key(attributes, place), attributes, events
        return
    joined: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    place = 0
    for path in source:
        for attributes, events in _traces(Path(path)):
            place += 1
            known = joined.setdefault(_key(attributes, place), ({}, []))
            known[0].update(attributes)
            known[1].extend(events)
    yield from ((key, attributes, events) for key, (attributes, events) in joined.items())


def _key(attributes: Mapping[str, Any], place: int) -> str:
    return str(attributes.get(_NAME) or f"trace-{place}")


def _traces(path: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    reader = _Reader()
    with opened(path) as file:
        while True:
            try:
                chunk = file.read(_CHUNK)
            except BROKEN_GZIP as error:
                raise FormatError(f"a broken gzip archive: {error} @ {path}") from None
            try:
                reader.parser.Parse(chunk, not chunk)
            except (expat.ExpatError, ValueError) as error:
                raise FormatError(f"not XES: {error} @ {path}") from None
            yield from reader.traces
            reader.traces.clear()
            if not chunk:
                break


class _Reader:
    """Collects traces while the parser reads the text.

    Only attributes directly in a trace or an event count: those in another attribute describe that
    attribute, and those of ``global`` and ``classifier`` describe the log.
    """

    def __init__(self) -> None:
        self.traces: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
        self._open: list[str] = []
        self._trace: tuple[dict[str, Any], list[dict[str, Any]]] | None = None
        self._event: dict[str, Any] | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise ValueError("a document type, which XES does not have")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        parent = self._open[-1] if self._open else ""
        if len(self._open) >= _DEEPEST:
            raise ValueError(f"elements nested deeper than {_DEEPEST}")
        if not self._open and name != "log":
            raise ValueError(f"the root is {name!r} instead of 'log'")
        self._open.append(name)
        if name == "trace" and parent == "log":
            self._trace = ({}, [])
        elif name == "event" and parent == "trace" and self._trace is not None:
            self._event = {}
            self._trace[1].append(self._event)
        elif "key" in attributes:
            target = self._event if parent == "event" else None
            if parent == "trace" and self._trace is not None:
                target = self._trace[0]
            if target is not None:
                target[attributes["key"]] = attributes.get("value")

    def _end(self, tag: str) -> None:
        name = self._open.pop()
        if name == "event":
            self._event = None
        elif name == "trace" and self._trace is not None:
            self.traces.append(self._trace)
            self._trace = None
