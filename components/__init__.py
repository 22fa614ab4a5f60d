"""The page: its ids, its state, its figures, its views."""
