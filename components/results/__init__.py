"""Results that the server computes. No Dash."""
