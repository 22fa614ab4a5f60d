/* The figures of the page: id -> what other modules need to know of it.
     make(config)            { figure, marks }: as it is on show, or null without numbers (draw.mjs)
     tables(figure, words)   its numbers (tables.mjs)
     caption(name)           title, in parts, and subtitle of a saved picture
     sentence(config)        its text alternative, if it is written anew whenever the figure is
     nameOf(figure, trace)   the name of a trace, if it is not the legend's (points.mjs)
   A figure has its id, and data and layout for plotly. */
import { setText } from "../core/controls.mjs";
import * as events from "../core/events.mjs";

/** @type {Record<string, PageFigure>} */
const registered = {};

/** @type {(id: string, figure: PageFigure) => void} */
const register = (id, figure) => (registered[id] = figure);

document.addEventListener("figure", ({ detail: id }) => {
  const { sentence } = registered[id];
  if (sentence) setText(`${id}-sentence`, sentence(events.config()));
});

export { register, registered };
