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
    from incidentcore.categorization.categorizer_report import (
        CategorizerReport,
        CategoryScore,
        Confusion,
        ReliabilityBin,
        ThresholdPoint,
    )
    from incidentcore.categorization.combine import FallbackChain, Vote
    from incidentcore.categorization.evaluate import (
        compare_categorizers,
        comparison_table,
        cross_validate,
        evaluate_categorizer,
    )
    from incidentcore.categorization.hierarchy import HierarchicalCategorizer, roll_up
    from incidentcore.categorization.keywords import KeywordCategorizer
    from incidentcore.categorization.model import ModelCategorizer, ProbabilityModel
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
    from incidentcore.categorization.tokens import tokenize

__all__ = [
    "Calibrated",
    "Categorization",
    "Categorizer",
    "CategorizerReport",
    "CategoryRule",
    "CategoryScore",
    "Confusion",
    "Evidence",
    "FallbackChain",
    "HierarchicalCategorizer",
    "KeywordCategorizer",
    "ModelCategorizer",
    "NaiveBayes",
    "PatternCategorizer",
    "PatternRule",
    "ProbabilityModel",
    "ReliabilityBin",
    "Route",
    "RoutingRule",
    "RuleCategorizer",
    "STANDARD_TAXONOMY",
    "SoftmaxCategorizer",
    "Taxonomy",
    "ThresholdPoint",
    "Vote",
    "calibrate",
    "classify",
    "compare_categorizers",
    "comparison_table",
    "cross_validate",
    "evaluate_categorizer",
    "roll_up",
    "route",
    "tokenize",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "bayes": "NaiveBayes",
            "calibration": "Calibrated calibrate",
            "categorizer": "Categorization Categorizer Evidence classify",
            "categorizer_report": (
                "CategorizerReport CategoryScore Confusion ReliabilityBin ThresholdPoint"
            ),
            "combine": "FallbackChain Vote",
            "evaluate": "compare_categorizers comparison_table cross_validate evaluate_categorizer",
            "hierarchy": "HierarchicalCategorizer roll_up",
            "keywords": "KeywordCategorizer",
            "model": "ModelCategorizer ProbabilityModel",
            "patterns": "PatternCategorizer PatternRule",
            "rules": "CategoryRule Route RoutingRule RuleCategorizer route",
            "softmax": "SoftmaxCategorizer",
            "taxonomy": "STANDARD_TAXONOMY Taxonomy",
            "tokens": "tokenize",
        },
    )
