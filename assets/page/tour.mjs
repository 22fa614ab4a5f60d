/* A short tour, of which nothing is remembered: each step points at a part of the page and shows a sentence. */
import { byId, element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as text from "../core/text.mjs";
import * as link from "./address.mjs";

const GAP = 12; // px between target and card, and to the edge of the window
const RING = 4; // px around the target
const PATIENCE = 3000; // ms until a step without its target is skipped
/** @type {ReturnType<typeof build> & { steps: Config["tour"]["steps"], at: number, from: string }} */
let tour = null; // while it is open

const words = () => events.config().tour;
const openView = () => document.querySelector('[role="tab"][aria-selected="true"]').id.replace("tab-", "");
const open = (view) => openView() === view || byId(`tab-${view}`).click();
const targetOf = ({ target }) => byId(target);

/* False for steps that a link hides. */
const isAvailable = (step) => !targetOf(step)?.closest("[hidden]:not(.view)");

function build() {
  const button = (name) =>
    element("button", words()[name], { type: "button", class: "plain-button", "data-tour": name });
  const ring = element("div", [], { class: "tour-ring", "aria-hidden": "true" });
  const title = element("h2", [], { id: "tour-title" });
  const text = element("p", [], { id: "tour-words", "aria-live": "polite" });
  const [close, back, next] = ["close", "back", "next"].map(button);
  const buttons = element("div", [close, back, next], { class: "tour-buttons" });
  const card = element("div", [title, text, buttons], { class: "tour-card" });
  const dialog = element("dialog", [ring, card], {
    class: "tour",
    "aria-labelledby": "tour-title",
    "aria-describedby": "tour-words",
  });
  dialog.addEventListener("close", end);
  document.body.append(dialog);
  return { dialog, card, ring, title, words: text, back, next };
}

function begin() {
  if (tour) return; // pressed twice
  tour = { ...build(), steps: words().steps.filter(isAvailable), at: 0, from: openView() };
  tour.dialog.showModal();
  tour.next.focus();
  go(0);
}

/* Back to the view in which it began. */
function end() {
  tour.dialog.remove();
  open(tour.from);
  tour = null;
  byId("tour").focus();
}

/* Show another step when its target is on the page; a step whose target does not come is removed. */
async function go(at, by = 1) {
  tour.at = at;
  const step = tour.steps[at];
  if (!step) return tour.dialog.close();
  open(step.view);
  tour.ring.hidden = true;
  tour.words.textContent = "";
  updateButtons(at);
  const isThere = await appears(step);
  if (!tour || tour.steps[tour.at] !== step) return; // another step meanwhile
  if (!isThere) {
    tour.steps.splice(at, 1);
    return go(by < 0 ? Math.max(0, at - 1) : at, by);
  }
  tour.ring.hidden = false;
  tour.words.textContent = step.words;
  bringIntoView(targetOf(step));
  place();
}

function bringIntoView(target) {
  const { top, bottom, height } = target.getBoundingClientRect();
  if (top >= GAP && bottom <= innerHeight - GAP) return;
  target.scrollIntoView({ block: height > innerHeight / 2 ? "nearest" : "center" });
}

function updateButtons(at) {
  const { title, next, done } = words();
  const { length } = tour.steps;
  tour.title.textContent = text.fill(title, { step: at + 1, last: length });
  tour.next.textContent = at === length - 1 ? done : next;
  if (at === 0 && document.activeElement === tour.back) tour.next.focus();
  tour.back.hidden = at === 0;
}

function appears(step) {
  const until = performance.now() + PATIENCE;
  return new Promise((resolve) => {
    const look = () => {
      const target = targetOf(step);
      if (openView() === step.view && target?.offsetWidth && !target.closest("[hidden]")) resolve(true);
      else if (performance.now() > until) resolve(false);
      else requestAnimationFrame(look);
    };
    look();
  });
}

/* Put the card beside the target where there is room, else over its lower end. */
function place() {
  if (!tour || !tour.steps[tour.at]) return;
  const target = targetOf(tour.steps[tour.at])?.getBoundingClientRect();
  if (!target) return;
  const { width, height } = tour.card.getBoundingClientRect();
  const within = (at, size, room) => Math.max(GAP, Math.min(at, room - size - GAP));
  const middle = within(target.left + (target.width - width) / 2, width, innerWidth);
  const level = within(target.top, height, innerHeight);
  const places = [
    [target.right + GAP, level],
    [middle, target.bottom + GAP],
    [middle, target.top - GAP - height],
    [target.left - GAP - width, level],
  ];
  /** @param {number[]} place */
  const fits = ([x, y]) => x >= GAP && y >= GAP && x + width + GAP <= innerWidth && y + height + GAP <= innerHeight;
  const [x, y] = places.find(fits) || [middle, within(target.bottom - height - GAP, height, innerHeight)];
  Object.assign(tour.card.style, { left: `${x}px`, top: `${y}px` });
  Object.assign(tour.ring.style, {
    left: `${target.left - RING}px`,
    top: `${target.top - RING}px`,
    width: `${target.width + 2 * RING}px`,
    height: `${target.height + 2 * RING}px`,
  });
}

const actions = {
  back: () => tour.at > 0 && go(tour.at - 1, -1),
  next: () => go(tour.at + 1),
  close: () => tour.dialog.close(),
};

document.addEventListener("click", ({ target }) => {
  if (target.id === "tour")
    link.whenReady(begin); // all views are there: what a link hides is known
  else if (tour && target.dataset?.tour) actions[target.dataset.tour]();
});

document.addEventListener("keydown", (event) => {
  const action = { ArrowRight: "next", ArrowLeft: "back" }[event.key];
  if (!tour || !action || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  actions[action]();
});

for (const type of ["scroll", "resize"])
  window.addEventListener(type, () => tour && requestAnimationFrame(place), true);
