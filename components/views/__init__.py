"""The views of the page: layout() and register(app) each."""
