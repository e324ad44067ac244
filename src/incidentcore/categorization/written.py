"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.categorization.categorizer import Categorizer

WRITTEN: Final = classes_of(
    __name__,
    """
    Calibrated FallbackChain HierarchicalCategorizer KeywordCategorizer NaiveBayes
    PatternCategorizer RuleCategorizer SoftmaxCategorizer Categorization CategoryRule Evidence
    PatternRule RoutingRule Taxonomy CategoryVote=Vote
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Categorizer: tuple(kind for kind in WRITTEN.values() if "__call__" in dir(kind))
}


def _threshold(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "FallbackChain", {"categorizers": [fields["categorizer"]], "minimum": fields["minimum"]}


def _combined(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    vote = {name: value for name, value in fields.get("combination", {}).items() if name != "$type"}
    return "CategoryVote", {"categorizers": fields["categorizers"], **vote}


# Kinds that are part of another kind now, read from their fields in older documents.
MERGED: Final[dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]]] = {
    "CategoryThreshold": _threshold,
    "CategoryVote": lambda fields: ("CategoryVote", {"categorizers": [], **fields}),
    "Combined": _combined,
    "FirstMatch": lambda fields: ("FallbackChain", fields),
}
