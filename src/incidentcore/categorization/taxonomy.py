"""The tree of categories, given as paths from the most general to the most specific."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, are_texts, as_tuple, need_kind, need_several, tuple_of
from incidentcore.errors import DefinitionError, InvalidValueError

Path: TypeAlias = tuple[str, ...]
Labeled: TypeAlias = Iterable[tuple[Any, Iterable[str] | str]]


def as_path(category: Iterable[str] | str, name: str = "category") -> Path:
    """Return a category as a path, a tuple of names; plain text is a path of one name.

    Raises:
        InvalidValueError: The path is empty, or a name in it is empty or not text.
    """
    if type(category) is tuple and are_texts(category):
        return category
    allowed = 'a category path such as ("network", "vpn")'
    need_kind(name, category, (str, tuple, list), allowed=allowed)
    path = as_tuple(category, str)
    if not are_texts(path):
        raise InvalidValueError(name, category, allowed)
    return path


def as_paths(categories: Iterable[Iterable[str] | str]) -> tuple[Path, ...]:
    """Return each category as a path, a tuple of names."""
    return tuple(as_path(category) for category in tuple_of(categories))


def labeled_pairs(labeled: Labeled) -> Iterator[tuple[Any, Path]]:
    """Yield the record or text of each pair, with its category as a path."""
    allowed = "pairs of (record or text, category)"
    for place, pair in enumerate(need_several("labeled", labeled, allowed)):
        try:
            subject, category = need_several("pair", pair, allowed)
        except (InvalidValueError, TypeError, ValueError):
            raise InvalidValueError(f"labeled[{place}]", pair, allowed) from None
        yield subject, as_path(category)


def path_text(path: Path) -> str:
    """Return the path of a category as readable text, such as ``network / vpn``."""
    return " / ".join(path)


def _nested(tree: Mapping[str, Any], above: Path) -> Iterator[Path]:
    for step, below in tree.items():
        path = (*above, step)
        yield path
        if isinstance(below, Mapping):
            yield from _nested(below, path)
        else:
            yield from ((*path, name) for name in below)


def _with_ancestors(tree: Any) -> tuple[Path, ...]:
    paths: set[Path] = set()
    for entry in _nested(tree, ()) if isinstance(tree, Mapping) else tuple_of(tree):
        try:
            path = as_path(entry)
        except InvalidValueError as error:
            raise DefinitionError("paths", entry, error.allowed) from None
        paths.update(path[:length] for length in range(1, len(path) + 1))
    if not paths:
        raise DefinitionError("paths", tree, "at least one category")
    return tuple(sorted(paths))


@attrs.frozen
class Taxonomy(SharedRepr):
    """A tree of categories.

    Attributes:
        paths: Every category as a path, sorted. You may leave out categories that have others below
            them, or pass a mapping from each category to those below it.

    Raises:
        DefinitionError: ``paths`` is empty, or the name of a category is empty or not text.

    >>> from incidentcore.categorization import Taxonomy
    >>> desk = Taxonomy({"network": ["vpn", "wireless"], "hardware": {"printer": ["paper"]}})
    >>> desk.children(("network",))
    (('network', 'vpn'), ('network', 'wireless'))
    >>> ("hardware", "printer") in desk
    True
    """

    paths: tuple[Path, ...] = attrs.field(converter=_with_ancestors)

    @property
    def roots(self) -> tuple[Path, ...]:
        """Return the top categories, which are the most general."""
        return self.children(())

    @property
    def leaves(self) -> tuple[Path, ...]:
        """Return the categories that have no subcategories."""
        inner = {path[:-1] for path in self.paths}
        return tuple(path for path in self.paths if path not in inner)

    def children(self, path: Path) -> tuple[Path, ...]:
        """Return the direct subcategories of a category; for ``()``, the top categories."""
        return tuple(each for each in self.paths if each[:-1] == path)

    def check(self, category: Iterable[str] | str) -> Path:
        """Return a category's path if it is in the tree.

        Raises:
            InvalidValueError: The category is not in the tree; the error lists the allowed
                categories.
        """
        path = as_path(category)
        if path not in self.paths:
            known: Path = path
            while known and known not in self.paths:
                known = known[:-1]
            below = ", ".join(child[-1] for child in self.children(known)) or "nothing"
            where = f"below {path_text(known)}" if known else "at the top"
            raise InvalidValueError("category", path, f"a category of the tree; {where}: {below}")
        return path

    def __contains__(self, path: object) -> bool:
        return path in self.paths

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


# A place to start from: the seven types of incident that service desks commonly distinguish. What
# lies below them is our choice.
STANDARD_TAXONOMY: Final = Taxonomy(
    {
        "hardware": ["computer", "mobile device", "peripheral", "printer", "server", "storage"],
        "software": [
            "business application",
            "email",
            "installation",
            "license",
            "operating system",
        ],
        "network": ["connectivity", "dns", "firewall", "performance", "vpn", "wireless"],
        "security": ["account lockout", "data leak", "malware", "phishing", "unauthorized access"],
        "data": ["backup and restore", "corruption", "loss", "quality"],
        "user error": ["forgotten password", "misconfiguration", "training need"],
        "system crash": ["application crash", "database outage", "host outage", "service outage"],
    }
)
