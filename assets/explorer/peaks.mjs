/* Handles on the peaks of the Gaussian explorer's weighted components. Dragging one sideways moves the slider of the
   mean, up and down that of the weight. */
import { byId } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as densities from "../maths/densities.mjs";

const START = 4; // px until a drag has a direction
const drags = new Map(); // pointer -> drag
let shown = null; // mixture, and the ends of both axes

const layer = () => byId("peaks");
const write = (style, values) => {
  for (const [name, value] of Object.entries(values)) if (style[name] !== value) style[name] = value;
};

/** Density of component k at its mean, not weighted.
   @type {(p: Mixture, k: number) => number} */
const heightOf = (p, k) => densities.families.gaussian.density(p, k, p.means[k]);

/** Put the handles on the peaks of a figure of the mixture `p`, or nowhere.
   @type {(figure: Figure, p: Mixture, wanted: boolean) => void} */
function place(figure, p, wanted) {
  const { margin, template, xaxis, yaxis } = figure.layout;
  shown = { p, x: xaxis.range, y: yaxis.range };
  layer().classList.toggle("none", !wanted);
  const { l, r, t, b } = { ...template.layout.margin, ...margin };
  write(layer().style, { left: `${l}px`, right: `${r}px`, top: `${t}px`, bottom: `${b}px` });
  /** @type {HTMLElement[]} */ ([...layer().children]).forEach(({ style }, k) => {
    const share = (at, [low, high]) => (at - low) / (high - low);
    const peak = p.weights[k] * heightOf(p, k);
    const [x, y] = [100 * share(p.means[k], shown.x), 100 - 100 * share(peak, shown.y)];
    write(style, { translate: `calc(${x.toFixed(3)}cqw - 50%) calc(${y.toFixed(3)}cqh - 50%)` }); // no layout
  });
}

/** Move a slider as if by hand: within its bounds and steps, with all that follows from a move.
   @type {(slider: HTMLInputElement, value: number) => void} */
function move(slider, value) {
  const before = slider.value;
  slider.value = String(value);
  if (slider.value !== before) slider.dispatchEvent(new Event("input", { bubbles: true }));
}

/* A drag's slider, its value at the start, and its change per pixel. They hold for the whole drag: an axis that grows
   under the pointer would carry the value away. */
function begin(k, sideways) {
  const { width, height } = layer().getBoundingClientRect();
  const slider = byId(sideways ? `gaussian-mu${k + 1}-slider` : "gaussian-pi1-slider");
  const across = (shown.x[1] - shown.x[0]) / width;
  const up = (shown.y[1] - shown.y[0]) / height / heightOf(shown.p, k);
  return { slider, value: Number(slider.value), perPixel: sideways ? across : k === 0 ? -up : up };
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.(".peak");
  if (!handle || event.button !== 0) return;
  handle.setPointerCapture(event.pointerId);
  handle.classList.add("held");
  drags.set(event.pointerId, { handle, x: event.clientX, y: event.clientY });
});

document.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
  const drag = drags.get(pointerId);
  if (!drag) return;
  const [dx, dy] = [clientX - drag.x, clientY - drag.y];
  if (drag.slider) return move(drag.slider, drag.value + (drag.sideways ? dx : dy) * drag.perPixel);
  if (Math.hypot(dx, dy) < START) return;
  const sideways = Math.abs(dx) >= Math.abs(dy);
  Object.assign(drag, { sideways, x: clientX, y: clientY }, begin(Number(drag.handle.dataset.component), sideways));
  events.changed();
});

for (const type of ["pointerup", "pointercancel", "lostpointercapture"])
  document.addEventListener(type, ({ pointerId }) => {
    drags.get(pointerId)?.handle.classList.remove("held");
    drags.delete(pointerId);
  });

export { place };
