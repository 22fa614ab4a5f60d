"""The page's state: what can be set, and how it is read. No Dash."""
