"""What may come in at the doors of this room, and how things look on the way out."""
