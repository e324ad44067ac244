"""Describe how the values of a desk file are written: tables with known keys.

Each section of the file is a ``Table``, and each of its keys has a ``Form``, which reads, writes
and describes the value. Error messages, the JSON Schema and the output of ``dump_desk`` all follow
from these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

from incidentcore._checks import tuple_of
from incidentcore.desk.reading import BROKEN, MISSING, BrokenError, Path, Reading, path_text, whole
from incidentcore.desk.words import ITEMS, WrongError, need_data, one_of, writer_of
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.values import Scale

_REQUIRED: Final = object()
Reader: TypeAlias = Callable[[Any, Reading, Path], Any]
Writer: TypeAlias = Callable[[Any, Any], Any]


@attrs.frozen
class Form:
    """How one type of value is read and written, and the JSON Schema of what is written.

    ``read`` raises ``WrongError`` for data that are not allowed; a value is written unchanged
    unless ``write`` says how.
    """

    read: Reader
    schema: Mapping[str, Any]
    write: Writer = lambda value, _: value


@attrs.frozen
class Key:
    """One key of a table; a key without a default is required.

    ``attribute`` is that of the object, by default the key's name; ``help`` is a sentence.
    """

    name: str
    form: Form | Table
    help: str = ""
    default: object = _REQUIRED
    attribute: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))

    @property
    def required(self) -> bool:
        """Return whether the key must be present, which is so if it has no default."""
        return self.default is _REQUIRED


def simple(
    allowed: str, *kinds: type, json: Mapping[str, Any] | None = None, empty: bool = False
) -> Form:
    """Return the ``Form`` of a value that is written unchanged, such as a text or a number."""

    def read(data: Any, _: Reading, __: Path) -> Any:
        need_data(data, kinds, allowed)
        if (data == "" and not empty) or (isinstance(data, bool) and bool not in kinds):
            raise WrongError(data, allowed)
        return data

    return Form(read, json or {"description": allowed})


def text_of(allowed: str) -> Form:
    """Return the ``Form`` of a text with a grammar, of which ``allowed`` says the words."""
    return simple(allowed, str, json={"type": "string"})


def word(*words: str) -> Form:
    """Return the ``Form`` of a text that must be one of ``words``."""
    return Form(lambda data, _, __: one_of(data, words), {"enum": list(words)})


_SHAPES: Final[dict[str, Any]] = {"text": str, "table": Mapping, "items": ITEMS}


def by_shape(rest: Reader | str, **readers: Reader) -> Reader:
    """Return a reader with a reader for each shape: ``text``, ``table`` and ``items``, a list.

    ``rest`` is the reader of all other data, or what is allowed if nothing else is.
    """

    def read(data: Any, reading: Reading, path: Path) -> Any:
        shape = next((one for one in readers if isinstance(data, _SHAPES[one])), "")
        reader = readers.get(shape, rest)
        if isinstance(reader, str):
            raise WrongError(data, reader)
        return reader(data, reading, path)

    return read


def level_of(scale: Scale | None = None) -> Form:
    """Return the ``Form`` of a level on a scale; None for the scale of the desk's priorities."""

    def read(data: Any, reading: Reading, _: Path) -> Any:
        known: Scale = scale or reading.priority().scale
        return known[one_of(data, known.names)]

    enum = {"type": "string"} if scale is None else {"enum": list(scale.names)}
    return Form(read, enum, lambda level, _: level.name)


def list_of(form: Form | Table, *, single: bool = False) -> Form:
    """Return the ``Form`` of a list; with ``single``, a single item needs no brackets."""

    def read(data: Any, reading: Reading, path: Path) -> Any:
        if isinstance(data, ITEMS):
            return tuple(reading.each(form.read, enumerate(data), path).values())
        if single:
            return (form.read(data, reading, path),)
        several = f", or [[{path_text(path)}]] for each" if isinstance(data, Mapping) else ""
        raise WrongError(data, f"a list in brackets{several}")

    def write(values: Any, writing: Any) -> Any:
        items = [form.write(value, writing) for value in values]
        return items[0] if single and len(items) == 1 else items

    array = {"type": "array", "items": form.schema}
    return Form(read, {"anyOf": [form.schema, array]} if single else array, write)


def table_of(form: Form | Table) -> Form:
    """Return the ``Form`` of a table that maps names to values of the form ``form``."""

    def read(data: Any, reading: Reading, path: Path) -> Any:
        need_data(data, Mapping, f"a table: {{ NAME = ... }}, or [{path_text(path)}]")
        return reading.each(form.read, data.items(), path)

    def write(values: Any, writing: Any) -> Any:
        return {name: form.write(value, writing) for name, value in values.items()}

    return Form(read, {"type": "object", "additionalProperties": form.schema}, write)


