"""Every id of an element that Python makes. Scripts in assets/ name the elements that they make themselves.

Ids of a parameter's controls contain its name: see `slider`, `box` and others.
"""

from __future__ import annotations

CONFIG = "config"
FIRST_LOAD = "first-load"
THEME = "theme"
LATER_VIEWS = "later-views"
WANTED_VIEWS = "wanted-views"
SKIP = "skip"
MAIN = "main"
THEME_CHOICE = "theme-choice"

VIEWS = {
    "gaussian": "Gaussian mixture",
    "exponential": "Exponential mixture",
    "run": "Run EM",
    "background": "Background",
}
"""View -> name of its tab, in order."""


def figure(name: str) -> str:
    """Id of a figure's place."""
    return f"{name}-figure"


GAUSSIAN_FIGURE = figure("gaussian")
EXPONENTIAL_FIGURE = figure("exponential")
DATA_FIGURE = figure("data")
POSTERIOR_FIGURE = figure("posterior")
LOG_LIKELIHOOD_FIGURE = figure("log-likelihood")
BOUND_FIGURE = figure("bound")
PARAMETERS_FIGURE = figure("parameters")
SURFACE_FIGURE = figure("surface")
STARTS_FIGURE = figure("starts")
CHOICE_FIGURE = figure("choice")
FIGURE_KEYS = "figure-keys"
SURFACE_KEYS = "surface-keys"

RUN_BUTTON = "run-button"
RUN_REQUEST = "run-request"
RUN_REPLY = "run-reply"
RUN_STATUS = "run-status"
RUN_SENTENCE = "run-sentence"
RUN_TABLE = "run-table"
RUN_NOTE = "run-note"
PREDICT = "predict"
TRUE_LEGEND = "true-legend"
POSTERIOR_LEGEND = "posterior-legend"
GAUSSIAN_COMPONENTS = "gaussian-components"
EXPONENTIAL_COMPONENTS = "exponential-components"
PARAMETRISATION = "parametrisation"
Y_AXIS = "y-axis"
NOTEBOOK_CURVE = "notebook-curve"
GAUSSIAN_QUANTITY = "gaussian-quantity"
EXPONENTIAL_QUANTITY = "exponential-quantity"
PEAKS = "peaks"

RUN_ANNOUNCEMENT = "run-announcement"
WALK_SLIDER = "walk-slider"
WALK_PLACE = "walk-place"
WALK_ANNOUNCEMENT = "walk-announcement"
WALK_START, WALK_BACK, WALK_PLAY, WALK_FORWARD, WALK_END = (
    f"walk-{name}" for name in ("start", "back", "play", "forward", "end")
)
E_STEP, M_STEP = "e-step", "m-step"
ADVANCED = "advanced"
SETTINGS = "run-settings"
SETTINGS_BUTTON = "settings-button"
QUESTIONS = "questions"
QUESTIONS_BUTTON = "questions-button"
MORE_TABS = "more-tabs"
MORE_BUTTON = "more-button"
STUDY_REQUEST = "study-request"
STUDY_REPLY = "study-reply"
EXPORT_REQUEST = "export-request"
EXPORT_REPLY = "export-reply"
EXPORT_WORDS = "export-words"
HANDOUT_HEAD = "handout-head"
HANDOUT_FOOT = "handout-foot"

LINK_PROBLEMS = "link-problems"
FIGURES_FAILED = "figures-failed"
TOUR = "tour"
PRESENT = "present"
COPY_LINK = "copy-link"
SHARE = "share"
REVEAL = "reveal"
OPEN_FULL = "open-full"
QR_REQUEST = "qr-request"
QR_REPLY = "qr-reply"

