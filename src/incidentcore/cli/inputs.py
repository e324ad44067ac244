"""Options that several commands share, and functions that read their files."""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from io import UnsupportedOperation
from pathlib import Path
from typing import Any, Final, NoReturn, get_args
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_word
from incidentcore._terminal import WatchedPath, with_progress
from incidentcore.conditions import Condition, field
from incidentcore.desk import Desk, load_desk
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.instants import as_utc, as_zone, from_iso
from incidentcore.kpi.moments import FIELDS
from incidentcore.kpi.periods import Unit
from incidentcore.records import Incident
from incidentcore.vendors import Import, describe_columns, read_table
from incidentcore.vendors.kit import LevelTable
from incidentcore.vendors.profiles import PROFILES, desk_options, read_profile
from incidentcore.vendors.table_presets import TABLE_PRESETS
from incidentcore.words import ENGLISH, GERMAN, Phrase, Words

ALIASES: Final = {"group": "assignment_group"}  # as --map calls it
AUDIT: Final = "servicenow-audit"
_GUESSED: Final = (
    "read as a ServiceNow audit log, since neither --profile nor --map says what the file is"
)
_OURS: Final = ("is_guessed", "page_zone")  # of the options, which no reader takes
READING: Final = ("profile", "map", "states", "levels", "sheet", "zone", "time_format")
_COLUMNS: Final = "'incidentcore columns FILE' guesses a --map"
_LEAVES_OUT: Final = ("malformed_record", "no_opening", "missing_time", "unreadable_time")


# For an argument of a function its option, and its key in [import] of a desk.
_NAMES: Final = {
    "mapping": ("map", "map"),
    "formats": ("time-format", "times"),
    "states": ("states", "states"),
    **dict.fromkeys(("priority", "impact", "urgency"), ("levels", "levels")),
    **{name: (name, name) for name in ("profile", "sheet", "zone", "delimiter", "encoding")},
    **dict.fromkeys(("group_by", "field"), ("by", "")),
    **dict.fromkeys(("test", "figure"), ("fail-on", "")),
    "section": ("only", ""),
    "hours": ("clock", ""),
    "min_n": ("least", ""),
}


def add_file(
    command: argparse.ArgumentParser, nargs: str | None = None, instant: str = "--as-of"
) -> None:
    """Add the file argument and the options for how it is read, and for which instant."""
    add = command.add_argument
    add("file", type=Path, nargs=nargs, metavar="FILE", help="the export, gzip or not")
    add(
        "--profile",
        choices=PROFILES,
        help="what the file is; table where --map is given, servicenow-audit otherwise",
    )
    for option, form, text in (
        ("map", "FIELD=COLUMN", "for a table: id, opened, resolved, closed, state, priority, …"),
        ("states", "WORD=STATE", "what the file's words for states mean, such as Parked=on_hold"),
        ("levels", "[FIELD.]WORD=LEVEL", "its words for levels: P1=critical, impact.Big=high"),
    ):
        about = f"{text}; may be repeated"
        add(f"--{option}", action="extend", nargs="+", metavar=form, help=about)
    add_sheet(command)
    add("--zone", help="the zone of times without an offset; default: UTC")
    add(
        "--time-format",
        action="append",
        help="for a table: a strptime format, iso, epoch_s, epoch_ms or excel; tried in order",
    )
    add(
        instant,
        dest="as_of",
        metavar="TIME",
        help="an ISO time; default: the latest instant in the file",
    )


def add_desk(command: argparse.ArgumentParser, what: str) -> None:
    """Add the option that names a desk file."""
    command.add_argument("--desk", type=Path, metavar="DESK.toml", help=what)
    command.add_argument("--code", metavar="NAME,…", help="callables that the desk file names")


def add_sheet(command: argparse.ArgumentParser) -> None:
    """Add the option that names the sheet of a spreadsheet."""
    command.add_argument(
        "--sheet",
        metavar="NAME|NUMBER",
        help="the sheet of a spreadsheet; default: the first that has headings of tickets",
    )


