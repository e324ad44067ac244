"""Check whether unknown fields can be written back to their places.

They are written back to their path, and a path contains positions in arrays. But histories are
written in order of sequence, sets in order of their text, and some classes sort or join their
items. So the document is read, written and read again: at the object's place must be an equal one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from incidentcore.serialization.containers import ReadHook
from incidentcore.serialization.faults import Fault, Faults, Path
from incidentcore.serialization.reading import Reader
from incidentcore.serialization.registry import Registry
from incidentcore.serialization.writing import writer

_MESSAGE = "a field that is not known here, in an object that would be written at another place"


class _TracingReader(Reader):
    """A reader, for one document, that remembers the value read from each object."""

    shared: ClassVar[tuple[type, ...]] = ()

    def __init__(self, registry: Registry) -> None:
        super().__init__(keep=True, trusted=True, registry=registry)  # it was read before
        self.made: dict[int, Any] = {}

    def _class(self, cls: Any, beside: tuple[str, ...] = ()) -> ReadHook:
        hook = super()._class(cls, beside)

        def structure(data: Any, _: Any) -> Any:
            value = self.made[id(data)] = hook(data, None)
            return value

        return structure


def check_places(kind: Any, data: Any, paths: Iterable[Path], registry: Registry) -> None:
    """Raise an error if unknown fields could not be written back to their places.

    Raises:
        Problems: Some fields could not be written back.
    """
    first, again = _TracingReader(registry), _TracingReader(registry)
    out = writer(registry).hook(kind)(first.hook(kind)(data, None))
    again.hook(kind)(out, None)
    wrong = [
        path
        for path in paths
        if first.made.get(id(_at(data, path)), first) != again.made.get(id(_at(out, path)))
    ]
    if wrong:
        raise Faults(Fault(_MESSAGE, path) for path in wrong)


def _at(data: Any, path: Path) -> Any:
    """Return the object that holds a path's last step; None if there is none."""
    for step in path[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
