"""PyTorch modules as classifiers of time series."""
