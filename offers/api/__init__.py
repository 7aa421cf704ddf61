"""The market over REST: each view translates, makes one call, and translates back."""
