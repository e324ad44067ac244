"""Forecasts of breaches, volume and backlog, each with a back-test."""

from incidentcore.forecast.backlog import (
    BacklogForecast,
    BacklogScore,
    backtest_backlog,
    forecast_backlog,
)
from incidentcore.forecast.backtest import Chance, ForecastScore, backtest_breach
from incidentcore.forecast.breach import (
    BreachChance,
    BreachModel,
    breach_model,
    expected_resolution,
    merge_models,
)
from incidentcore.forecast.volume import (
    VolumeForecast,
    VolumeScore,
    backtest_volume,
    forecast_volume,
)
from incidentcore.forecast.watch import watch_list

__all__ = [
    "BacklogForecast",
    "BacklogScore",
    "BreachChance",
    "BreachModel",
    "Chance",
    "ForecastScore",
    "VolumeForecast",
    "VolumeScore",
    "backtest_backlog",
    "backtest_breach",
    "backtest_volume",
    "breach_model",
    "expected_resolution",
    "forecast_backlog",
    "forecast_volume",
    "merge_models",
    "watch_list",
]
