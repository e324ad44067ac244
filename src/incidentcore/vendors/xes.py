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
_TRACE: Final = ["log", "trace"]
_EVENT: Final = [*_TRACE, "event"]

Case = tuple[Any, Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""The id of a case, its attributes, and those of its events."""

Trace = tuple[dict[str, Any], list[dict[str, Any]]]


def xes_cases(source: str | Path | Sequence[str | Path]) -> Iterator[Case]:
    """Yield the traces of a file; traces of several files are joined if they have the same name."""
    if isinstance(source, (str, Path)):
        for place, (attributes, events) in enumerate(_traces(Path(source)), 1):
            yield _key(attributes, place), attributes, events
        return
    joined: dict[str, Trace] = {}
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


def _traces(path: Path) -> Iterator[Trace]:
    reader = _Reader()
    with opened(path) as file:
        while True:
            try:
                chunk = file.read(_CHUNK)
                reader.parser.Parse(chunk, not chunk)
            except BROKEN_GZIP as error:
                raise FormatError(f"a broken gzip archive: {error} @ {path}") from None
            except (expat.ExpatError, ValueError, LookupError) as error:
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
        self.traces: list[Trace] = []
        self._open: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise ValueError("a document type, which XES does not have")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name, above = tag.rpartition(":")[2], self._open
        if len(above) >= _DEEPEST:
            raise ValueError(f"elements nested deeper than {_DEEPEST}")
        if not above and name != "log":
            raise ValueError(f"the root is {name!r} instead of 'log'")
        if "key" in attributes and above in (_TRACE, _EVENT):
            trace, events = self._trace
            target = trace if above == _TRACE else events[-1]
            target[attributes["key"]] = attributes.get("value")
        above.append(name)
        if above == _TRACE:
            self._trace: Trace = ({}, [])
        elif above == _EVENT:
            self._trace[1].append({})

    def _end(self, tag: str) -> None:
        if self._open == _TRACE:
            self.traces.append(self._trace)
        self._open.pop()
