"""Forecasts of breaches, volume and backlog, each with a back-test."""

from incidentcore.forecast.backlog import (
    BacklogForecast,
    BacklogScore,
    BacklogStep,
    backtest_backlog,
    forecast_backlog,
)
from incidentcore.forecast.backtest import Chance, ForecastScore, backtest_breach
from incidentcore.forecast.breach import (
    STANDARD_CELLS,
    BreachChance,
    BreachModel,
    breach_model,
    expected_resolution,
    merge_models,
)
from incidentcore.forecast.volume import (
    VolumeForecast,
    VolumeScore,
    VolumeStep,
    backtest_volume,
    forecast_volume,
)
from incidentcore.forecast.watch import (
    WatchItem,
    WatchList,
    watch_list,
)

__all__ = [
    "BacklogForecast",
    "BacklogScore",
    "BacklogStep",
    "BreachChance",
    "BreachModel",
    "Chance",
    "ForecastScore",
    "STANDARD_CELLS",
    "VolumeForecast",
    "VolumeScore",
    "VolumeStep",
    "WatchItem",
    "WatchList",
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
