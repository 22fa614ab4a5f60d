"""The page: what can be set, what is worked out, how it is drawn and shown."""
