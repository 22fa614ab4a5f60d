"""EM itself: the two steps, the runs they make, when those stop, and what the data say at their end."""
