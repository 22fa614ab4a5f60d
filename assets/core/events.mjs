/* Events by which views reach the page's other scripts without knowing them. */
/** @type {Config} */
let current = null; // the page's words and figures, once a view is there
const listeners = { ready: [], changed: [], revealed: [] };

/* The page's words and figures, or null. */
const config = () => current;

/* A view is there, or has a new result: calls `listener(view, config)`. */
function viewReady(view, itsConfig) {
  current = itsConfig;
  listeners.ready.forEach((listener) => listener(view, current));
}

/* Something in the address has changed. */
const changed = () => listeners.changed.forEach((listener) => listener());

/* What a link hid is shown; `truth` if that was hidden too. */
const revealed = (truth) => listeners.revealed.forEach((listener) => listener(truth));

const onViewReady = (listener) => listeners.ready.push(listener);
const onChanged = (listener) => listeners.changed.push(listener);
const onRevealed = (listener) => listeners.revealed.push(listener);

export { changed, config, onChanged, onRevealed, onViewReady, revealed, viewReady };
