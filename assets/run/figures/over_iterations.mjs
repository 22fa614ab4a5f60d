/* What figures over iterations have in common. */
import { lastRecord } from "../result.mjs";

/** Ends of an axis around values, with a margin on each side.
   @type {(values: number[], share: number) => [number, number]} */
const span = (values, share) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * share || Math.abs(high) * share || share;
  return [low - margin, high + margin];
};

const FEW = 5; // iterations, each of which has a tick

/** The figure with its axis and the cursor on the record on show.
   @type {(figure: Figure, result: Result, t: number) => Drawing} */
function overIterations(figure, result, t) {
  const last = lastRecord(result);
  figure.layout.xaxis.range = [-0.02 * last - 0.2, 1.02 * last + 0.2];
  if (last < FEW) figure.layout.xaxis.dtick = 1;
  for (const cursor of figure.data.filter(({ uid, visible }) => uid.startsWith("cursor") && visible !== false)) {
    const name = (cursor.yaxis || "y").replace("y", "yaxis");
    Object.assign(cursor, { x: [t, t], y: [...figure.layout[name].range] });
  }
  return { figure };
}

export { overIterations, span };
