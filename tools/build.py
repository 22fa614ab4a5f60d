"""`python -m tools.build` writes out and compresses, once, the files that the page serves."""

from app import app
from serving import files

if __name__ == "__main__":
    files.build(app)
