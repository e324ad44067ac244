"""What a record is about: categorizers that explain themselves, and who shall work on it."""

from incidentcore.categorization.categorizer import (
    Categorization,
    Categorizer,
    Evidence,
    classify,
)
from incidentcore.categorization.keywords import KeywordCategorizer
from incidentcore.categorization.rules import (
    CategoryRule,
    Route,
    RoutingRule,
    RuleCategorizer,
    route,
)
from incidentcore.categorization.taxonomy import STANDARD_TAXONOMY, Taxonomy
from incidentcore.categorization.tokens import tokenize

__all__ = [
    "Categorization",
    "Categorizer",
    "CategoryRule",
    "Evidence",
    "KeywordCategorizer",
    "Route",
    "RoutingRule",
    "RuleCategorizer",
    "STANDARD_TAXONOMY",
    "Taxonomy",
    "classify",
    "route",
    "tokenize",
]
