/* The query of the page's address. It needs no page. */

/** The query of a state; empty where nothing differs from the defaults.
   @type {(state: Setting[], version: number) => string} */
function encode(state, version) {
  const given = state.filter(([, value, usual]) => value !== usual);
  if (!given.length) return "";
  /** @param {Setting} setting */
  const pair = ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`;
  return `?${[["v", version], ...given].map(pair).join("&")}`;
}

export { encode };
