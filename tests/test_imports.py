"""What an import loads, and how the lazy facade answers."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec
from pathlib import Path
from runpy import run_module

import pytest

import incidentcore
from incidentcore.errors import MissingExtraError

HEAVY = {"asyncio", "cattrs", "dateutil", "hypothesis", "json", "numpy", "pytest"}
# What a star import may load of ours; each module less is a gain.
MOST_LOADED = 200
FACADE = Path(incidentcore.__file__)
ROOMS = {room for room, names in incidentcore._NAMES.items() if room in names.split()}
ROOM_OF = {
    name: room
    for room, names in incidentcore._NAMES.items()
    for name in names.split()
    if name != room
}


@cache
def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh process holds after running the code."""
    done = subprocess.run(  # noqa: S603  our own interpreter on our own line
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def names_for_checkers(path: Path = FACADE) -> dict[str, str]:
    """Return what a type checker sees: name -> module, from the TYPE_CHECKING imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    block = next(
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    found = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom), ast.unparse(node)
        for alias in node.names:
            found[alias.name] = (node.module or "").removeprefix("incidentcore").removeprefix(".")
            again = alias.name == alias.asname or alias.name in incidentcore.__all__
            assert again or path != FACADE, f"write {alias.name} as {alias.name}: a re-export"
    return found


def test_importing_the_library_loads_nothing_heavy() -> None:
    """``import incidentcore`` loads no room and no dependency."""
    loaded = loaded_by("import incidentcore")
    assert "incidentcore" in loaded
    assert not loaded & (HEAVY | {"attrs", "attr", "zoneinfo"})
    assert {name for name in loaded if name.startswith("incidentcore.")} == {"incidentcore._lazy"}


def test_a_star_import_brings_what_checkers_see() -> None:
    """``import *`` brings the same names at run time as for a type checker, the codec included."""
    brought: dict[str, object] = {}
    exec("from incidentcore import *", brought)  # noqa: S102  a literal
    assert set(brought) - {"__builtins__"} == set(incidentcore.__all__)


def test_a_star_import_replaces_nothing_of_the_standard_library() -> None:
    """No public name is that of a thing that callers import beside it."""
    assert not set(incidentcore.__all__) & {"Union", "Optional", "field", "timedelta", "datetime"}


def test_the_front_door_stays_small() -> None:
    """At most 50 names; everything else is imported from its room."""
    assert len(incidentcore.__all__) <= 50


def test_a_calendar_loads_no_codec_and_no_recurrence_rules() -> None:
    """One calendar in office hours needs neither cattrs nor dateutil nor json."""
    loaded = loaded_by(
        "from incidentcore import BusinessCalendar\n"
        "BusinessCalendar(zone='Europe/Berlin', hours={'mon-fri': '09:00-17:00'},"
        " holidays=['2026-12-25'])"
    )
    assert "incidentcore.schedule" in loaded
    assert not loaded & HEAVY


def test_the_table_names_what_is_public() -> None:
    """``__all__`` is sorted, and one table says which room holds each name of it."""
    assert incidentcore.__all__ == sorted(incidentcore.__all__)
    assert incidentcore.__all__ == sorted(ROOM_OF)


def test_checkers_see_the_same_names() -> None:
    """The imports under TYPE_CHECKING name the rooms, and the names of the table in their rooms."""
    seen = names_for_checkers()
    rooms = {name for name, room in seen.items() if not room}
    assert {name: room for name, room in seen.items() if room} == ROOM_OF
    assert rooms == ROOMS


def test_every_room_is_an_attribute() -> None:
    """A room can be reached without an import of its own, and every room can."""
    folder = FACADE.parent
    inner = {"_checks", "_homes", "_lazy", "_version", "_terminal", "__init__", "__main__"}
    inner |= {"cli", "demo"}
    there = {
        path.stem
        for path in folder.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert there - inner == ROOMS
    assert "True" in loaded_by("import incidentcore\nprint(hasattr(incidentcore.sla, 'Target'))")


@pytest.mark.parametrize("name", ROOM_OF)
def test_every_name_of_the_facade_is_its_room_s(name: str) -> None:
    """A name is there, is the room's own object, and is public in that room."""
    room = import_module(f"incidentcore.{ROOM_OF[name]}")
    assert getattr(incidentcore, name) is getattr(room, name)
    assert name == "__version__" or name in room.__all__


def test_dir_names_what_is_not_loaded_yet() -> None:
    """``dir`` shows every public name, for completion in a shell."""
    shown = loaded_by("import incidentcore\nsys.modules.update(dict.fromkeys(dir(incidentcore)))")
    assert set(ROOM_OF) | ROOMS <= shown


def test_a_misspelt_attribute_names_the_right_one() -> None:
    """A misspelt name is refused with what was meant."""
    with pytest.raises(AttributeError, match=r"no attribute 'Intervall'; nearest: Interval$"):
        _ = incidentcore.Intervall
    with pytest.raises(AttributeError, match=r"no attribute 'xyzzy'; import it from its room$"):
        _ = incidentcore.xyzzy


def test_a_misspelt_import_fails() -> None:
    """``from incidentcore import`` of an unknown name is an ImportError that names it."""
    with pytest.raises(ImportError, match="cannot import name 'Intervall' from 'incidentcore'"):
        exec("from incidentcore import Intervall")  # noqa: S102  a literal


def test_a_star_import_stays_small() -> None:
    """It loads no codec, no catalogue, no kind of measure, and no module beside what it needs."""
    loaded = {name for name in loaded_by("from incidentcore import *") if "incidentcore." in name}
    rooms = {name.split(".")[1] for name in loaded}

    assert not loaded & {
        "incidentcore.serialization.codec",
        "incidentcore.kpi.catalogue",
        "incidentcore.kpi.measures.duration",
        "incidentcore.desk.file",
        "incidentcore.categorization.softmax",
    }
    assert not rooms & {"forecast", "frames", "improvement", "report", "simulation", "vendors"}
    assert len(loaded) <= MOST_LOADED


def test_a_star_import_compiles_no_repr() -> None:
    """Its classes share one ``__repr__``: attrs would compile one for each of some 200 classes."""
    compiled = [
        f"{name}.{key}"
        for name in loaded_by("from incidentcore import *")
        if name.startswith("incidentcore.")
        for key, cls in vars(import_module(name)).items()
        if hasattr(cls, "__attrs_attrs__") and cls.__module__ == name
        if cls.__repr__.__code__.co_filename.startswith("<attrs")
    ]

    assert not compiled


@pytest.mark.parametrize("missing", ["numpy", "narwhals"])
def test_frames_name_their_extra(missing: str) -> None:
    """It was Python's error, with a traceback into the library."""
    code = f"import sys; sys.modules[{missing!r}] = None\nimport incidentcore.frames"
    ended = subprocess.run(  # noqa: S603  this interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.stderr.endswith("python -m pip install 'incidentcore[frames]'\n")


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "absent", "extra"),
    [
        ("incidentcore.adapters.dask", "dask", "dask"),
        ("incidentcore.adapters.spark", "pyarrow", "spark"),
        ("incidentcore.adapters.sqlalchemy", "sqlalchemy", "sqlalchemy"),
        ("incidentcore.frames", "numpy", "frames"),
    ],
)
def test_a_room_without_its_extra_names_it(
    name: str, absent: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import says what to install."""
    pytest.importorskip(name)
    forget(monkeypatch, name)
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(MissingExtraError, match=rf"incidentcore\[{extra}\]"):
        import_module(name)


@pytest.mark.process
def test_another_module_that_is_missing_is_not_taken_for_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broken installation is not mended by installing the extra again."""
    pytest.importorskip("incidentcore.frames")
    forget(monkeypatch, "incidentcore.frames")
    monkeypatch.setitem(sys.modules, "incidentcore.frames.clock", None)
    with pytest.raises(ModuleNotFoundError, match=r"incidentcore\.frames\.clock"):
        import_module("incidentcore.frames")


@pytest.mark.process
def test_laws_without_hypothesis_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room is there, with its contracts; each law and strategy says what to install."""
    known = import_module("incidentcore.testing")
    where = known.__spec__
    assert where is not None
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    room = module_from_spec(where)
    assert where.loader is not None
    where.loader.exec_module(room)
    assert room.StoreContract is known.StoreContract
    assert {name for name in known.__all__ if getattr(room, name, None) is None} == set()
    with pytest.raises(MissingExtraError, match=r"incidentcore\.testing\.check_sla needs"):
        room.check_sla()


def forget(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a module and those below it be imported again until the end of the test."""
    for each in [*sys.modules]:
        if each == name or each.startswith(f"{name}."):
            monkeypatch.delitem(sys.modules, each)
    parent, _, last = name.rpartition(".")
    if hasattr(sys.modules[parent], last):
        monkeypatch.setattr(sys.modules[parent], last, getattr(sys.modules[parent], last))


def test_a_room_is_an_attribute_before_it_is_imported() -> None:
    """The facade imports it when it is asked for, once."""
    assert incidentcore.__getattr__("forecast") is sys.modules["incidentcore.forecast"]


def test_the_package_is_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``python -m incidentcore`` is the command line; importing its module starts nothing."""
    monkeypatch.setattr(sys, "argv", ["incidentcore", "--version"])
    monkeypatch.delitem(sys.modules, "incidentcore.__main__", raising=False)
    import_module("incidentcore.__main__")
    assert capsys.readouterr().out == ""
    monkeypatch.delitem(sys.modules, "incidentcore.__main__")
    with pytest.raises(SystemExit) as ended:
        run_module("incidentcore", run_name="__main__")
    assert not ended.value.code
    assert capsys.readouterr().out == f"incidentcore {incidentcore.__version__}\n"