def add_form(command: argparse.ArgumentParser, *forms: str) -> None:
    """Add an option for each output format other than text."""
    group = command.add_mutually_exclusive_group()
    for form in forms:
        group.add_argument(
            f"--{form}",
            action="store_const",
            dest="form",
            const=form,
            help=f"print as {form.upper() if form != 'markdown' else 'Markdown'}",
        )


def add_words(command: argparse.ArgumentParser, what: str) -> None:
    """Add the option for the language of a text."""
    add = command.add_argument
    add("--words", choices=("en", "de"), default="en", help=f"the language of {what}")


def by_option(error: Exception, arguments: argparse.Namespace) -> Exception:
    """Return an error that names the option, or the key of ``[import]``, whose value is wrong."""
    if not isinstance(error, (InvalidValueError, DefinitionError)):
        return error
    option, key = _NAMES.get(error.where.partition("[")[0], ("", ""))
    desk = _desk_path(arguments)
    is_given = getattr(arguments, option.replace("-", "_"), None) is not None
    if not is_given and not (desk and key):
        return error
    where = f"--{option}" if is_given else f"{desk}: import.{key}"
    return InvalidValueError(where, error.given, error.allowed.removeprefix("a State, or "))


def _desk_path(arguments: argparse.Namespace) -> Path | None:
    return getattr(arguments, "desk", None) or getattr(arguments, "before", None)


def need_effect(arguments: argparse.Namespace, names: Iterable[str], allowed: str) -> None:
    """Refuse the first of several options that is given, since it would have no effect."""
    for name in names:
        if (value := getattr(arguments, name, None)) is not None:
            option = value if name == "form" else name.replace("_", "-")
            raise InvalidValueError(f"--{option}", value, allowed)


def words_of(arguments: argparse.Namespace) -> Words:
    """Return the language that ``--words`` names."""
    return GERMAN if arguments.words == "de" else ENGLISH


def read_desk(arguments: argparse.Namespace) -> Desk:
    """Return the desk that a desk file describes, with the calendar feeds in the same folder."""
    path: Path = arguments.desk
    names = code.split(",") if (code := getattr(arguments, "code", None)) else ()
    return load_desk(
        path.read_bytes(),
        code={name.strip(): _uncalled for name in names},
        files={
            one.name: one.read_text("utf-8", "replace")
            for one in path.parent.glob("*.ics")
            if one.is_file()
        },
        source=str(path),
    )


def desk_of(arguments: argparse.Namespace) -> Desk | None:
    """Return the desk that ``--desk`` names; None if it is not given."""
    if arguments.desk is not None:
        return read_desk(arguments)
    need_effect(arguments, ["code"], "only with --desk")
    return None


def check_import(desk: Desk, source: str) -> None:
    """Check that the ``[import]`` table of a desk file can be used to read a file."""
    options = desk_options(desk)
    profile, mapping = options.get("profile", "table"), options.get("mapping", {})
    need_word(f"{source}: import.profile", profile, PROFILES)
    base = TABLE_PRESETS.get(profile, {}).get("mapping", {})
    if mapping and (base or profile == "table"):
        formats = options.get("formats") or "iso"
        read_table((), {**base, **mapping}, zone=options["zone"], formats=formats)


def _uncalled(*_: object) -> NoReturn:
    raise InvalidValueError("--code", "a callable", "only a check; call load_desk to run it")


def start_of_today(zone: ZoneInfo) -> datetime:
    """Return the start of today in a zone, so that a command prints the same all day."""
    return datetime.combine(datetime.now(zone).date(), time.min, zone)


