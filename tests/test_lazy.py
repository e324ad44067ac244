"""Rooms that load a module of theirs when a name of it is first used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pytest
from tests.test_imports import FACADE, names_for_checkers

from incidentcore._lazy import classes_of, lazy_names


def lazy_rooms() -> list[str]:
    rooms = sorted(FACADE.parent.glob("*/__init__.py"))
    return [path.parent.name for path in rooms if "lazy_names" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("room", lazy_rooms())
def test_a_lazy_room_has_what_checkers_see(room: str) -> None:
    """Each name of a room is the object of the module that its imports for checkers name."""
    module = import_module(f"incidentcore.{room}")
    seen = names_for_checkers(FACADE.parent / room / "__init__.py")

    assert seen.keys() <= set(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        value = getattr(module, name)
        source = import_module(f"incidentcore.{seen[name]}") if name in seen else module
        assert value is getattr(source, name)
        # a function with the name of its module would be replaced by it when that is loaded
        assert name not in seen or isinstance(value, ModuleType) or seen[name] != f"{room}.{name}"


def test_a_lazy_room_refuses_what_it_has_not() -> None:
    """As a plain module does, with the name that was meant."""
    with pytest.raises(
        AttributeError, match=r"^module 'incidentcore\.kpi' has no attribute 'Kpis'; nearest: Kpi\b"
    ):
        _ = import_module("incidentcore.kpi").Kpis
    with pytest.raises(ImportError, match=r"^cannot import name 'Kpis' from 'incidentcore\.kpi'"):
        exec("from incidentcore.kpi import Kpis")  # noqa: S102  a literal


@pytest.mark.parametrize(
    ("room", "hint"), [("incidentcore", "; import it from its room"), ("incidentcore.kpi", "")]
)
def test_a_name_like_no_other_is_in_a_room_of_the_package(room: str, hint: str) -> None:
    """The package says so; a room knows of no other place."""
    load, _ = lazy_names(room, {"digest": "content_id"})
    with pytest.raises(AttributeError) as refused:
        load("Zebra")
    assert str(refused.value) == f"module {room!r} has no attribute 'Zebra'{hint}"


def test_the_room_of_a_name_that_errors_mention_is_known() -> None:
    """To the package, which does not load the room to say so."""
    with pytest.raises(AttributeError, match=r"'Duration'; it is in incidentcore\.kpi$"):
        _ = import_module("incidentcore").Duration


def test_a_name_of_a_module_is_the_module() -> None:
    """And not an object of that name in it."""
    load, known = lazy_names("incidentcore", {"digest": "digest content_id"})
    assert load("digest") is import_module("incidentcore.digest")
    assert load("content_id") is import_module("incidentcore.digest").content_id
    assert {"digest", "content_id"} <= {*known()}


def test_classes_are_found_by_their_own_name_or_another() -> None:
    """In the package of the module that lists them, and in the order of the list."""
    found = classes_of("incidentcore.values.written", "State Step=Level\n  Actor")
    module = import_module("incidentcore.values")
    assert list(found.items()) == [
        ("State", module.State),
        ("Step", module.Level),
        ("Actor", module.Actor),
    ]
    with pytest.raises(AttributeError, match=r"no attribute 'Sate'; nearest: State\b"):
        classes_of("incidentcore.values.written", "Sate")


def test_what_the_machinery_asks_for_is_refused_without_advice() -> None:
    """A private name is not misspelt: there is no nearest one."""
    kpi = import_module("incidentcore.kpi")
    with pytest.raises(AttributeError) as error:
        kpi._no_such_name  # noqa: B018
    assert str(error.value) == "module 'incidentcore.kpi' has no attribute '_no_such_name'"
