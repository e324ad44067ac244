"""Categorization: a record's category with its reasons, and the group that should work on it."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.categorization.bayes import NaiveBayes
    from incidentcore.categorization.calibration import Calibrated, calibrate
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
        comparison_table,
        cross_validate,
        evaluate_categorizer,
    )
    from incidentcore.categorization.hierarchy import HierarchicalCategorizer
    from incidentcore.categorization.keywords import KeywordCategorizer
    from incidentcore.categorization.model import ModelCategorizer
    from incidentcore.categorization.patterns import PatternCategorizer, PatternRule
    from incidentcore.categorization.rules import (
        CategoryRule,
        Route,
        RoutingRule,
        RuleCategorizer,
        route,
    )
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
    "Route",
    "RoutingRule",
    "RuleCategorizer",
    "STANDARD_TAXONOMY",
    "SoftmaxCategorizer",
    "Taxonomy",
    "Vote",
    "calibrate",
    "classify",
    "compare_categorizers",
    "comparison_table",
    "cross_validate",
    "evaluate_categorizer",
    "route",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "bayes": "NaiveBayes",
            "calibration": "Calibrated calibrate",
            "categorizer": "Categorization Categorizer Evidence classify",
            "categorizer_report": "CategorizerReport",
            "combine": "FallbackChain Vote",
            "evaluate": "compare_categorizers comparison_table cross_validate evaluate_categorizer",
            "hierarchy": "HierarchicalCategorizer",
            "keywords": "KeywordCategorizer",
            "model": "ModelCategorizer",
            "patterns": "PatternCategorizer PatternRule",
            "rules": "CategoryRule Route RoutingRule RuleCategorizer route",
            "softmax": "SoftmaxCategorizer",
            "taxonomy": "STANDARD_TAXONOMY Taxonomy",
        },
    )
