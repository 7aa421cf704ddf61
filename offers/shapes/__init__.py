"""Shapes of requests (`writing`) and answers (`reading`) of the market."""
