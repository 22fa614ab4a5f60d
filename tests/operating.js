/* What can be operated on the page, and whether it can be: for tests/operating.py, which puts this on the page. */
window.operating = (() => {
  "use strict";
  const CONTROL = "a[href], button, summary, input, select, textarea, [tabindex], .peak";

  const seen = (element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !element.closest(".unseen, [inert], .view[hidden]") &&
    element.getBoundingClientRect().width > 0;

  const name = (one) => (one.id ? `#${one.id}` : one.outerHTML.slice(0, 90));

  /* Below an open dialog nothing can be operated. */
  const top = () => [...document.querySelectorAll("dialog[open]")].pop() || document.body;
  const controls = () => [...top().querySelectorAll(CONTROL)].filter((one) => seen(one) && !one.disabled);
  const tabbable = () => controls().filter((one) => one.tabIndex >= 0);

  /* A link within a line of text is as high as its line. */
  const isInline = (one) => getComputedStyle(one).display === "inline" && one.closest("p, li, dd");

  function small(least) {
    return controls()
      .filter((one) => one.id !== "skip" && (one.tabIndex >= 0 || one.matches(".peak")) && !isInline(one))
      .map((one) => [name(one), one.getBoundingClientRect()])
      .filter(([, { width, height }]) => Math.min(width, height) < least - 0.01)
      .map(([called, { width, height }]) => `${called}: ${width.toFixed(1)} × ${height.toFixed(1)}`);
  }

  /* -- the keyboard ------------------------------------------------------------------------------------------------- */

  let walked = null;

  function hasRing(element) {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  }

  document.addEventListener("focusin", ({ target }) => {
    if (!walked) return;
    walked.went.push(name(target));
    if (!hasRing(target)) walked.unseen.push(name(target));
  });

  /* Stand on the first or the last control; how many there are. */
  function beginWalk(last) {
    walked = null;
    const first = tabbable().at(last ? -1 : 0); // a page on its way has none
    first?.focus();
    const all = tabbable(); // a menu has closed, as the focus is elsewhere
    walked = { expected: all.map(name), went: first ? [name(document.activeElement)] : [], unseen: [] };
    return all.length;
  }

  /* -- what is lost ------------------------------------------------------------------------------------------------- */

  const scrolls = (value) => ["auto", "scroll"].includes(value);

  function sideways() {
    const { scrollWidth } = document.documentElement;
    return scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide in a window of ${innerWidth}`] : [];
  }

  function isCut(one) {
    const { overflowX, overflowY, display } = getComputedStyle(one);
    const may = overflowX !== "visible" || one.matches("button, input, td, th");
    if (!may || display === "inline" || scrolls(overflowX) || !one.clientWidth) return false;
    return one.scrollWidth > one.clientWidth + 1 || (one.scrollHeight > one.clientHeight + 1 && !scrolls(overflowY));
  }

  const cut = () =>
    [...top().querySelectorAll("*")]
      .filter((one) => seen(one) && !one.closest("svg, .katex, select, textarea, .share-frame") && isCut(one))
      .map(
        (one) =>
          `${name(one)} is cut: ${one.scrollWidth} × ${one.scrollHeight} in ${one.clientWidth} × ${one.clientHeight}`
      );

  /* Lines of text, each with what it scrolls in: what scrolls apart may lie over one another. */
  function lines() {
    const found = [];
    const walker = document.createTreeWalker(top(), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement: parent, data } = node;
      if (!data.trim() || !seen(parent) || parent.closest(".katex, script, style, select, textarea, .skip, .copied"))
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const group =
        parent.closest(".run-bar, .menu, .more-tabs") ||
        parent.closest(".table, .figure-table, .presets, .controls, dialog");
      for (const box of range.getClientRects()) found.push({ node, box, group, words: data.trim().slice(0, 40) });
    }
    return found;
  }

  const overlap = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3;

  function overlapping() {
    const all = lines();
    return all.flatMap((one, i) =>
      all
        .slice(i + 1)
        .filter((other) => one.node !== other.node && one.group === other.group && overlap(one.box, other.box))
        .map((other) => `“${one.words}” and “${other.words}” overlap`)
    );
  }

  function covered() {
    const found = [];
    for (const one of tabbable().filter(({ id }) => id !== "skip")) {
      one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      const { left, top: up, width, height } = one.getBoundingClientRect();
      const there = document.elementFromPoint(left + width / 2, up + height / 2);
      if (!there || !(one.contains(there) || there.contains(one)))
        found.push(`${name(one)} is under ${there && name(there)}`);
    }
    scrollTo(0, 0);
    return found;
  }

  const lost = () => [...sideways(), ...cut(), ...overlapping(), ...covered()];

  /* -- for tests/monkey.py ------------------------------------------------------------------------------------------ */

  const oneOf = (all, chance) => all[Math.floor(chance * all.length)];

  /* Bring some control into the window: its name, and where it is now. */
  function show(chance, which = "*") {
    const one = oneOf(
      [...controls(), ...top().querySelectorAll(".graph")].filter((it) => it.matches(which) && seen(it)),
      chance
    );
    if (!one) return null;
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top: up, width, height } = one.getBoundingClientRect();
    return [name(one), left + width / 2, up + height / 2];
  }

  /* Choose something from some list. */
  function choose(chance, other) {
    const list = oneOf(
      controls().filter((one) => one.matches("select")),
      chance
    );
    if (!list) return null;
    list.value = oneOf([...list.options], other).value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return `${name(list)} ${list.value}`;
  }

  return { beginWalk, choose, lost, show, small, walked: () => walked };
})();
