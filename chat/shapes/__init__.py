"""Shapes of requests (`writing`), of socket commands (`frames`) and of answers (`reading`) of this room."""
