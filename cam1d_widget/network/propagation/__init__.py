"""Backward passes other than the gradient: DeepLIFT, layer-wise relevance propagation, guided backpropagation."""
