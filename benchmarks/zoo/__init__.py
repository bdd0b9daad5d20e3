"""Other people's models of time series, by library: each a name, the model, its series and its own scores."""
