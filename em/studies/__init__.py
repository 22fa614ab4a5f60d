"""What is asked about fits: where to start, which optimum, how many components, and what a run shows."""
