"""Who drives what, where, and is free: `Trucks`, places, distances, sign-in by code or link."""
