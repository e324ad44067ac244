"""``incidentcore explain``: the clocks of records, what is due, and what comes next, for whom."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from incidentcore._checks import nearest
from incidentcore.cli import inputs
from incidentcore.desk import explain_record
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Record
from incidentcore.serialization import loads

_NAMES: Final = {"file": "FILE", "id": "--id", "record": "--record"}
_WAYS: Final = (["file", "id"], ["record"])


def add_explain(commands: Any) -> None:
    """Add the command and its options."""
    about = "print the clocks of records, what is due and what comes next, for whom"
    command = commands.add_parser("explain", help=about)
    add = command.add_argument
    add("desk", type=Path, metavar="DESK.toml")
    add("--code", metavar="NAME,…", help="callables that the desk file names")
    inputs.add_file(command, "?", "--now")
    add("--id", nargs="+", help="the records of FILE to explain")
    add(
        "--record",
        type=Path,
        nargs="+",
        metavar="RECORD.json",
        help="records as JSON, instead of FILE; then --now is the clock's by default",
    )
    add("--trace", action="store_true", help="also print each clock's lines")
    inputs.add_words(command, "the text")
    command.set_defaults(run=_explain, form="text")


def _explain(arguments: argparse.Namespace) -> str:
    desk = inputs.read_desk(arguments)
    given = [name for name in _NAMES if getattr(arguments, name)]
    if given not in _WAYS:
        said = " and ".join(_NAMES[name] for name in given) or "neither"
        allowed = "FILE with --id ID, or --record RECORD.json alone"
        raise InvalidValueError("explain", f"{said} alone" if len(given) == 1 else said, allowed)
    if arguments.record:
        inputs.need_effect(arguments, inputs.READING, "only with FILE")
        now = inputs.instant_or_now(arguments, "as_of", desk.zone)
        records = [_record(path) for path in arguments.record]
    else:
        _, incidents, now = inputs.read_incidents(
            arguments, inputs.reading_options(arguments, desk)
        )
        by_id: dict[str, Record] = {one.id: one for one in incidents}
        for name in arguments.id:
            if name not in by_id:
                raise InvalidValueError("--id", name, f"an id of FILE{nearest(name, by_id)}")
        records = [by_id[name] for name in arguments.id]
    texts = (explain_record(desk, record, now=now, trace=arguments.trace) for record in records)
    return "\n\n".join(text.in_words(inputs.words_of(arguments)) for text in texts)


def _record(path: Path) -> Record:
    try:
        record: Record = loads(path.read_bytes(), Record)
    except FormatError as error:
        raise FormatError(f"{path}: {problem}" for problem in error.problems) from None
    return record
