/* -- Run EM -------------------------------------------------------------------------------------------------------- */

/** assets/run/state.mjs says what each is. */
interface RunState {
  config: Config | null;
  source: string | null;
  family: string | null;
  startFrom: string | null;
  method: string | null;
  values: Values;
  savedK: Record<string, number>;
  savedStarts: Record<string, Values>;
  arranged: string | null;
  requested: RunRequest | null;
  opening: Opening | null;
  request: RunRequest | null;
  result: Result | null;
  place: number;
  isTold: boolean;
  colourBy: string;
  colours: string;
  xScale: string | null;
  surface: Surface | null;
  starts: StartsStudy | null;
  sizes: SizesStudy | null;
}

/** Where a run opens; in how many ms at most it plays to its end from there, if it does; whether its end is told. */
interface Opening {
  iteration: number;
  plays?: number;
  isTold?: boolean;
}

/** A step of the walk: record, its parameters, responsibilities of the drawn observations (a row each). */
interface Step {
  t: number;
  p: Mixture;
  q: number[][];
}

/** A scale of x: the place of a value, the value at a place, and how much a place there stretches x. */
interface Scale {
  isLog: boolean;
  placeOf(x: number): number;
  at(place: number): number;
  stretch(x: number): number;
}

/** Colours of the observations, by their responsibilities. */
interface Colouring {
  colours: string[];
  levelOf(q: number[]): number;
}

/** A figure of a run, for `add` in assets/run/run_figures.mjs. */
interface RunFigure extends Pick<PageFigure, "tables" | "nameOf"> {
  make(result: Result, step: Step, config: Config): Drawing | null;
  sentence(result: Result, step: Step, config: Config): string;
  note?(result: Result, config: Config): string;
  waits?: boolean;
  late?: boolean;
  still?: boolean;
}
