"""A class's own data, as text or bytes, read as numbers."""
