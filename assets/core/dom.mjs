/* Elements of the page: found, made, and whether a link hides them. */
/** @type {ById} */
const byId = (id) => /** @type {any} */ (document.getElementById(id));

/** An element with children and attributes.
   @template {keyof HTMLElementTagNameMap} Tag
   @param {Tag} tag
   @param {Record<string, any>} [attributes] */
function element(tag, children, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[children].flat());
  return made;
}

/* Parts of a group that a link can hide (components/state/options.py), or of all groups. */
const parts = (group) => [...document.querySelectorAll(group ? `[data-group="${group}"]` : "[data-group]")];

const hides = (group) => parts(group).some((part) => part.hidden);

export { byId, element, hides, parts };
