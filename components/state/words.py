"""Words and sentences of the page; the browser fills in the {names} in braces."""

from __future__ import annotations

SIGNS = ("●", "◆", "■", "▲", "✚")
"""Mark of component 0, 1, … in text."""

INVITATIONS = {
    "gaussian": "Drag μ1, or its ring in the figure, until the two modes merge into one.",
    "exponential": "Set λ1 to 0.1 and λ2 to 1, then switch to the log axis: two straight lines and a bend.",
    "background": "Follow the derivation step by step; what it claims can be tried in Run EM.",
}
"""View -> what to try first."""

EXPLORED = "Mixture and components"
"""Title of an explorer's figure."""

QUANTITIES = {
    "density": {"axis": "density p(x)", "curve": "Mixture density"},
    "cumulative": {"axis": "cumulative distribution F(x)", "curve": "Cumulative F(x)"},
}
"""Quantity that an explorer draws -> title of the y axis, name of the strong line."""

MIXTURE, COMPONENTS, HISTOGRAM = "Mixture", "Components", "Histogram"
TRUE_VALUES, ON_SHOW = "True values", "Iteration on show"
NOTEBOOK_CURVE = "Notebook’s curve"
CRITERIA = {"aic": "AIC", "bic": "BIC"}
LOWEST = "Lowest"
WEIGHTED = "{sign} Component {k}, weighted"
LABEL = "{sign} Label {k}"
"""Names of curves and marks, in figures and legends."""

SENTENCES = {
    "gaussian": "Mean {mean}, standard deviation {std}. {modes}",
    "one_mode": "One mode, at x = {at}: unimodal.",
    "many_modes": "{count} modes, at x = {at}: bimodal.",
    "exponential": "Mean {mean}, standard deviation {std}, CV² {cv2}, half-life {half_life}.",
    "mode": "mode {at}",
    "gaussian_cumulative": "F(x), the probability of at most x, is steepest near the modes.",
    "exponential_cumulative": "F(x), the probability of at most x, is ½ at the half-life.",
    "notebook_cumulative": "The notebook’s curve is no density: it has no F(x).",
    "no_points": "Where the curve is high, points are many.",
    "points": "{count} points drawn: {found} from component 1 (expected {expected}).",
    "points_all": "{count} points drawn, the most there can be: {found} from component 1 (expected {expected}).",
    "points_gone": "Points removed: they were drawn from the curve before.",
    "notebook": "The notebook’s dashed curve encloses {area}, not 1, so it is no density.",
    "notebook_one": "The notebook’s dashed curve encloses 1 here, by chance: in general it is no density.",
    "true_labels": "Marks are coloured by true label.",
    "likely_labels": "Without labels, marks are coloured by the likeliest component.",
    "one_colour": "Marks have one colour: the one component is responsible for all.",
    "responsibility": "Marks are coloured by responsibility, from component 1 to component 0.",
    "certainty": "Marks are coloured by the likeliest component, paler where it is less sure.",
    "proportions": "Weights are taken in proportion: {weights}.",
    "at_iteration": "Iteration {t} of {last}",
    "at_start": "Iteration {t}",
    "start_is": "Log-likelihood of the start: {ell}.",
    "e_step": "E-step done: the responsibilities q are those of these parameters. Log-likelihood {ell}{gain}.",
    "m_step": "M-step done: these parameters fit the responsibilities q best. Log-likelihood {ell}{gain}.",
    "leap": "Log-likelihood {ell}{gain}.",
    "gain": " (+{gain})",
    "after_m": "After the M-step to iteration {t} of {last}",
    "log_likelihood_is": "Log-likelihood {ell}",
    "surface": "{symbol}{across} across, {symbol}{up} up; all else held as at iteration {t}{of}. {marks}{pale} A run "
    "changes the other parameters too: along its path these heights are not its log-likelihoods.",
    "surface_path": "Circle: start. Diamond: end.",
    "surface_start": "Circle: start.",
    "of_earlier": " of an earlier run",
    "earlier_are_pale": " Pale: earlier runs.",
    "component_head": "Component",
    "rho": "ρ",
    "rho_is": " = {symbol}",
    "surface_compared": "Both methods from the same start: EM (dashed) needs {em} passes over the data, "
    "the accelerated run (strong) {passes}. ",
    "surface_unfinished": "Both methods from the same start: EM (dashed) has not converged after {em} passes "
    "over the data, the accelerated run (strong) took {passes}. ",
    "working": "Working …",
    "mend_first": "Not run: correct the value marked above first.",
    "mend_study": "Not done: correct the value marked here first.",
    "kept": "The last result is kept.",
    "saved": "Saved as {name}.",
    "table_and_files": "{title}: table and files",
    "save_as": "Save {title} as {format}",
    "setting": "{label} = {value}",
    "link": "To see it on the page and change it: {link}",
    "refused": "Not run. {reasons}",
}

