class CannotAdopt(Exception):
    """Why it cannot go on: one sentence for whoever operates the installation."""
