/* Messages where a request fails: that it is sent again; at last, with a button that sends it once more. */
import { dash } from "./dash.mjs";
import { byId, element } from "./dom.mjs";

const FIRST = "first-load"; // place of messages while there is no page
/** @type {Record<string, FailureHandler>} */
const handlers = {}; // output of a callback -> handler
/** @type {Record<string, HTMLElement>} */
const messages = {}; // output -> element of its message
const words = () => JSON.parse(byId(FIRST).dataset.words);

/** A handler's `place` and `focus` take a request and return ids: of where its messages go, and of what gets the focus
   after Try again. Optional: a `sentence` for the last message, `onFailure`, and `onRetry`, called at Try again.
   @param {string} output
   @param {FailureHandler} handler */
const register = (output, handler) => (handlers[output] = handler);

/* Put a message into a place, beside a button if something can be retried. A polite message is a note. */
function show(place, text, { retry = null, polite = false } = {}) {
  const attributes = polite ? { class: "note", "aria-live": "polite" } : { class: "error" };
  const message = element("span", [element("span", text, attributes)], { class: "failure" });
  if (retry) {
    const button = element("button", words().again, { id: `${place}-again`, type: "button", class: "plain-button" });
    button.addEventListener("click", retry);
    message.append(button);
  }
  byId(place).replaceChildren(message);
  return message;
}

/* Show the message of a callback's request, which is Dash's JSON, if it has a handler with a place for it. */
function showFor(output, body, build) {
  const handler = handlers[output];
  if (!handler) return;
  const { inputs } = JSON.parse(body);
  const request = inputs[0].value;
  const place = handler.place(request);
  if (place) messages[output] = build(handler, place, request, inputs);
}

function clear(output) {
  messages[output]?.remove();
  delete messages[output];
}

const showRetrying = (output, body) =>
  showFor(output, body, (_handler, place) => show(place, words().trying, { polite: true }));

/* After the last retry. */
function showNoReply(output, body, sentence) {
  showFor(output, body, (handler, place, request, inputs) => {
    const retry = () => {
      const next = byId(handler.focus(request));
      clear(output);
      next.focus({ preventScroll: true }); // the button is gone
      handler.onRetry?.(request);
      for (const { id, property, value } of inputs) dash.set_props(id, { [property]: value });
    };
    handler.onFailure?.(request);
    return show(place, sentence || handler.sentence || words().failed, { retry });
  });
}

/* After an error of the server, which would be the same another time. */
function showError(output, body) {
  showFor(output, body, (handler, place, request) => {
    handler.onFailure?.(request);
    return show(place, handler.sentence || words().failed);
  });
}

/* While there is no page, the message is the page: it needs a heading and a landmark. */
function bePage(shown) {
  const frame = byId(FIRST).parentElement;
  frame.querySelector("h1").hidden = !shown;
  if (shown) frame.setAttribute("role", "main");
  else frame.removeAttribute("role");
}

/** A place for messages of requests that the page cannot do without, with one button for all. `onChange` gets whether
   there is a message; `showNoReply` resolves at Try again.
   @param {(shown: boolean) => void} [onChange] */
function place(id, name, onChange = () => {}) {
  /** @type {PromiseWithResolvers<void>} */
  let pressed = null;

  function write(...message) {
    onChange(true);
    show(id, ...message);
  }

  function clear() {
    onChange(false);
    byId(id).replaceChildren();
  }

  function showNoReply(sentence) {
    pressed ??= Promise.withResolvers();
    const { promise, resolve } = pressed;
    const retry = () => {
      clear();
      pressed = null;
      resolve();
    };
    write(sentence || words()[name], { retry });
    return promise;
  }

  return { showRetrying: () => write(words().trying, { polite: true }), clear, showNoReply };
}

const first = place(FIRST, "no_page", bePage);
const figures = place("figures-failed", "no_figures");

export { clear, figures, first, register, showError, showNoReply, showRetrying };
