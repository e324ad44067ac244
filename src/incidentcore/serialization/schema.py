"""Generate JSON Schema 2020-12 for documents from the registry that reading and writing use."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.records import Event, Record
from incidentcore.serialization.containers import MAPPINGS, is_union, union_shape
from incidentcore.serialization.registry import TAG, Registry, facts_of
from incidentcore.serialization.scalars import SCALARS
from incidentcore.serialization.upgrades import FORMAT_VERSION

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ANY: Final = "AnyValue"
REF_TEMPLATE: Final = "#/$defs/{model}"
View: TypeAlias = Literal["document", "state"]


def schema_of(kind: Any, registry: Registry, *, view: View, ref_template: str) -> dict[str, Any]:
    """Return the JSON Schema of documents of a type; the arguments are those of ``json_schema``."""
    names = sorted(registry.names_for(kind))
    if not names or (view == "state" and not issubclass(kind, Record)):
        raise InvalidValueError("kind", kind, "a class or base with a written form, or a record")
    if "{model}" not in ref_template:
        raise InvalidValueError("ref_template", ref_template, "text that contains {model}")
    maker = _Maker(registry, ref_template)
    if kind is object:
        names.append("plain")
    documents = [maker.document(name, view) for name in names]
    head = documents[0] if len(documents) == 1 else {"oneOf": documents}
    title = names[0] if len(names) == 1 else getattr(kind, "__name__", str(kind))
    if view == "state":
        title += "State"
    definitions = {name: maker.definitions[name] for name in sorted(maker.definitions)}
    own = f"urn:incidentcore:{FORMAT_VERSION}:{title}"
    return {"$schema": _DIALECT, "$id": own, "title": title, **head, "$defs": definitions}


def _object(properties: dict[str, Any], required: list[str], title: str = "") -> dict[str, Any]:
    return {
        **({"title": title} if title else {}),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


class _Maker:
    """Generates one schema, and collects the definitions that it needs."""

    def __init__(self, registry: Registry, ref_template: str) -> None:
        self._registry = registry
        self._ref_template = ref_template
        self.definitions: dict[str, Any] = {}

    def _ref(self, name: str) -> dict[str, Any]:
        return {"$ref": self._ref_template.replace("{model}", name)}

    def document(self, name: str, view: View = "document") -> dict[str, Any]:
        """Return the schema of a document, or of a record's present state."""
        if view == "state":
            cls: Any = self._registry.classes[name]
            facts = {fact: self.of(kind) for fact, kind in facts_of(cls).items()}
            record_type = {"record_type": {"const": cls.record_type}}
            return self.define(
                f"{name}State",
                lambda: _object(
                    {**facts, **record_type, "version": {"type": "integer", "minimum": 1}},
                    [*facts, "record_type", "version"],
                    f"{name}State",
                ),
            )
        value = self.any() if name == "plain" else self.plain_class(self._registry.classes[name])
        return _object(
            {"type": {"const": name}, "version": {"const": FORMAT_VERSION}, "value": value},
            ["type", "version", "value"],
        )

    def define(self, name: str, make: Any) -> dict[str, Any]:
        """Return a reference to a definition, which is created when first needed."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a class may hold itself
            self.definitions[name] = make()
        return self._ref(name)

    def plain_class(self, cls: type) -> dict[str, Any]:
        return self.define(self._registry.names[cls], lambda: self._class(cls, is_tagged=False))

    def tagged_class(self, cls: type) -> dict[str, Any]:
        name = self._registry.names[cls]
        return self.define(f"{name}Tagged", lambda: self._class(cls, is_tagged=True))

    def _class(self, cls: type, *, is_tagged: bool) -> dict[str, Any]:
        properties: dict[str, Any] = (
            {TAG: {"const": self._registry.names[cls]}} if is_tagged else {}
        )
        required = [TAG] if is_tagged else []
        for field, kind in self._registry.fields_of(cls):
            properties[field.name] = self._field(cls, field.name) or self.of(kind)
            if field.default is attrs.NOTHING:
                required.append(field.name)
        return _object(properties, required, self._registry.names[cls])

    def _field(self, cls: type, name: str) -> dict[str, Any] | None:
        """Return the schema of a field that accepts more, or less, than its type."""
        if issubclass(cls, Record):
            return {"type": "array", "items": self.of(Event), "minItems": 1}
        if issubclass(cls, Event) and name == "fields":
            names = {"enum": sorted(cls.allowed)}
            return {"type": "object", "propertyNames": names, "additionalProperties": self.any()}
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
        if kind in self._registry.families:
            return self._family(self._registry.families[kind])
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
            return {"type": "object", "additionalProperties": self.of(arguments[-1])}
        return self.plain_class(origin or kind)

    def _family(self, members: tuple[type, ...]) -> dict[str, Any]:
        names = "Or".join(sorted(self._registry.names[cls] for cls in members))
        base = next(
            (kind.__name__ for kind, known in self._registry.families.items() if known == members),
            names,
        )
        return self.define(
            f"Any{base}", lambda: {"oneOf": [self.tagged_class(cls) for cls in members]}
        )

    def _union(self, members: tuple[Any, ...]) -> dict[str, Any]:
        shape = union_shape(members, self._registry)
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
        """Return the schema of a value that contains its own type."""
        return self.define(_ANY, self._any)

    def _any(self) -> dict[str, Any]:
        tagged: dict[str, Any] = {
            "$set": {"type": "array", "items": self._ref(_ANY), "uniqueItems": True},
            **{
                f"${scalar.tag}": {"type": scalar.json, **scalar.schema}
                for scalar in SCALARS.values()
                if scalar.tag
            },
            # One level is enough: the class is tested when the document is read.
            **{f"${name}": {"type": "object"} for name in sorted(self._registry.classes)},
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
            "additionalProperties": self._ref(_ANY),
        }
        array = {"type": "array", "items": self._ref(_ANY)}
        leaves = [{"type": leaf} for leaf in ("null", "boolean", "number", "string")]
        return {"anyOf": [*leaves, array, single, plain]}
