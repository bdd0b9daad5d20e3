"""Filters of a layer: their values, kernels and class weights, and what they respond to."""
