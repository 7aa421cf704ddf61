"""The ground that every room stands on. It knows no app."""
