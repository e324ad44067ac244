"""Categorization: a record's category with its reasons, and the group that should work on it."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.categorization.bayes import NaiveBayes
    from incidentcore.categorization.calibration import Calibrated
    from incidentcore.categorization.categorizer import (
        Categorization,
        Categorizer,
        Evidence,
        classify,
    )
    from incidentcore.categorization.categorizer_report import CategorizerReport
    from incidentcore.categorization.combine import FallbackChain, Vote
    from incidentcore.categorization.evaluate import (
        compare_categorizers,
        cross_validate,
        evaluate_categorizer,
    )
    from incidentcore.categorization.hierarchy import HierarchicalCategorizer
    from incidentcore.categorization.keywords import KeywordCategorizer
    from incidentcore.categorization.model import ModelCategorizer
    from incidentcore.categorization.patterns import PatternCategorizer, PatternRule
    from incidentcore.categorization.rules import CategoryRule, RoutingRule, RuleCategorizer, route
    from incidentcore.categorization.softmax import SoftmaxCategorizer
    from incidentcore.categorization.taxonomy import STANDARD_TAXONOMY, Taxonomy

__all__ = [
    "Calibrated",
    "Categorization",
    "Categorizer",
    "CategorizerReport",
    "CategoryRule",
    "Evidence",
    "FallbackChain",
    "HierarchicalCategorizer",
    "KeywordCategorizer",
    "ModelCategorizer",
    "NaiveBayes",
    "PatternCategorizer",
    "PatternRule",
    "RoutingRule",
    "RuleCategorizer",
    "STANDARD_TAXONOMY",
    "SoftmaxCategorizer",
    "Taxonomy",
    "Vote",
    "classify",
    "compare_categorizers",
    "cross_validate",
    "evaluate_categorizer",
    "route",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "bayes": "NaiveBayes",
            "calibration": "Calibrated",
            "categorizer": "Categorization Categorizer Evidence classify",
            "categorizer_report": "CategorizerReport",
            "combine": "FallbackChain Vote",
            "evaluate": "compare_categorizers cross_validate evaluate_categorizer",
            "hierarchy": "HierarchicalCategorizer",
            "keywords": "KeywordCategorizer",
            "model": "ModelCategorizer",
            "patterns": "PatternCategorizer PatternRule",
            "rules": "CategoryRule RoutingRule RuleCategorizer route",
            "softmax": "SoftmaxCategorizer",
            "taxonomy": "STANDARD_TAXONOMY Taxonomy",
        },
    )
