"""The market's pages: each view asks a reading, and shows what it gives."""
