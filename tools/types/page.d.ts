/* Types of the browser's modules, by the names that their comments use. Only `make lint` reads them. */

/* -- from Python: what the config, a store of the page, and replies hold ------------------------------------------ */

/** A number that can be set (components/state/parameters.py). */
interface Parameter {
  name: string;
  label: string;
  minimum: number;
  maximum: number;
  default: number;
  step: number | null;
  component: number | null;
  slider: boolean;
  column: string | null;
  unit: string;
  allowed: string;
}

/** A text read as a number, or its problem (a key of PROBLEMS) with the numbers that the words of it name. */
interface Typed {
  value?: number;
  problem?: string;
  small?: string;
  dotted?: string;
  large?: string;
}

type Values = Record<string, any>;
type Words = Record<string, string>;

/** A mixture: the weights and the family's parameters, each with a value per component. */
interface Mixture {
  weights: number[];
  [parameter: string]: number[];
}

/** A family's densities, of component k with parameters p (assets/maths/densities.mjs). */
interface Family {
  lowest?: number;
  density(p: Mixture, k: number, x: number): number;
  cumulative(p: Mixture, k: number, x: number): number;
  logDensity(p: Mixture, k: number, x: number): number;
  divergence(p: Mixture, k: number, p0: Mixture): number;
  mean(p: Mixture, k: number): number;
  std(p: Mixture, k: number): number;
}
type Quantity = "density" | "cumulative";

/** A source of observations: parameters of its sample and of its start, by number of components. */
interface Source {
  about: string;
  samples: Record<number, Parameter[]>;
  starts: Record<number, Parameter[]>;
  problem?: string | null;
}

interface Preset {
  source: string;
  method: string;
  settings: Values;
  predict: string;
  study: string | null;
}

/** What an own-data reply has read (components/views/own_panel.py). */
interface Reading {
  sentence: string;
  column: string;
  values: unknown;
  packed: string | null;
  families: Record<string, Source>;
}

/** What the server has made of own data: a reading or an error, and what can be chosen. */
interface OwnReply {
  result?: Reading;
  error?: string;
  columns?: { name: string; problem: string | null }[];
  choices?: OwnChoice[];
}

/** Another meaning of own data: the label of its button, and what its answer adds to the request. */
interface OwnChoice {
  label: string;
  answer: Record<string, string>;
}

/** A choice, switch or flag of the address: its name there, the id of its control, its default. */
interface LinkOption {
  name: string;
  id: string;
  default: string;
}

/** All that the browser reads instead of repeating it (components/views/page.py). */
interface Config {
  settingsHeads: string[];
  mode?: "light" | "dark"; // of saved and printed figures
  skeletons: Record<string, Record<string, Figure>>;
  saved: { layout: any; scale: number };
  windows: Record<string, [number, number]>;
  logFloor: number;
  bins: number;
  parameters: Record<string, Parameter[]>;
  sources: Record<string, Source>;
  own: Reading | null;
  ownWords: Words;
  ownLimit: number;
  close: number;
  starts: { byHand: string; drawn: string[] };
  presets: Record<string, Preset>;
  rateLabels: Words;
  problems: Words;
  refusal: string;
  run: string;
  running: string;
  sentences: Words;
  quantities: Record<string, { axis: string; curve: string }>;
  tableHead: string[];
  withErrors: { short: string; long: string };
  startsHead: string[];
  sizesHead: string[];
  studyWords: Words;
  rows: Words;
  valueWords: Words;
  figureWords: Words;
  figureSentences: Words;
  symbols: Record<string, Words>;
  requestNames: Record<string, Words>;
  parameterNames: Words;
  signs: string[];
  share: Words;
  tour: Words & { steps: { view: string; target: string; words: string }[] };
  link: {
    version: number;
    values: Values;
    iteration: Parameter & { whole: Parameter };
    view: { name: string; default: string; names: Words };
    choices: LinkOption[];
    scales: Words; // family -> scale of x that links of this version mean where they name none
    readScales: Words; // and those of the link that was opened
    opensAt: number | null; // iteration at which its run opens; null: it shows the start, before any run
    opensTold: boolean; // whether the end of that run is told at once
    switches: LinkOption[];
    hide: { name: string; groups: string[] };
    flags: string[];
  };
}

/** A run that was requested, or its start: its settings. */
interface RunRequest extends Values {
  data?: unknown;
  source: string;
  start_from: string;
  method: string;
  family?: string;
  blind: boolean;
}

