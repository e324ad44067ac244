"""Write ``python.inv``: where the documentation of Python explains the names our pages refer to.

Sphinx links to other projects through such inventories. This small one is committed, so that the
build needs no network. Add a name below, then run:

    python docs/python_inventory.py
"""

from __future__ import annotations

import zlib
from pathlib import Path

TARGET = Path(__file__).with_name("python.inv")

# (page, what the names are, the names)
NAMES = [
    (
        "library/functions",
        "class",
        "bool bytes dict float frozenset int list object str tuple type",
    ),
    ("library/stdtypes", "class", "frozenset range set"),
    ("library/constants", "data", "None True False"),
    (
        "library/exceptions",
        "exception",
        "AttributeError Exception ImportError LookupError OverflowError TypeError ValueError",
    ),
    (
        "library/datetime",
        "class",
        "datetime.date datetime.datetime datetime.time datetime.timedelta datetime.tzinfo",
    ),
    ("library/collections", "class", "collections.Counter"),
    ("library/decimal", "class", "decimal.Decimal"),
    ("library/enum", "class", "enum.Enum enum.StrEnum"),
    ("library/fractions", "class", "fractions.Fraction"),
    ("library/zoneinfo", "class", "zoneinfo.ZoneInfo"),
    (
        "library/collections.abc",
        "class",
        "collections.abc.Callable collections.abc.Iterable collections.abc.Iterator",
    ),
    (
        "library/collections.abc",
        "class",
        "collections.abc.Collection collections.abc.Hashable collections.abc.Mapping",
    ),
    ("library/collections.abc", "class", "collections.abc.Sequence collections.abc.Set"),
    (
        "library/collections.abc",
        "class",
        "collections.abc.ItemsView collections.abc.KeysView collections.abc.ValuesView",
    ),
    (
        "library/typing",
        "data",
        "typing.Any typing.ClassVar typing.Final typing.Literal typing.Self typing.TypeAlias",
    ),
    ("library/typing", "class", "typing.Generic typing.Protocol typing.TypeVar"),
    ("library/pathlib", "class", "pathlib.Path"),
]
HEADER = (
    b"# Sphinx inventory version 2\n# Project: Python\n# Version: 3\n"
    b"# The remainder of this file is compressed using zlib.\n"
)


def main() -> None:
    """Write the inventory."""
    lines = sorted(
        f"{name} py:{kind} 1 {page}.html#$ -\n"
        for page, kind, names in NAMES
        for name in names.split()
    )
    TARGET.write_bytes(HEADER + zlib.compress("".join(lines).encode(), 9))


if __name__ == "__main__":
    main()
