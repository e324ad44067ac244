"""Write the golden files that are missing: ``python -m tests.serialization.write_golden``.

Run from the repository's root after a class was added to the format. A file that is there is never
written anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from incidentcore.serialization import dumps
from incidentcore.serialization.registry import CLASSES
from incidentcore.serialization.upgrades import FORMAT_VERSION

from .examples import EXAMPLES, values_in

TYPES = Path(__file__).with_name("golden") / f"v{FORMAT_VERSION}" / "types"


def shortest(cls: type) -> str:
    """Return the shortest document of an example of a class."""
    return min((dumps(value, indent=1) for value in _examples(cls)), key=len) + "\n"


def _examples(cls: type) -> Iterator[Any]:
    for example in EXAMPLES:
        for value in values_in(example):
            if type(value) is cls:
                yield value
                break


def main() -> None:
    """Write what is missing."""
    TYPES.mkdir(parents=True, exist_ok=True)
    for name, cls in CLASSES.items():
        path = TYPES / f"{name}.json"
        if not path.exists():
            path.write_text(shortest(cls), encoding="utf-8")


if __name__ == "__main__":
    main()
