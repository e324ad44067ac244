"""The public names and signatures are those of the committed list ``public_api.txt``.

After a deliberate change, write the list anew and read the difference before committing it:

    python tests/test_public_api.py --write            (every room)
    python tests/test_public_api.py --write schedule   (one room)
"""

from __future__ import annotations

import difflib
import enum
import importlib
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, get_args, get_origin

import attrs
import pytest

import incidentcore
from incidentcore.errors import MissingExtraError

LIST = Path(__file__).with_name("public_api.txt")
PACKAGE = Path(incidentcore.__file__).parent
ROOMS = sorted(
    path.stem
    for path in PACKAGE.iterdir()
    if not path.stem.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file())
)
SHOW_AS_WRITTEN = (bool, int, str, bytes, timedelta, date, type(None))


def describe_room(room: str) -> list[str]:
    """Return one line for each public name of a room and for each public member of its classes."""
    module = importlib.import_module(f"incidentcore.{room}")
    return [line for name in module.__all__ for line in _describe(name, getattr(module, name))]


def describe_facade() -> list[str]:
    return sorted(incidentcore.__all__)


def _describe(name: str, value: object) -> Iterator[str]:
    if get_origin(value) is Literal:
        yield f"{name}: one of {', '.join(map(repr, get_args(value)))}"
    elif isinstance(value, type):
        yield f"class {name}{_constructor(value)}"
        yield from _flags(value)
        for member in sorted(dir(value)):
            if not member.startswith("_") or member == "__call__":
                yield from _member(value, member)
    elif callable(value) and not attrs.has(type(value)):
        yield f"{name}{_signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def _flags(kind: type) -> Iterator[str]:
    """Return the fields of a value by which it is not compared, which are not shown, or are new."""
    fields = attrs.fields(kind) if attrs.has(kind) else ()
    for title, names in (
        ("compared without", [field.name for field in fields if not field.eq]),
        ("hashed without", [field.name for field in fields if field.eq and field.hash is False]),
        ("shown without", [field.name for field in fields if not field.repr]),
        ("later", [field.name for field in fields if field.metadata.get("later")]),
    ):
        if names:
            yield f"    {title}: {', '.join(names)}"


def _constructor(kind: type) -> str:
    """Return the signature of a constructor of ours; not of Python's, which varies."""
    if issubclass(kind, enum.Enum) or getattr(kind, "_is_protocol", False):
        return ""
    for base in kind.__mro__:
        for name in ("__init__", "__new__"):
            if name in vars(base):
                is_ours = base.__module__.startswith("incidentcore")
                return _signature(getattr(kind, name), skip=1) if is_ours else ""
    return ""


def _member(kind: type, name: str) -> Iterator[str]:
    owner = next((base for base in kind.__mro__ if name in vars(base)), None)
    if owner is None or not owner.__module__.startswith("incidentcore"):
        return
    raw = vars(owner)[name]
    if isinstance(raw, staticmethod):
        yield f"    static {name}{_signature(raw.__func__)}"
    elif isinstance(raw, classmethod):
        yield f"    classmethod {name}{_signature(raw.__func__)}"
    elif inspect.isfunction(raw):
        yield f"    {name}{_signature(raw)}"
    elif isinstance(raw, type):
        yield f"    class {name}"
    elif isinstance(raw, property):
        yield f"    {name}: property"
    elif inspect.isdatadescriptor(raw) or hasattr(raw, "__get__"):
        yield f"    {name}: field"
    else:
        yield f"    {name}: {type(raw).__name__}"


def _signature(target: object, *, skip: int = 0) -> str:
    signature = inspect.signature(target)  # type: ignore[arg-type]
    return str(
        signature.replace(
            parameters=[
                parameter.replace(
                    annotation=_Shown.of_type(parameter.annotation),
                    default=_Shown.of_value(parameter.default),
                )
                for parameter in list(signature.parameters.values())[skip:]
            ],
            return_annotation=_Shown.of_type(signature.return_annotation),
        )
    )


