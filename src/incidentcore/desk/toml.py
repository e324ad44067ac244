"""Find the line of each key in a TOML text, explain syntax errors, and write TOML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Any, Final, TypeAlias

from incidentcore.desk.words import writer_of
from incidentcore.values import FrozenMap

_Path: TypeAlias = tuple[str | int, ...]
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(
    r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_STEP: Final = re.compile(r"[\w-]+|\"([^\"]*)\"|'([^']*)'")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_NO_DATE: Final = "there is no such day or time; write 2026-12-31, or 2026-12-31T18:00:00"
_TRAPS: Final = (
    (re.compile(r"=\s*\{[^}]*$"), "an inline table stands on one line, from { to }"),
    (re.compile(r",\s*\}"), "no comma stands before the closing brace of an inline table"),
    (re.compile(r"[=,\[{]\s*\d{1,2}:\d{2}"), 'times stand in quotes: "08:00-18:00"'),
    (re.compile(r"=\s*\d{2}-\d{2}(?!\d)"), 'a day of every year stands in quotes: "12-24"'),
    (re.compile(r"=\s*\d[\w.]*\s*(?:[a-z]|business)"), 'spans stand in quotes: "4h"'),
    (re.compile(r"=\s*(?:True|False|yes|no)\b"), "booleans are true and false"),
    (re.compile(r"=\s*(?!true|false|inf|nan)[A-Za-z]"), 'texts stand in quotes: "text"'),
    (re.compile("[\u201c-\u201f\u2018\u2019]"), 'quotes are straight: "text"'),
    (re.compile(r"^\s*\[[^\]\"]*\s[^\]]*\]"), "a name with a space stands in quotes"),
    (
        re.compile(
            r"^(?:(?:\"[^\"]*\"|'[^']*'|[^\"'])*?[{,.\[])?\s*[\w-]*[^\W\da-zA-Z_][\w-]*\s*[=.\]]"
        ),
        "a name that is not plain ASCII stands in quotes",
    ),
    (
        re.compile(r"[^\"\d]\d{4}-(?:(?:00|1[3-9]|[2-9]\d)-\d\d|\d\d-(?:00|3[2-9]|[4-9]\d))(?!\d)"),
        _NO_DATE,
    ),
)
_MESSAGES: Final = (
    ("Invalid date or datetime", _NO_DATE),
    ("character '\\n'", "a text on that line is not closed; its last quote is missing"),
    ("Unterminated string", "a text is not closed; its last quote is missing"),
    ('Expected "\'"', "a text is not closed; its last quote is missing"),
    ("Cannot overwrite", "each key may stand once in a table"),
    ("Cannot declare", "each table may stand once; [[NAME]] adds one more of a list"),
)


def hint(text: str, message: str) -> str:
    """Return what is probably wrong in the line of a syntax error; empty if nothing is found."""
    for part, words in _MESSAGES:
        if part in message:
            return words
    match = re.search(r"line (\d+)", message)
    lines = text.splitlines()
    number = int(match[1]) - 1 if match else len(lines) - 1
    for place in (number, number - 1):
        line = lines[place] if 0 <= place < len(lines) else ""
        for pattern, words in _TRAPS:
            if pattern.search(line):
                return words
    is_none = "after a key" in message or "Invalid statement" in message
    return "each line of TOML is KEY = VALUE, [TABLE] or [[TABLE]]" if is_none else ""


def _steps(text: str) -> tuple[str, ...]:
    return tuple(m[1] or m[2] or m[0].strip("\"'") for m in _STEP.finditer(text))


def line_numbers(text: str) -> dict[_Path, int]:
    """Return the line of each table header and key in a file that ``tomllib`` can read.

    What stands in a list of inline tables over several lines has the line of the list's own key.
    """
    found: dict[_Path, int] = {}
    counts: dict[_Path, int] = {}
    here: _Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            here = _steps(header[2])
            for length in range(1, len(here)):
                prefix = here[:length]
                if prefix in counts:
                    here = (*prefix, counts[prefix], *here[length:])
                    break
            if header[1] == "[[":
                counts[here] = counts.get(here, -1) + 1
                found.setdefault(here, number)
                here = (*here, counts[here])
            found.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            path = (*here, *_steps(key[1]))
            found.setdefault(path, number)
    return found


def write_toml(data: Mapping[str, Any]) -> str:
    """Return plain data as TOML: values first, then tables, then lists of tables."""
    return "\n".join(_tables(data, ())).strip("\n") + "\n"


_SHALLOW: Final = ("holidays", "calendars", "priority", "categories", "intake", "import")


def _tables(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    later: list[tuple[str, Any, bool]] = []
    for name, value in data.items():
        deep = isinstance(value, Mapping) and len(path) < 2 and name != "fields"
        deep = deep and (not path or path[0] not in _SHALLOW)
        listed = isinstance(value, list) and value and isinstance(value[0], Mapping) and not path
        if deep or listed:
            later.append((name, value, not deep))
        else:
            yield f"{_key(name)} = {value_text(value)}"
    for name, value, is_list in later:
        here = (*path, name)
        header = ".".join(map(_key, here))
        if is_list:
            for one in value:
                yield f"\n[[{header}]]"
                yield from _tables(one, (*here, "", ""))
        else:
            nested = [part for part in value.values() if not isinstance(part, Mapping)]
            if nested or not value or here[0] in _SHALLOW or len(here) == 2:
                yield f"\n[{header}]"
            yield from _tables(value, here)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(ord(c)) for c in escaped) + '"'


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def _table_text(table: Mapping[str, Any]) -> str:
    inner = ", ".join(f"{_key(name)} = {value_text(one)}" for name, one in table.items())
    return f"{{ {inner} }}" if inner else "{}"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    bool: lambda value: "true" if value else "false",
    str: _text,
    **dict.fromkeys((int, float), repr),
    **dict.fromkeys((date, time), lambda value: value.isoformat()),
    **dict.fromkeys((list, tuple), lambda value: f"[{', '.join(map(value_text, value))}]"),
    **dict.fromkeys((dict, FrozenMap), _table_text),
}


def value_text(value: Any) -> str:
    """Return plain data as a TOML value on one line."""
    allowed = "texts, numbers, booleans, dates, lists and tables"
    return writer_of(_TEXTS, value, "desk", allowed)(value)
