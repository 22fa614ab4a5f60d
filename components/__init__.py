"""The page, in Python: state, results, figures, controls, views."""
