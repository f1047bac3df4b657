"""Quantile trees for short histories: a CPU model that is trained in seconds."""
