/* Types of what the browser has besides, for this page. */

/** Ends of ids tell what has a value, and what is a dialog. */
type Valued = "box" | "cell" | "slider" | "select" | "text" | "file" | "column" | "link" | "snippet" | "view" | "theme";
interface ById {
  (id: `${string}-${Valued}`): HTMLInputElement;
  (id: `${string}-dialog`): HTMLDialogElement;
  (id: "share-large"): HTMLButtonElement;
  (id: "plotly"): HTMLLinkElement;
  (id: string): HTMLElement;
}

/** An element in which plotly has drawn. */
interface Plot extends HTMLElement, Pick<Figure, "data" | "layout"> {
  _fullLayout: any;
  _context: any;
  on(type: string, listener: (event: any) => void): void;
}

interface Window {
  Plotly: any;
  katex: any;
  dash_clientside: Dash;
  emlab: object;
  DashRenderer: new () => unknown;
}

interface DocumentEventMap {
  figure: CustomEvent<string>; // its id: it shows something else
  point: CustomEvent<{ id: string; trace: Trace | null; i: number }>; // one is at a point of a figure, or at none
  enter: CustomEvent<{ id: string; x: number; y: number }>; // Enter was pressed at a point of a figure
}

/* The page listens to the document. Then the target of an event is an element, and here it may have a value. */
interface Document {
  addEventListener(type: "drawn" | "resized", listener: (event: { target: Plot }) => void): void;
  addEventListener<K extends keyof DocumentEventMap>(
    type: K,
    listener: (event: DocumentEventMap[K] & { target: HTMLInputElement }) => void,
    options?: boolean | AddEventListenerOptions
  ): void;
  addEventListener(
    type: string, // one of several
    listener: (event: PointerEvent & DragEvent & { target: HTMLInputElement }) => void,
    options?: boolean | AddEventListenerOptions
  ): void;
}

/* Whatever the page looks for is HTML. */
interface ParentNode {
  querySelector(selectors: `${string}.js-plotly-plot`): Plot | null;
  querySelector(selectors: `${string} tbody`): HTMLTableSectionElement | null;
  querySelector(selectors: string): HTMLElement | null;
  querySelectorAll(selectors: string): NodeListOf<HTMLElement>;
}
interface Element {
  closest(selectors: string): HTMLElement | null;
}