VALUE_WORDS = {
    "plain": "{value}",
    "measured": "{value} {unit}",
    "weight": "{value}, leaving {rest} to component {other}",
    "rate": "{value}, so the mean is {mean}",
}
"""How a slider's value is read out."""

NO_DATA_YET = "Paste numbers, or choose a file: they are then drawn here."
"""On the stage, while there are none."""

FIGURE_ROLE = "figure"
FIGURE_KEYS = "← → along the points, ↑ ↓ to another curve, Home, End, Page keys; Esc ends it."
SURFACE_KEYS = "← → ↑ ↓ over the surface, Home, End, Page keys; Enter starts EM there; Esc ends it."
FIGURE_WORDS = {
    "table": "Table",
    "as_table": "Show as table: {title}",
    "region": "{title}, as table",
    "caption": "{title}: {what}",
    "caption_few": "{title}: {what}; {shown} of {count} shown",
    "curves": "points of the curves",
    "observations": "observations and their responsibilities",
    "iterations": "iterations",
    "shares": "points of the line",
    "criteria": "criteria",
    "iteration": "iteration t",
    "surface": "log-likelihood over {across} and {up}",
    "height": "log-likelihood ℓ",
    "from": "from",
    "to": "to",
    "between": "{from} to {to}",
    "equals": "{name} = {value}",
    "true": "true {symbol}",
    "modes": "Mode",
    "log": "{title}, log scale",
    "without_zero": ", without 1 zero",
    "without_zeros": ", without {count} zeros",
    "per_decade": "density per decade",
    "bars": "histogram by label",
    "counted": "count",
    "counted_of": "{name}, count",
}
"""Words for the points of a figure, read out one by one or shown as a table."""

TOUR = {
    "slider": "Each parameter here has a slider and a box. As it changes, the curve follows at once.",
    "figure": "The strong line is the mixture, the filled curves are its weighted components. Ring and diamond can be "
    "dragged.",
    "run": "EM estimates the components from the data alone. This button runs it with the data and start set here.",
    "play": "Play the run from its start, or walk through it step by step.",
    "fit": "The mixture, over a histogram of the data. The button ⋯ shows its numbers as a table and saves it.",
    "link": "The link holds all that is set on the page: for a class, or for later.",
}
"""Step of the tour -> its sentence."""
TOUR_BUTTON = "Tour"
TOUR_WORDS = {"title": "Tour: {step} of {last}", "back": "Back", "next": "Next", "done": "Done", "close": "End tour"}

SANDBOX = 'sandbox="allow-scripts allow-same-origin"'
"""What a frame with a sandbox must allow, so that the page can stand in it."""

FAILED = {
    "trying": "The server does not answer; trying again …",
    "failed": "The server did not answer. What is on the page stays.",
    "no_page": "The server did not answer, so the page could not be loaded.",
    "sandboxed": f"The frame around this page allows too little. Its HTML must say {SANDBOX}, to save files also "
    "allow-downloads, to print allow-modals, and for “Open in EM Lab” allow-popups allow-popups-to-escape-sandbox.",
    "broken": "The page cannot start, because of an error in it. If it stays, tell the person who serves the page.",
    "no_figures": "The server did not answer, so the figures cannot be drawn. All else can be used.",
    "again": "Try again",
}
"""Messages about failed requests. They are in the HTML too, in case the page itself cannot be loaded."""

SCROLLS = {"equation": "Equation, wider than the window", "table": "Table, wider than the window"}
"""Accessible name of a box that can be scrolled sideways."""

SKIP = "Skip to the content"

WITH_ERRORS = {"short": "± s.e.", "long": "give or take one standard error"}
"""Added to the heading of a column of estimates."""
TABLE_HEAD = ("Parameter", "Start", "On show", "Final")
STARTS_HEAD = ("Log-likelihood", "Starts", "Weights", "Parameters", "End")
SIZES_HEAD = ("K", "Log-likelihood", "Free parameters", *CRITERIA.values(), "Choice")
STUDIES = {
    "surface": "The log-likelihood over one parameter of two components, as contours, and the path that the run took. "
    "Click a point, or press Enter there, to start EM from it.",
    "sizes": "The best fit found with each number of components, compared by AIC and BIC.",
    "starts": "Runs from many other starts, and where they end.",
}
"""What each study shows."""
STUDY_WORDS = {
    "best": "best",
    "as_high": "as high",
    "other": "trapped",
    "best_so_far": "best so far",
    "unfinished": "not converged",
    "spike": "spike",
    "none": "none",
    "chosen": "chosen",
    "show": "Show",
    "show_fit": "Show this fit, {name}: EM from its parameters",
}
"""Words in a row of a study."""
ROWS = {"label": "{sign} label {k}", "likeliest": "{sign} likeliest {k}"}
"""Names of the rows of observations: by their true labels, or by the likeliest component."""
