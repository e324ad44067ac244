"""JSON Schema 2020-12 for every document, made from the same table as reading and writing."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.records import Event, Record
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization.containers import MAPPINGS, is_union, union_shape
from incidentcore.serialization.registry import (
    CLASSES,
    EVENTS,
    FAMILIES,
    NAMES,
    TAG,
    fields_of,
    names_for,
)
from incidentcore.serialization.scalars import SCALARS
from incidentcore.serialization.upgrade import FORMAT_VERSION

__all__ = ["json_schema"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ANY: Final = "any"


def json_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of the documents that hold a value of a type.

    A document that ``dumps`` writes is valid against it. The other way round it says what a schema
    can say: what the classes themselves test, such as a state's flags, is tested when it is read.

    Args:
        kind: A class, or a base such as ``Record`` or ``Condition``; ``object`` for any.

    Returns:
        A schema of draft 2020-12, complete in itself, with a definition for each class.

    Raises:
        InvalidValueError: The type has no written form.

    >>> from incidentcore.values import Actor
    >>> schema = json_schema(Actor)
    >>> schema["properties"]["value"], schema["$defs"]["Actor"]["required"]
    ({'$ref': '#/$defs/Actor'}, ['id'])
    """
    names = sorted(names_for(kind))
    if not names:
        raise InvalidValueError("kind", kind, "a class or base with a written form")
    maker = _Maker()
    if kind is object:
        names.append("plain")
    documents = [maker.document(name) for name in names]
    head = documents[0] if len(documents) == 1 else {"oneOf": documents}
    title = names[0] if len(names) == 1 else getattr(kind, "__name__", str(kind))
    definitions = {name: maker.definitions[name] for name in sorted(maker.definitions)}
    return {"$schema": _DIALECT, "title": title, **head, "$defs": definitions}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: dict[str, Any], required: list[str], title: str = "") -> dict[str, Any]:
    return {
        **({"title": title} if title else {}),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


class _Maker:
    """Makes one schema, and remembers which definitions it needs."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def document(self, name: str) -> dict[str, Any]:
        value = self.any() if name == "plain" else self.plain_class(CLASSES[name])
        return _object(
            {"type": {"const": name}, "version": {"const": FORMAT_VERSION}, "value": value},
            ["type", "version", "value"],
        )

    def define(self, name: str, make: Any) -> dict[str, Any]:
        """Return a reference to a definition, which is made when it is first needed."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a class may hold itself
            self.definitions[name] = make()
        return _ref(name)

    def plain_class(self, cls: type) -> dict[str, Any]:
        return self.define(NAMES[cls], lambda: self._class(cls, is_tagged=False))

    def tagged_class(self, cls: type) -> dict[str, Any]:
        name = NAMES[cls]
        return self.define(f"{name}.tagged", lambda: self._class(cls, is_tagged=True))

    def _class(self, cls: type, *, is_tagged: bool) -> dict[str, Any]:
        properties: dict[str, Any] = {TAG: {"const": NAMES[cls]}} if is_tagged else {}
        required = [TAG] if is_tagged else []
        if issubclass(cls, Record):
            properties["history"] = {"type": "array", "items": self.of(Event), "minItems": 1}
            return _object(properties, [*required, "history"], NAMES[cls])
        for field, kind in fields_of(cls):
            properties[field.name] = self._field(cls, field.name) or self.of(kind)
            if field.default is attrs.NOTHING:
                required.append(field.name)
        return _object(properties, required, NAMES[cls])

    def _field(self, cls: type, name: str) -> dict[str, Any] | None:
        """Return what a field takes beyond what its type says."""
        hours = {"type": ["string", "array"], "items": {"type": "string"}}
        if cls is BusinessCalendar and name in ("hours", "special"):
            return {"type": "object", "additionalProperties": hours}
        if cls is BusinessCalendar and name == "breaks":
            breaks = {"type": "array", "items": self.plain_class(CLASSES["Break"])}
            return {"type": "object", "additionalProperties": breaks}
        if cls is BusinessCalendar and name == "holidays":
            date = {"type": "string", "format": "date"}
            holiday = self.plain_class(CLASSES["Holiday"])
            return {"type": "array", "items": {"anyOf": [date, holiday]}}
        if cls in EVENTS and name == "fields":
            allowed = sorted(getattr(cls, "allowed", ()))
            names = {"propertyNames": {"enum": allowed}} if allowed else {}
            return {"type": "object", **names, "additionalProperties": self.any()}
        return None

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a field of a type."""
        origin: Any = get_origin(kind)
        arguments = get_args(kind)
        if kind in SCALARS:
            scalar = SCALARS[kind]
            return {"type": scalar.json, **scalar.schema}
        if kind in (object, Any) or isinstance(kind, TypeVar):
            return self.any()
        if kind in FAMILIES:
            return self._family(FAMILIES[kind])
        if is_union(kind):
            return self._union(arguments)
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is tuple and arguments[-1:] != (...,):
            items = [self.of(item) for item in arguments]
            return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is frozenset:
            return {"type": "array", "items": self.of(arguments[0]), "uniqueItems": True}
        if origin in MAPPINGS:
            values = self.of(arguments[1 if len(arguments) > 1 else 0])
            return {"type": "object", "additionalProperties": values}
        return self.plain_class(origin or kind)

    def _family(self, members: tuple[type, ...]) -> dict[str, Any]:
        names = "|".join(sorted(NAMES[cls] for cls in members))
        base = next((kind.__name__ for kind, known in FAMILIES.items() if known == members), names)
        return self.define(
            f"{base}.any", lambda: {"oneOf": [self.tagged_class(cls) for cls in members]}
        )

    def _union(self, members: tuple[Any, ...]) -> dict[str, Any]:
        shape = union_shape(members)
        if shape is None:
            return self.any()
        classes, others, is_tagged = shape
        options = [self.of(kind) for kind in others.values()]
        if is_tagged:
            options.extend(self.tagged_class(cls) for cls in classes)
        else:
            options.extend(self.plain_class(cls) for cls in classes)
        return options[0] if len(options) == 1 else {"anyOf": options}

    def any(self) -> dict[str, Any]:
        """Return the schema of a value that says itself what it is."""
        return self.define(_ANY, self._any)

    def _any(self) -> dict[str, Any]:
        tagged: dict[str, Any] = {
            "$set": {"type": "array", "items": _ref(_ANY), "uniqueItems": True},
            **{
                f"${scalar.tag}": {"type": scalar.json, **scalar.schema}
                for scalar in SCALARS.values()
                if scalar.tag
            },
            # One level is enough: the class is tested when the document is read.
            **{f"${name}": {"type": "object"} for name in sorted(CLASSES)},
        }
        single = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": tagged,
            "additionalProperties": False,
        }
        plain = {
            "type": "object",
            "propertyNames": {"pattern": r"^([^$]|\$\$|$)"},
            "additionalProperties": _ref(_ANY),
        }
        array = {"type": "array", "items": _ref(_ANY)}
        leaf = {"type": ["null", "boolean", "number", "string"]}
        return {"anyOf": [leaf, array, single, plain]}
