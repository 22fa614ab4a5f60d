/* Failed requests are sent again, which does no harm: all that this page requests is pure. A request fails if the
   network fails, its reply breaks off, or the server is too busy. core/failed_requests.mjs shows the messages: Dash
   gets no reply.
   The request for the layout carries the page's own query, so that the page comes as its address says. */
import * as failures from "./failed_requests.mjs";

/* In ms. Read at each step, so that a test may shorten it. */
const schedule = {
  waits: [300, 600, 1200, 2400, 4800, 9600], // before each retry, give or take half: a class must not send at once
  longest: 10_000, // wait that a server may ask for
  busy: 1_800_000, // since the first request: go on so long while the server says that it is busy
  silent: 2000, // without a reply until the page says so
  offline: 20_000, // wait for a network that is gone
};
const TEMPORARY = [408, 429, 502, 503, 504]; // a slow network, too busy, or a proxy without a server behind it
const BUSY = [429, 503]; // with a sentence of the server's own
const SENTENCE = 200; // most characters of it

const fetch = window.fetch.bind(window);
const pending = new Map(); // output of a callback -> AbortController of its request

const page = crypto.getRandomValues(new Uint32Array(1))[0].toString(16); // a page may wait for few requests

const isBusy = (outcome) => outcome instanceof Response && BUSY.includes(outcome.status);

const isTemporary = (outcome) => !(outcome instanceof Response) || TEMPORARY.includes(outcome.status);

/* Try once: a whole response, or the error. */
async function request(url, options) {
  try {
    const response = await fetch(url, options);
    const body = await response.arrayBuffer(); // it may break off
    return new Response(body.byteLength ? body : null, response);
  } catch (error) {
    return error;
  }
}

/* The same for a script, which runs when it comes. */
const run = (src) =>
  new Promise((resolve) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => resolve(new Response()));
    script.addEventListener("error", (error) => {
      script.remove();
      resolve(error);
    });
    script.src = src;
    document.head.append(script);
  });

/** Wait that many ms, or until one of the events, each a target and a type.
   @returns {Promise<void>} */
function wait(ms, ...events) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      for (const [target, type] of events) target.removeEventListener(type, done);
      resolve();
    }
    for (const [target, type] of events) target.addEventListener(type, done);
  });
}

/* Wait before a retry, at least as long as the server asks for. */
async function waitForRetry(ms, outcome, signal) {
  const retryAfter = outcome instanceof Response ? 1000 * Number(outcome.headers.get("Retry-After")) : 0;
  const least = Math.min(retryAfter || 0, schedule.longest) * (1 + Math.random() / 4);
  await wait(Math.max(least, ms * (0.5 + Math.random())), [signal, "abort"]);
  if (!navigator.onLine) await wait(schedule.offline, [signal, "abort"], [window, "online"]);
}

/* The first outcome of an `attempt` that is no failure, or the last one. `onRetrying` is called if it takes long. */
async function retry(attempt, signal, onRetrying) {
  const end = performance.now() + schedule.busy;
  let timer = null;
  let failed = 0; // tries without a reply of the server's own
  try {
    for (let tries = 0; ; tries++) {
      const outcome = await attempt();
      if (!isBusy(outcome)) failed += 1;
      const isEarly = (isBusy(outcome) ? tries : failed - 1) < schedule.waits.length;
      const goesOn = isEarly || (isBusy(outcome) && performance.now() < end);
      if (signal.aborted || !isTemporary(outcome) || !goesOn) return outcome;
      timer ??= setTimeout(onRetrying, schedule.silent);
      await waitForRetry(schedule.waits[tries] ?? schedule.waits.at(-1), outcome, signal);
      if (signal.aborted || !navigator.onLine) return outcome;
    }
  } finally {
    clearTimeout(timer);
  }
}

/* The sentence of a server that is too busy, or null. */
async function sentenceOf(outcome) {
  if (!isBusy(outcome)) return null;
  try {
    const { error } = await outcome.clone().json();
    return typeof error === "string" ? error.slice(0, SENTENCE) : null;
  } catch {
    return null; // a proxy's page
  }
}

/* The output that a callback's request is for. Within Dash's JSON an unescaped "output" is its own. */
const outputOf = (body) => (/"output":"([^".]*)/.exec(body) || [])[1];

/* A callback's request. It ends an earlier one for the same output, whose reply Dash would drop. */
async function callback(url, options) {
  const { body } = options;
  const output = outputOf(body);
  pending.get(output)?.abort();
  const controller = new AbortController();
  pending.set(output, controller);
  const { signal } = controller;
  failures.clear(output);
  const headers = { ...options.headers, "X-Page": page };
  const attempt = () => request(url, { ...options, headers, signal });
  const outcome = await retry(attempt, signal, () => failures.showRetrying(output, body));
  const sentence = await sentenceOf(outcome);
  if (signal.aborted) throw signal.reason;
  pending.delete(output);
  failures.clear(output);
  if (isTemporary(outcome)) failures.showNoReply(output, body, sentence);
  else if (!outcome.ok) failures.showError(output, body);
  if (outcome instanceof Response) return outcome;
  throw outcome;
}

/* What the page cannot do without can be retried without end; `place` shows the messages. */
async function retryWithoutEnd(attempt, place) {
  const { signal } = new AbortController(); // nothing ends it
  for (;;) {
    const outcome = await retry(attempt, signal, place.showRetrying);
    place.clear();
    if (!isTemporary(outcome)) return outcome;
    await place.showNoReply(await sentenceOf(outcome));
  }
}

const first = (url, options) => retryWithoutEnd(() => request(url, options), failures.first);
const loadPlotly = (src) => retryWithoutEnd(() => run(src), failures.figures);

window.fetch = (resource, options) => {
  const url = typeof resource === "string" ? resource : "";
  if (url.endsWith("_dash-layout")) return first(url + location.search, options);
  if (url.endsWith("_dash-dependencies")) return first(url, options);
  if (url.includes("_dash-update-component")) return callback(url, options);
  return fetch(resource, options);
};

export { loadPlotly, schedule };