class _Shown:
    """Text that stands for itself in a signature, the same in every Python."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    @classmethod
    def of_type(cls, annotation: object) -> object:
        """Return an annotation as it was written; one that was not is left out."""
        if annotation is None or annotation is type(None):
            return cls("None")
        if isinstance(annotation, str):
            return cls(annotation.strip("'\""))
        return inspect.Parameter.empty

    @classmethod
    def of_value(cls, value: object) -> object:
        """Return a default that reads the same in every process."""
        if value is inspect.Parameter.empty:
            return value
        if isinstance(value, enum.Enum) and value is not attrs.NOTHING:
            return cls(f"{type(value).__name__}.{value.name}")
        if type(value) in SHOW_AS_WRITTEN or (type(value) in (tuple, frozenset) and not value):
            return cls(repr(value))
        if isinstance(value, Mapping) and not value:
            return cls("{}")
        return cls("...")


def read_list() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line:
            lines.append(line)
    return sections


def write_list(rooms: list[str]) -> None:
    sections = read_list() if LIST.exists() else {}
    sections |= {f"incidentcore.{room}": describe_room(room) for room in rooms}
    sections["incidentcore"] = describe_facade()
    titles = ["incidentcore", *(f"incidentcore.{room}" for room in ROOMS)]
    text = "\n\n".join(
        "\n".join([f"[{title}]", *sections[title]]) for title in titles if title in sections
    )
    LIST.write_text(f"{text}\n", encoding="utf-8")


def assert_as_listed(title: str, lines: list[str]) -> None:
    expected = read_list().get(title, [])
    difference = "\n".join(
        difflib.unified_diff(
            expected, lines, f"{title} as listed", f"{title} as it is", lineterm=""
        )
    )
    assert not difference, (
        f"{difference}\n\nIf this is meant: python tests/{Path(__file__).name} --write"
    )


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_as_listed(room: str) -> None:
    """A room's public names and signatures are the committed ones."""
    try:
        lines = describe_room(room)
    except MissingExtraError as missing:
        pytest.skip(f"needs the extra {missing.extra}")
    assert_as_listed(f"incidentcore.{room}", lines)


@pytest.mark.parametrize("room", ROOMS)
def test_a_default_fits_in_help(room: str) -> None:
    """The longest is the standard priority policy; one of 6,185 characters was a page long."""
    try:
        module = importlib.import_module(f"incidentcore.{room}")
    except MissingExtraError as missing:
        pytest.skip(f"needs the extra {missing.extra}")
    public = [getattr(module, name) for name in module.__all__]
    long = [
        f"{value.__name__}({parameter.name}=)"
        for value in public
        if inspect.isroutine(value) or (isinstance(value, type) and attrs.has(value))
        for parameter in inspect.signature(value).parameters.values()
        if len(repr(parameter.default)) > 900
    ]
    assert not long


def test_the_facade_is_as_listed() -> None:
    """The facade's names are the committed ones."""
    assert_as_listed("incidentcore", describe_facade())


def test_the_rooms_have_few_names() -> None:
    """Before you add one, look for the one that nearly does it; helpers of rooms are not listed."""
    rooms = [lines for title, lines in read_list().items() if title != "incidentcore"]
    assert sum(not line.startswith(" ") for lines in rooms for line in lines) <= 603


def test_every_listed_room_exists() -> None:
    """A room does not vanish from the package while the list still names it."""
    assert set(read_list()) == {"incidentcore", *(f"incidentcore.{room}" for room in ROOMS)}


def test_a_change_is_shown() -> None:
    """A name that is gone and one that is new both show in the message."""
    listed = read_list()["incidentcore.instants"]
    with pytest.raises(AssertionError, match=r"(?s)-class Interval.*\+class Span.*--write"):
        assert_as_listed(
            "incidentcore.instants",
            [line.replace("class Interval", "class Span") for line in listed],
        )


def test_names_and_words_are_spelled_as_in_america() -> None:
    """One spelling, so that nobody tries ``cancelled``; both dictionaries have ``catalogue``."""
    british = r"(?i)\w*(?:ageing|behaviour|cancelled|colour|fulfil(?!l)|labelled|neighbour)\w*"
    british += (
        r"|\w*(?:author|categor|custom|normal|organ|prior|recogn|serial|summar)is(?:e|ing)\w*"
    )
    assert re.findall(british, LIST.read_text(encoding="utf-8")) == []


def test_signatures_name_no_address() -> None:
    """No line depends on where an object lies in memory."""
    assert " at 0x" not in LIST.read_text(encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit(f"usage: python {sys.argv[0]} --write [ROOM ...]")
    write_list(sys.argv[2:] or ROOMS)
