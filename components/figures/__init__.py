"""Pure functions that return plotly figures, and their colours."""
