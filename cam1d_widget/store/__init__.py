"""Maps of any number of series, computed block by block into a Zarr store: on one machine or a Dask cluster."""

from .block_explainer import BlockExplainer
from .explain_to import explain_to

__all__ = ["BlockExplainer", "explain_to"]
