"""Whether foreign selling of US Treasuries moves yields, and whether allied buying offsets it.

Names are imported when they are first used: ``import econ`` itself costs nothing.
"""

from typing import TYPE_CHECKING, Any

from econ.threads import imported
from econ.version import __version__ as __version__

if TYPE_CHECKING:
    from econ.data import Dataset
    from econ.data.catalogue import catalogue
    from econ.data.events import events
    from econ.data.load import load
    from econ.estimate import ConfidenceSet, Estimate, Unavailable
    from econ.eventstudy import EventStudy
    from econ.multiverse import SpecificationCurve
    from econ.parallel import quiet
    from econ.projection import (
        GranularInstrument,
        LocalProjection,
        LocalProjectionDiD,
        PanelProjection,
        PathProjection,
        granular_instrument,
    )
    from econ.responses.plot import plot_responses
    from econ.saved import load_result, save
    from econ.tables.compare import compare
    from econ.var import (
        IRF,
        VAR,
        VECM,
        AsymmetricMinnesota,
        BayesianVAR,
        Cholesky,
        CommonVolatility,
        FactorAugmentedVAR,
        Heteroskedasticity,
        KernelVAR,
        LongRun,
        MaxShare,
        Minnesota,
        MixedFrequencyVAR,
        MovingBlock,
        NonGaussian,
        OutlierScaling,
        Proxy,
        Residual,
        ShockContribution,
        ShockSign,
        SignRestrictions,
        TimeVaryingVAR,
        Wild,
        lag_order,
    )

_ROOMS = (
    "data",
    "errors",
    "eventstudy",
    "infer",
    "multiverse",
    "offset",
    "projection",
    "report",
    "responses",
    "saved",
    "simulate",
    "tables",
    "testing",
    "var",
)
_HOMES = {
    "econ.data": "Dataset",
    "econ.data.catalogue": "catalogue",
    "econ.data.events": "events",
    "econ.data.load": "load",
    "econ.estimate": "ConfidenceSet Estimate Unavailable",
    "econ.eventstudy": "EventStudy",
    "econ.multiverse": "SpecificationCurve",
    "econ.parallel": "quiet",
    "econ.projection": (
        "GranularInstrument LocalProjection LocalProjectionDiD PanelProjection PathProjection granular_instrument"
    ),
    "econ.saved": "load_result save",
    "econ.responses.plot": "plot_responses",
    "econ.tables.compare": "compare",
    "econ.var": (
        "AsymmetricMinnesota BayesianVAR Cholesky CommonVolatility FactorAugmentedVAR Heteroskedasticity IRF "
        "KernelVAR LongRun MaxShare Minnesota MixedFrequencyVAR MovingBlock NonGaussian OutlierScaling Proxy "
        "Residual ShockContribution ShockSign SignRestrictions TimeVaryingVAR VAR VECM Wild lag_order"
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "AsymmetricMinnesota",
    "BayesianVAR",
    "Cholesky",
    "CommonVolatility",
    "ConfidenceSet",
    "Dataset",
    "Estimate",
    "EventStudy",
    "FactorAugmentedVAR",
    "GranularInstrument",
    "Heteroskedasticity",
    "IRF",
    "KernelVAR",
    "LocalProjection",
    "LocalProjectionDiD",
    "LongRun",
    "MaxShare",
    "Minnesota",
    "MixedFrequencyVAR",
    "MovingBlock",
    "NonGaussian",
    "OutlierScaling",
    "PanelProjection",
    "PathProjection",
    "Proxy",
    "Residual",
    "ShockContribution",
    "ShockSign",
    "SignRestrictions",
    "SpecificationCurve",
    "TimeVaryingVAR",
    "Unavailable",
    "VAR",
    "VECM",
    "Wild",
    "catalogue",
    "compare",
    "events",
    "granular_instrument",
    "lag_order",
    "load",
    "load_result",
    "plot_responses",
    "quiet",
    "save",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(imported(_HOME[name]), name)
    if name in _ROOMS:
        return imported(f"econ.{name}")
    raise AttributeError(f"module 'econ' has no attribute {name!r}; public names are in econ.__all__.")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
