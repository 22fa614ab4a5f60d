"""Questions about fits. These names are for the page; `em` does not export them."""

from em.studies.admissible import FEWEST, MANY, NARROWEST, ROUNDING, USUAL
from em.studies.restarts import SAME
from em.studies.search import LONG
from em.studies.starts import NUDGE, seeded_starts

__all__ = ["FEWEST", "LONG", "MANY", "NARROWEST", "NUDGE", "ROUNDING", "SAME", "USUAL", "seeded_starts"]
