/* Typesets the Background view: every `.tex` element holds TeX as text and gets KaTeX's rendering in its place.

   KaTeX is 600 kB with its fonts, and three of the four views need none of it: it is loaded when the view is first
   visible. It lies beside this file, whatever path the app is served under. If it cannot be loaded the TeX stays. */
(() => {
  "use strict";

  const VIEW = "view-background";
  const PENDING = ".tex:not([data-rendered])";
  const own = document.currentScript ?? document.querySelector('script[src*="mathematics.js"]');
  const vendor = new URL("vendor/katex/", new URL(own.src, document.baseURI));

  function add(element) {
    return new Promise((resolve, reject) => {
      element.addEventListener("load", resolve);
      element.addEventListener("error", () => {
        element.remove();
        reject(new Error(`${element.src || element.href} could not be loaded`));
      });
      document.head.append(element);
    });
  }

  async function loadKatex() {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("katex.min.css", vendor) });
    const script = Object.assign(document.createElement("script"), { src: new URL("katex.min.js", vendor) });
    await Promise.all([add(style), add(script)]);
  }

  function typeset(element) {
    window.katex.render(element.textContent, element, {
      displayMode: element.classList.contains("tex-display"),
      output: "htmlAndMathml",
      throwOnError: false,
    });
    element.dataset.rendered = "true";
  }

  /* A box that scrolls must be reachable from the keyboard; one that does not must not be in the way. */
  function markScrolling(box) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Equation, wider than the window");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
  const widths = new ResizeObserver((entries) => entries.forEach((entry) => markScrolling(entry.target.closest(".equation"))));

  function typesetAll(view) {
    view.querySelectorAll(PENDING).forEach(typeset);
    view.querySelectorAll(".equation, .equation > *").forEach((element) => widths.observe(element));
  }

  function whenVisible(view) {
    const visible = new IntersectionObserver(async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      visible.disconnect();
      try {
        await loadKatex();
      } catch (error) {
        console.warn(`Formulas are shown as TeX: ${error.message}`);
        return;
      }
      typesetAll(view);
      new MutationObserver(() => view.querySelector(PENDING) && typesetAll(view)).observe(view, { childList: true, subtree: true });
    });
    visible.observe(view);
  }

  /* Dash renders the page after this script has run. */
  function whenRendered(found) {
    const view = document.getElementById(VIEW);
    if (view) return found(view);
    const waiting = new MutationObserver(() => {
      const late = document.getElementById(VIEW);
      if (late) {
        waiting.disconnect();
        found(late);
      }
    });
    waiting.observe(document.documentElement, { childList: true, subtree: true });
  }

  whenRendered(whenVisible);
})();