def reading_options(arguments: argparse.Namespace, desk: Desk | None = None) -> dict[str, Any]:
    """Return the reading options: those of the command line, otherwise those of the desk.

    The entry ``is_guessed`` is True if neither names a profile or maps columns; ``page_zone`` is
    the zone of the page and of the options' times, that of the desk if there is one. ``--states``
    adds to the desk's table of states; ``--levels`` replaces its table of levels.
    """
    mapping: dict[str, Any] = pairs_of("--map", arguments.map, "FIELD=COLUMN")
    stated: dict[str, Any] = {}
    if desk is not None:
        if mapping:  # which may name the desk's own fields, as the map of its [import] does
            columns = {**desk.imports.get("map", {}), **mapping}  # type: ignore[dict-item]  # a table
            desk = attrs.evolve(desk, imports={**desk.imports, "map": columns})
        stated = desk_options(desk)
        mapping = stated.get("mapping", {})
    states: dict[str, Any] = pairs_of("--states", getattr(arguments, "states", None), "WORD=STATE")
    if states and desk is not None:
        known = {state.name: state for state in desk.lifecycle("incident").states}
        states = {word: known.get(name, name) for word, name in states.items()}
    if states:
        stated["states"] = stated["states"] | states if "states" in stated else states
    levels: dict[str, dict[str, str]] = {}
    words = pairs_of("--levels", getattr(arguments, "levels", None), "[FIELD.]WORD=LEVEL")
    for word, level in words.items():
        field, dot, rest = word.partition(".")
        is_named = dot and field in ("priority", "impact", "urgency")
        levels.setdefault(field if is_named else "priority", {})[rest if is_named else word] = level
    if levels:
        stated["levels"] = LevelTable(**levels)
    given = arguments.zone or stated.get("zone")
    zone = None if given is None else as_zone(given, "--zone")
    return {
        **stated,
        "page_zone": zone if desk is None or arguments.zone else desk.zone,
        "profile": arguments.profile or stated.get("profile", "table" if mapping else AUDIT),
        "is_guessed": not (arguments.profile or "profile" in stated or mapping),
        "mapping": mapping,
        "zone": zone,
        "formats": arguments.time_format or stated.get("formats", ()),
        "sheet": getattr(arguments, "sheet", None) or stated.get("sheet"),
    }


def listed(texts: Iterable[str]) -> list[str]:
    """Return the names in the values of an option, each of which is a name or several.

    A name with a comma is written in quotes, as in CSV.
    """
    lines = (re.sub(r"[\r\n\0]", " ", text) for text in texts)
    return [name.strip() for row in csv.reader(lines, skipinitialspace=True) for name in row]


def need_no_heading(option: str, names: Iterable[str], options: Mapping[str, Any]) -> None:
    """Refuse the heading of a column that is read as a field; name the field instead."""
    preset = TABLE_PRESETS.get(options["profile"], {})
    mapping = {**preset.get("mapping", {}), **options["mapping"]}
    fields = {str(column).casefold(): field for field, column in mapping.items()}
    for name in names:
        heading = name.removeprefix("custom.")
        field = fields.get(heading.casefold())
        known = (*FIELDS, *ALIASES, *get_args(Unit), *mapping)
        if field is not None and heading not in known:
            ways = (field, f"{field}_at", f"custom.{field}")
            path = next((way for way in ways if way in (*FIELDS, *ALIASES)), ways[-1])
            raise InvalidValueError(option, name, f"{path} for the column of this heading")


def about_page(as_of: datetime, zone: ZoneInfo | None) -> tuple[tuple[str, str], ...]:
    """Return the instant of a page and its time zone, to show below the heading."""
    return (
        ("as of", as_of.astimezone(zone or UTC).isoformat()),
        ("zone", Phrase("UTC (no zone given)") if zone is None else zone.key),
    )


def instant_or_now(arguments: argparse.Namespace, name: str, zone: ZoneInfo | None) -> datetime:
    """Return the instant that an option gives, as ``instant_of`` does, or the current time."""
    return instant_of(arguments, name, zone) or datetime.now(UTC)


def cut_pair(text: str, *, last: bool = False) -> tuple[str, str, str]:
    """Return the parts of ``name=value``: before, at and after the first or last equals sign.

    A name in quotes, as in CSV, may hold equals signs itself.
    """
    quoted = re.fullmatch(r'\s*"((?:[^"]|"")+)"\s*(=)(.*)', text, re.DOTALL)
    cut = text.rpartition("=") if last else text.partition("=")
    name, equals, value = (part.strip() for part in (quoted.groups() if quoted else cut))
    return name.replace('""', '"') if quoted else name, equals, value