SHARE_DIALOG = "share-dialog"
SHARE_TITLE = "share-title"
SHARE_CLOSE = "share-close"
SHARE_LINK = "share-link"
SHARE_COPY = "share-copy"
SHARE_LENGTH = "share-length"
SHARE_PROBLEM = "share-problem"
SHARE_VIEW = "share-view"
SHARE_THEME = "share-theme"
SHARE_ITERATION = "share-iteration"
SHARE_SNIPPET = "share-snippet"
SHARE_COPY_SNIPPET = "share-copy-snippet"
SHARE_QR = "share-qr"
SHARE_LARGE = "share-large"
SHARE_PREVIEW = "share-preview"
SHARE_FRAME = "share-frame"
QR_DIALOG = "qr-dialog"
QR_LARGE = "qr-large"
QR_ADDRESS = "qr-address"
QR_CLOSE = "qr-close"

SOURCE = "source"
FAMILY = "family"
OWN_PANEL = "own-panel"
OWN_INPUT = "own-input"
OWN_REQUEST = "own-request"
OWN_REPLY = "own-reply"
TRUE_TABLE = "true-table"
START_FROM = "start-from"
METHOD = "method"
START_TABLE = "start-table"
COLOUR_BY = "colour-by"
X_SCALE = "x-scale"
DATA_LEGEND = "data-legend"
STARTS_LEGEND = "starts-legend"
ABOUT = "about-source"

BACKGROUND_ARTICLE = "background-article"
BACKGROUND_HTML = "background-html"


def tab(view: str) -> str:
    """Id of a view's tab."""
    return f"tab-{view}"


def panel(view: str) -> str:
    """Id of a view's section."""
    return f"view-{view}"


def panel_tab(name: str) -> str:
    """Id of the tab of a panel of Run EM."""
    return f"panel-tab-{name}"


def run_panel(name: str) -> str:
    """Id of a panel of Run EM."""
    return f"panel-{name}"


def curve_name(view: str) -> str:
    """Id of the name of an explorer's strong line in the legend."""
    return f"{view}-curve-name"


def reset(view: str) -> str:
    """Id of an explorer's Reset button."""
    return f"{view}-reset"


def sentence(of: str) -> str:
    """Id of the sentence under a figure: an explorer's, by its view, or a run's, by the id of the figure."""
    return f"{of}-sentence"


def announcement(view: str) -> str:
    """Id of the hidden copy of that sentence, for screen readers; it changes when the sliders rest."""
    return f"{view}-announcement"


def draw(view: str) -> str:
    """Id of the button that draws points from an explorer's mixture."""
    return f"{view}-draw"


def clear(view: str) -> str:
    """Id of the button that removes the points."""
    return f"{view}-clear"


def drawn(view: str) -> str:
    """Id of the sentence about the points."""
    return f"{view}-drawn"


def other_weight(view: str) -> str:
    """Id of the number that shows 1 - π1."""
    return f"{view}-pi2"


def slider(name: str) -> str:
    """Id of a parameter's slider."""
    return f"{name}-slider"


def box(name: str) -> str:
    """Id of a parameter's number box."""
    return f"{name}-box"


def box_place(name: str) -> str:
    """Id of the room for a parameter's number box."""
    return f"{box(name)}-place"


def error(name: str) -> str:
    """Id of the message under a refused value."""
    return f"{name}-error"


def preset(name: str) -> str:
    """Id of the button of a preset."""
    return f"preset-{name}"


def study(name: str) -> str:
    """Id of the button that requests a study."""
    return f"study-{name}"


def study_words(name: str) -> str:
    """Id of the text about a study."""
    return f"study-{name}-words"


def study_table(name: str) -> str:
    """Id of a study's table."""
    return f"study-{name}-table"


def export(what: str) -> str:
    """Id of the button that exports something of a run."""
    return f"export-{what}"


def try_again(place: str) -> str:
    """Id of the button to repeat a failed request; `place` is the id of the message beside it."""
    return f"{place}-again"


def row(name: str) -> str:
    """Id of a parameter's row."""
    return f"{name}-row"


def labels(name: str) -> tuple[str, str]:
    """Ids of a parameter's two labels, the slider's and the box's."""
    return f"{name}-slider-label", f"{name}-box-label"


def option(choice: str, value: str) -> str:
    """Id of one button of a choice."""
    return f"{choice}-{value}"


def selected(choice: str) -> str:
    """Id of the list of a choice."""
    return f"{choice}-select"
