"""Measures the product beside what people would otherwise pick: `make benchmark`, docs/benchmarks.md."""
