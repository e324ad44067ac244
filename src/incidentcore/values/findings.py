"""What a lint finds, as a code with data; its text is made from a table of the room's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from incidentcore.values.frozen import FrozenMap

__all__ = ["LintFinding", "Texts", "render_text"]

Texts: TypeAlias = Mapping[str, str]
"""A template for each code, with the names of data in braces; another language is another table."""


def render_text(texts: Texts, code: str, data: Mapping[str, object]) -> str:
    """Return the text of a code: its template, filled with the data.

    Args:
        texts: A template for each code.
        code: The code. One without a template is returned as it is, with the data behind it.
        data: What the template names. Tuples are written as a list with commas.

    >>> render_text({"dead_end": "no action leaves {state}"}, "dead_end", {"state": "waiting"})
    'no action leaves waiting'
    """
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in data.items()
    }
    if code in texts:
        return texts[code].format_map(shown)
    return f"{code} ({', '.join(f'{name}={value}' for name, value in shown.items())})"


def _as_map(data: Mapping[str, object]) -> FrozenMap[object]:
    return data if isinstance(data, FrozenMap) else FrozenMap(data)


@attrs.frozen
class LintFinding:
    """One thing in a rule that cannot work as it was meant, or that is rarely meant.

    Attributes:
        code: What is wrong, as a stable code in snake_case.
        subject: Where: the name of the rule, row, level, state or date.
        data: What the text is made of, by name.
        witness: A value that shows it, such as facts, an instant or a name; None where none is
            needed.
        texts: The templates that ``message`` is made from; not part of the value.

    >>> finding = LintFinding(
    ...     "dead_end",
    ...     "waiting",
    ...     {"state": "waiting"},
    ...     texts={"dead_end": "no action leaves {state}"},
    ... )
    >>> finding.message
    'no action leaves waiting'
    >>> print(finding)
    waiting: no action leaves waiting
    """

    code: str
    subject: str
    data: FrozenMap[object] = attrs.field(factory=FrozenMap, converter=_as_map)
    witness: object = None
    texts: Texts = attrs.field(factory=dict, kw_only=True, eq=False, repr=False)

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        return render_text(self.texts, self.code, self.data)

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}" if self.subject else self.message
