"""Templates for the text of an update, with placeholders for fields of the record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import attrs

from incidentcore._checks import SharedRepr, as_texts, need_text
from incidentcore.conditions.access import reader
from incidentcore.errors import DefinitionError
from incidentcore.records import Record
from incidentcore.values import Actor, FrozenMap

_read: Final = lru_cache(maxsize=1024)(reader)  # compiling a path takes longer than reading it
_PLACE: Final = re.compile(r"\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\}")


def as_text(value: object) -> str:
    """Return a field's value as readable text; empty if it has no value."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Actor():
            return value.id
        case datetime():
            return value.isoformat()
        case Mapping():
            return ", ".join(f"{key}: {as_text(inner)}" for key, inner in sorted(value.items()))
        case AbstractSet():
            return ", ".join(sorted(map(as_text, value)))
        case tuple() | list():
            return ", ".join(map(as_text, value))
    return str(value)


@attrs.frozen
class Rendering(SharedRepr):
    """The result of filling a template.

    Attributes:
        text: The text with every value filled in; empty if a value is missing.
        missing: The names of the placeholders and fields without a value.
    """

    text: str
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether no value is missing."""
        return not self.missing


@attrs.frozen
class UpdateTemplate(SharedRepr):
    """The text of an update, with placeholders for fields of the record.

    Attributes:
        name: The template's name.
        text: The text; ``{title}`` or ``{custom.region}`` is replaced by that field of the record.
            It may be empty if you store the wording elsewhere and only need ``fields``.
        fields: All fields that must have a value: those in the text, and any others that you pass.
        given: The placeholders that the sender fills in, such as ``next_update``.

    Raises:
        DefinitionError: The text has an unmatched brace, a name is not a field's path, or a name in
            ``given`` has no placeholder.

    >>> from incidentcore.communication import UpdateTemplate
    >>> template = UpdateTemplate("first", "We look into {title}. Impact: {business_impact}.")
    >>> template.fields
    ('title', 'business_impact')
    """

    name: str
    text: str = ""
    fields: tuple[str, ...] = attrs.field(default=(), converter=as_texts, kw_only=True)
    given: tuple[str, ...] = attrs.field(default=(), converter=as_texts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_text("template.name", self.name, DefinitionError, "text")
        need_text("template.text", self.text, DefinitionError, empty=True)
        places = tuple(_PLACE.findall(self.text))
        rest = _PLACE.sub("", self.text)
        if "{" in rest or "}" in rest:
            raise DefinitionError(
                f"{self.name}.text", self.text, "braces around the name of a field only"
            )
        for name in self.given:
            if name not in places:
                raise DefinitionError(f"{self.name}.given", name, "a placeholder of the text")
        read = [name for name in places if name not in self.given]
        fields = tuple(dict.fromkeys((*read, *self.fields)))
        for path in fields:
            reader(path)
        object.__setattr__(self, "fields", fields)

    def fill(self, subject: Record | dict[str, Any], /) -> tuple[FrozenMap[str], tuple[str, ...]]:
        """Return the fields' values as text, by name, and the names of fields without a value.

        Args:
            subject: A record, or a mapping from the names of its fields to their values.

        Raises:
            InvalidValueError: The template names a field that the record does not have.
        """
        values = {path: as_text(_read(path)(subject)) for path in self.fields}
        missing = tuple(path for path, text in values.items() if not text)
        return FrozenMap({path: text for path, text in values.items() if text}), missing

    def render(self, subject: Record | dict[str, Any], /, **given: object) -> Rendering:
        """Return the text with its values filled in, or the names of the values that are missing.

        Args:
            subject: A record, or a mapping from the names of its fields to their values.
            given: The values that the sender fills in; they may replace values of fields too.

        Raises:
            InvalidValueError: The template names a field that the record does not have.

        >>> from incidentcore.communication import UpdateTemplate
        >>> template = UpdateTemplate(
        ...     "next", "{title}: more at {next_update}.", given="next_update"
        ... )
        >>> template.render({"title": "Mail is down"}).missing
        ('next_update',)
        >>> template.render({"title": "Mail is down"}, next_update="10:30").text
        'Mail is down: more at 10:30.'
        """
        known, _ = self.fill(subject)
        values = {**known, **{name: as_text(value) for name, value in given.items()}}
        missing = tuple(name for name in (*self.fields, *self.given) if not values.get(name))
        if missing:
            return Rendering("", missing)
        return Rendering(_PLACE.sub(lambda place: values[place[1]], self.text))