def pairs_of(option: str, texts: Iterable[str] | None, form: str) -> dict[str, str]:
    """Return the values of an option that is given as ``name=value``, by name.

    A word of a file may hold an equals sign itself: the last one separates it from its meaning.
    """
    pairs: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = cut_pair(text, last="WORD" in form)
        if not equals or not name or not value or name in pairs:
            raise InvalidValueError(option, text, f"{form}, each once")
        pairs[name] = value
    return pairs


def read_incidents(
    arguments: argparse.Namespace, options: dict[str, Any]
) -> tuple[Import[Incident], Iterable[Incident], datetime]:
    """Return the opened input, its incidents, and the instant for which the page is computed.

    If no instant is given, it is the latest one in the file, so all incidents are read first;
    otherwise they are read lazily.
    """
    arguments.opened = path = WatchedPath(arguments.file)
    try:
        stated = {name: one for name, one in options.items() if name not in _OURS}
        reading = read_profile(path, **stated)
    except UnsupportedOperation:
        raise FormatError(f"{path}: is a pipe, which cannot be read twice; save it first") from None
    except FormatError as error:
        if path.suffix == ".toml":
            form = f"the form is {arguments.form_of_use}"
            raise FormatError(f"{path}: a desk file, where an export belongs; {form}") from None
        if not options["is_guessed"]:
            raise
        desk = _desk_path(arguments)
        first = "" if desk is None else f"{desk} has no [import] with a profile or map; "
        profile = describe_columns(path, sheet=options["sheet"]).profile
        looks = f"it looks like --profile {profile}" if profile else _COLUMNS
        raise FormatError(f"{first}{error}; {_GUESSED}; {looks}") from None
    as_of = instant_of(arguments, "as_of", options["page_zone"])
    if as_of is not None:
        return reading, with_progress(reading, path), as_of
    incidents = list(with_progress(reading, path))
    if reading.latest is None:
        raise FormatError(f"{_nothing_read(reading)} @ {arguments.file}")
    return reading, incidents, reading.latest


def _nothing_read(reading: Import[Incident]) -> str:
    placed = [one for one in reading.findings if one.row or one.key]
    if not placed:
        return "it has no records"
    more, worst = "", next((one for one in placed if one.code in _LEAVES_OUT), placed[0])
    if worst.code == "unreadable_time":
        form = "such as --time-format '%d.%m.%Y %H:%M'"
        more = f"; state how times are written, {form} (incidentcore columns FILE names what fits)"
    return f"no incident comes of it; first: {worst}{more}"


def instant_of(arguments: argparse.Namespace, name: str, zone: ZoneInfo | None) -> datetime | None:
    """Return the instant that an option gives; without an offset it is in the given zone."""
    text = getattr(arguments, name)
    if text is None:
        return None
    try:
        at = from_iso(datetime, text)
        return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=zone or UTC))
    except ValueError:
        option = f"--{name.replace('_', '-')}"
        raise InvalidValueError(option, text, "an ISO time such as 2026-06-01T09:00Z") from None


def opened_within(arguments: argparse.Namespace, zone: ZoneInfo | None) -> dict[str, Condition]:
    """Return the conditions of ``--since`` and ``--until``, by their texts."""
    opened, tests = field("opened_at"), dict[str, Condition]()
    since, until = since_until(arguments, zone)
    if since is not None:
        tests[f"opened since {arguments.since}"] = opened >= since
    if until is not None:
        tests[f"opened before {arguments.until}"] = opened < until
    return tests


def since_until(
    arguments: argparse.Namespace, zone: ZoneInfo | None
) -> tuple[datetime | None, datetime | None]:
    """Return the instants of ``--since`` and ``--until``; refuse a second that is not later."""
    since, until = (instant_of(arguments, name, zone) for name in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise InvalidValueError("--until", arguments.until, f"a time after {arguments.since}")
    return since, until
