"""What may come in at the doors of the market, and how things look on the way out."""