/** The reply to it (components/results/runs.py): every record, and the observations to draw. */
interface Result {
  family: string;
  x_title: string;
  unit: string;
  n: number;
  x: number[];
  rank: number[];
  z: number[] | null; // labels
  histogram: Bins & { log: (Bins & { zeros: number }) | null };
  true: Mixture | null;
  beside: { head: string; parameters: Mixture; log_likelihood: number | null } | null;
  trajectory: { weights: number[][]; [parameter: string]: number[][] }; // of record and component
  log_likelihood: number[];
  bounds: number[] | null;
  errors: Record<string, number[]> | null;
  fitted: boolean; // else it is a preview: the start alone
  data: string;
  sentence: string;
  notes: string[];
}

/** A histogram: a row of counts for each label, or one where labels are unknown. */
interface Bins {
  edges: number[];
  density: number[];
  counts: number[][];
}

/** A likelihood surface (components/results/studies.py). */
interface Surface {
  parameter: string;
  components: [number, number];
  iteration: number;
  x: number[];
  y: number[];
  log_likelihood: (number | null)[][];
  best: number;
  compared: { path: number[][]; em_passes: number; passes: number; arrived: boolean } | null;
  held: Mixture; // the parameters that it was drawn with
  earlier: number[][][]; // paths of runs before the one on show
}

/** Ends of runs from other starts (components/results/studies.py); `what` is a key of STUDY_WORDS. */
interface StartsStudy {
  rows: { count: number; log_likelihood: number; what: string; parameters: Mixture }[];
  sentence: string;
}

/** The best fits found with each number of components; the numbers of a degenerate one are null. */
interface SizesStudy {
  rows: {
    n_components: number;
    n_free_parameters: number;
    log_likelihood: number | null;
    aic: number | null;
    bic: number | null;
    parameters: Mixture | null;
  }[];
  lowest: { aic: number; bic: number };
  sentence: string;
}

interface Reply<T> {
  errors?: Words;
  result?: T;
}

/* -- figures ------------------------------------------------------------------------------------------------------- */

/** A trace of plotly. */
interface Trace {
  uid: string;
  type: string;
  name: string;
  visible: boolean;
  x: any[];
  y: any[];
  text: any;
  [property: string]: any;
}

interface Figure {
  id: string;
  data: Trace[];
  layout: any;
}

/** Marks of a shape of a figure: short strokes about the points `xs`, `ys`. */
interface Marks {
  xs: number[];
  ys: number[];
  half: number;
  [more: string]: any;
}

interface Drawing {
  figure: Figure;
  marks?: Marks[];
}

/** A figure of the page: assets/figures/registry.mjs. */
interface PageFigure {
  make(config: Config): Drawing | null;
  tables(figure: Figure, words: Words): Table[];
  caption(name: string): [title: string[], subtitle: string];
  sentence?(config: Config): string;
  nameOf?(figure: Figure, trace: Trace): string | undefined;
}

interface Column {
  name: string | number;
  k?: number | string;
  values: any[];
}

/** Numbers of a figure: all values, and the rows to show. */
interface Table {
  what: string;
  count: number;
  columns: Column[];
  at: number[];
  shown?: number;
  current?: number;
  isLog?: boolean;
}

/** How a figure is drawn: `showNow` or `showMoving`. */
type Draw = (id: string, figure: Figure, marks?: Marks[]) => void;

/* -- what modules tell one another --------------------------------------------------------------------------------- */

/** [name, value, default] in the address. */
type Setting = any[];

/** assets/core/features.mjs */
interface Feature {
  view: string;
  linked(config: Config): Setting[];
  settings(config: Config): [heading: string, words: string[]][];
  request?(): RunRequest | null;
}

/** A registered slider or box: assets/core/controls.mjs */
interface Control {
  p: Parameter;
  values: Values;
  config: Config;
  onMove(): void;
}

/** Where the messages of a failed request go: assets/core/failed_requests.mjs */
interface FailureHandler {
  place(request: any): string | false | null;
  focus(request: any): string;
  sentence?: string;
  onFailure?(request: any): void;
  onRetry?(request: any): void;
}

/** What Dash has for the functions that it calls. */
interface Dash {
  set_props(id: string, properties: Values): void;
  no_update: unknown;
  callback_context: {
    triggered: { prop_id: string; value: any }[];
    triggered_id: string;
    inputs: Values;
    states: Values;
    inputs_list: { id: string }[];
    outputs_list: { id: string }[];
  };
  emlab: Record<string, (...values: any[]) => unknown>;
}
