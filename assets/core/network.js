/* Failed requests are sent again: whatever this page asks for is pure, so asking twice does no harm. A request fails if the
   network fails, if its answer breaks off, or if the server is too busy for it. The words are those of
   core/failed_requests.js, since Dash is told nothing: neither a callback's answer nor its `running` end comes.
   The request for the layout is sent with the page's own query, so that the page comes as its address wants it. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  /* All in ms. Read at each step, so that a test may shorten it. */
  const schedule = {
    waits: [300, 600, 1200, 2400, 4800, 9600], // before each further try, give or take half: a class is not to ask at once
    longest: 10_000, // that a server may have us wait for
    silent: 2000, // without an answer, until that is said
    offline: 20_000, // that a browser without a network is waited for
  };
  const TEMPORARY = [429, 502, 503, 504]; // too busy, or a proxy without a server behind it
  const BUSY = [429, 503]; // with a sentence of the server's own
  const SENTENCE = 200; // most characters of it

  const fetch = window.fetch.bind(window);
  const underWay = new Map(); // output of a callback -> what ends its request

  const page = crypto.getRandomValues(new Uint32Array(1))[0].toString(16); // the server's turns go by pages

  const isTemporary = (outcome) => !(outcome instanceof Response) || TEMPORARY.includes(outcome.status);

  /* One try: an answer that came whole, or the error by which it failed. */
  async function request(url, options) {
    try {
      const response = await fetch(url, options);
      const body = await response.arrayBuffer(); // it may break off
      return new Response(body.byteLength ? body : null, response);
    } catch (error) {
      return error;
    }
  }

  /* Likewise of a script, which runs if it comes. */
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

  /* So many ms, or until one of the events comes: each a target and its type. */
  function rest(ms, ...events) {
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

  /* Wait before another try: longer each time, and at least as long as the server asks for. */
  async function pause(wait, outcome, signal) {
    const asked = outcome instanceof Response ? 1000 * Number(outcome.headers.get("Retry-After")) : 0;
    const least = Math.min(asked || 0, schedule.longest) * (1 + Math.random() / 4);
    await rest(Math.max(least, wait * (0.5 + Math.random())), [signal, "abort"]);
    if (!navigator.onLine) await rest(schedule.offline, [signal, "abort"], [window, "online"]);
  }

  /* The first outcome of an `attempt` that is no failure, or the last one. `trying` is called when that takes long. */
  async function persist(attempt, signal, trying) {
    let saying = null;
    try {
      for (let tries = 0; ; tries++) {
        const outcome = await attempt();
        if (signal.aborted || !isTemporary(outcome) || tries >= schedule.waits.length) return outcome;
        saying ??= setTimeout(trying, schedule.silent);
        await pause(schedule.waits[tries], outcome, signal);
        if (signal.aborted || !navigator.onLine) return outcome;
      }
    } finally {
      clearTimeout(saying);
    }
  }

  /* What a server that is too busy says of it, or null. */
  async function sentenceOf(outcome) {
    if (!(outcome instanceof Response) || !BUSY.includes(outcome.status)) return null;
    try {
      const { error } = await outcome.clone().json();
      return typeof error === "string" ? error.slice(0, SENTENCE) : null;
    } catch {
      return null; // a proxy's page
    }
  }

  /* Whose answer a callback's request is for. Within Dash's JSON an unescaped "output" is its own. */
  const outputOf = (body) => (/"output":"([^".]*)/.exec(body) || [])[1];

  /* A callback. Another request for the same output ends this one, whose answer Dash would drop. */
  async function callback(url, options) {
    const output = outputOf(options.body);
    if (underWay.has(output)) underWay.get(output).abort();
    const ending = new AbortController();
    underWay.set(output, ending);
    const { signal } = ending;
    emlab.failures.clear(output);
    const headers = { ...options.headers, "X-Page": page };
    const outcome = await persist(() => request(url, { ...options, headers, signal }), signal, () => emlab.failures.trying(output, options.body));
    const sentence = await sentenceOf(outcome);
    if (signal.aborted) throw signal.reason;
    underWay.delete(output);
    emlab.failures.clear(output);
    if (isTemporary(outcome)) emlab.failures.gaveUp(output, options.body, sentence);
    else if (!outcome.ok) emlab.failures.failed(output, options.body);
    if (outcome instanceof Response) return outcome;
    throw outcome;
  }

  /* What the page cannot do without is asked for as often as somebody wants; `place` is where that is said. */
  async function insist(attempt, place) {
    const { signal } = new AbortController(); // nothing ends it
    for (;;) {
      const outcome = await persist(attempt, signal, place.trying);
      place.clear();
      if (!isTemporary(outcome)) return outcome;
      await place.gaveUp(await sentenceOf(outcome));
    }
  }

  const first = (url, options) => insist(() => request(url, options), emlab.failures.first);
  const plotly = (src) => insist(() => run(src), emlab.failures.figures);

  window.fetch = function (resource, options) {
    const url = typeof resource === "string" ? resource : "";
    if (url.endsWith("_dash-layout")) return first(url + location.search, options);
    if (url.endsWith("_dash-dependencies")) return first(url, options);
    if (url.includes("_dash-update-component")) return callback(url, options);
    return fetch(resource, options);
  };

  emlab.network = { plotly, schedule };
})();
