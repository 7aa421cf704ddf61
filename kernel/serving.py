"""Where `make run` serves: written down, so that links made in another shell lead there."""

from pathlib import Path

PORT = 8000


def served_port(var_dir: Path) -> int:
    """The port that `make run` took last, or the one that it takes unless told otherwise."""
    try:
        return int((var_dir / "port").read_text())
    except (OSError, ValueError):
        return PORT


def write_down_port(var_dir: Path, port: int) -> None:
    (var_dir / "port").write_text(f"{port}\n")
