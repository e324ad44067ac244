"""What a record is about: categorizers that explain themselves, and who shall work on it."""

from incidentcore.categorization.bayes import NaiveBayes
from incidentcore.categorization.categorizer import (
    Categorization,
    Categorizer,
    Evidence,
    classify,
)
from incidentcore.categorization.combine import (
    Combination,
    Combined,
    FallbackChain,
    FirstMatch,
    MinimumConfidence,
    Vote,
)
from incidentcore.categorization.evaluate import (
    CategorizerReport,
    CategoryScore,
    Confusion,
    ThresholdPoint,
    evaluate_categorizer,
)
from incidentcore.categorization.keywords import KeywordCategorizer
from incidentcore.categorization.model import ModelCategorizer, ProbabilityModel
from incidentcore.categorization.patterns import PatternCategorizer, PatternEngine, PatternRule
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
    "CategorizerReport",
    "CategoryRule",
    "CategoryScore",
    "Combination",
    "Combined",
    "Confusion",
    "Evidence",
    "FallbackChain",
    "FirstMatch",
    "KeywordCategorizer",
    "MinimumConfidence",
    "ModelCategorizer",
    "NaiveBayes",
    "PatternCategorizer",
    "PatternEngine",
    "PatternRule",
    "ProbabilityModel",
    "Route",
    "RoutingRule",
    "RuleCategorizer",
    "STANDARD_TAXONOMY",
    "Taxonomy",
    "ThresholdPoint",
    "Vote",
    "classify",
    "evaluate_categorizer",
    "route",
    "tokenize",
]
