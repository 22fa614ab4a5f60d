from pathlib import Path

ROOT = Path(__file__).parent.parent
"""Folder of the project."""
