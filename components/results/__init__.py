"""What the server works out. No Dash."""
