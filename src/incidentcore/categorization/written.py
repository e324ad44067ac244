"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.categorization.bayes import NaiveBayes
from incidentcore.categorization.categorizer import Categorization, Categorizer, Evidence
from incidentcore.categorization.combine import (
    Combination,
    Combined,
    FallbackChain,
    FirstMatch,
    MinimumConfidence,
    Vote,
)
from incidentcore.categorization.keywords import KeywordCategorizer
from incidentcore.categorization.patterns import PatternCategorizer, PatternRule
from incidentcore.categorization.rules import CategoryRule, Route, RoutingRule, RuleCategorizer
from incidentcore.categorization.taxonomy import Taxonomy

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Combined": Combined,
    "FallbackChain": FallbackChain,
    "FirstMatch": FirstMatch,
    "KeywordCategorizer": KeywordCategorizer,
    "NaiveBayes": NaiveBayes,
    "PatternCategorizer": PatternCategorizer,
    "RuleCategorizer": RuleCategorizer,
    "CategoryThreshold": MinimumConfidence,
    "Categorization": Categorization,
    "CategoryRule": CategoryRule,
    "Evidence": Evidence,
    "PatternRule": PatternRule,
    "Route": Route,
    "RoutingRule": RoutingRule,
    "Taxonomy": Taxonomy,
    "CategoryVote": Vote,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Categorizer: (
        Combined,
        FallbackChain,
        FirstMatch,
        KeywordCategorizer,
        NaiveBayes,
        PatternCategorizer,
        RuleCategorizer,
        MinimumConfidence,
    ),
    Combination: (Vote,),
}