def names_of(form: Form | Table) -> Form:
    """Return the ``Form`` of a table by name whose values have a ``name`` of their own."""
    tables = table_of(form)
    return Form(
        lambda data, reading, path: tuple(tables.read(data, reading, path).values()),
        tables.schema,
        lambda values, writing: {one.name: form.write(one, writing) for one in values},
    )


def noted(kind: str, form: Form) -> Form:
    """Return a ``Form`` that registers the name of each table it reads, even if it is invalid."""

    def read(data: Any, reading: Reading, path: Path) -> Any:
        names = data if isinstance(data, Mapping) else ()
        reading.names[kind] = dict.fromkeys(names, BROKEN)
        made = form.read(data, reading, path)
        reading.names[kind] = {one.name: one for one in made}
        return made

    return Form(read, form.schema, form.write)


def or_code(read: Reader, writers: Mapping[type, Writer], schema: Mapping[str, Any]) -> Form:
    """Return the ``Form`` of values of some types, or of a callable as ``{ code = NAME }``."""

    def table(data: Any, reading: Reading, path: Path) -> Any:
        is_code = set(data) == {"code"}
        return reading.callable(data["code"]) if is_code else read(data, reading, path)

    known: dict[type, Writer] = {**writers, object: lambda value, writing: writing.code(value)}
    return Form(
        by_shape(read, table=table),
        schema,
        lambda value, writing: writer_of(known, value, "code", "")(value, writing),
    )


def _part(value: Any, key: Key) -> Any:
    if isinstance(value, Mapping):
        return value.get(key.name, key.default)
    return getattr(value, key.attribute, key.default)


@attrs.frozen(eq=False)
class Table:
    """A form of tables with known keys; reading it records every fault, not just the first.

    ``build`` gets the value of each key by its attribute, and the table's own name if ``named``;
    ``take`` returns what to write for a key: by default the attribute, or the
    entry of a mapping; what has neither is not written.
    """

    keys: tuple[Key, ...] = attrs.field(converter=tuple_of)
    build: Callable[..., Any]
    take: Callable[[Any, Key], Any] = _part
    named: bool = attrs.field(default=False, kw_only=True)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the table's keys."""
        return tuple(key.name for key in self.keys)

    def need(self, data: Any) -> Mapping[str, Any]:
        """Return data that is a table; otherwise raise ``WrongError``."""
        table: Mapping[str, Any]
        table = need_data(data, Mapping, f"a table with the keys {', '.join(self.names)}")
        return table

    def read(self, data: Any, reading: Reading, path: Path) -> Any:
        """Return the value that a table describes, after recording every fault in it."""
        self.need(data)
        found: dict[str, Any] = {}
        for name in data:
            if name not in self.names:
                reading.fault(
                    (*path, name), WrongError(name, f"the keys {', '.join(self.names)}", self.names)
                )
                found[str(name)] = BROKEN
        for key in self.keys:
            here = (*path, key.name)
            if key.name in data:
                found[key.attribute] = reading.tried(
                    here, key.form.read, data[key.name], reading, here
                )
            elif key.required:
                needed = f"{key.help[:1].lower()}{key.help[1:]}".rstrip(".")
                reading.fault(here, WrongError(MISSING, needed or "a value"))
                found[key.attribute] = BROKEN
            else:
                found[key.attribute] = key.default
        whole(found.values())
        if self.named:
            found["name"] = str(path[-1])
        try:
            return self.build(**found)
        except (DefinitionError, InvalidValueError) as error:  # at its key, where one is named
            attribute = error.where.rpartition(".")[2]
            for key in self.keys:
                if key.attribute == attribute:
                    reading.fault((*path, key.name), WrongError(error.given, error.allowed))
                    raise BrokenError from None
            raise

    def write(self, value: Any, writing: Any) -> dict[str, Any]:
        """Return a value as a table; keys whose value is the default are left out."""
        return dict(self._written(value, writing))

    def _written(self, value: Any, writing: Any) -> Iterator[tuple[str, Any]]:
        for key in self.keys:
            part = self.take(value, key)
            if key.required or part != key.default:
                written = key.form.write(part, writing)
                if written is not MISSING:
                    yield key.name, written

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the table."""
        properties = {
            key.name: {**key.form.schema, **({"description": key.help} if key.help else {})}
            for key in self.keys
        }
        required = [key.name for key in self.keys if key.required]
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }
