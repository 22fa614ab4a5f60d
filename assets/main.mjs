/* The page's own code begins here. start.js imports this module, and then starts Dash, which finds its functions in
   `dash_clientside.emlab` (ClientsideFunction("emlab", …) in components/). */
import { dash } from "./core/dash.mjs";
import * as controls from "./core/controls.mjs";
import "./core/disclosure.mjs";
import * as network from "./core/network.mjs";
import * as bound from "./maths/lower_bound.mjs";
import * as densities from "./maths/densities.mjs";
import * as sampling from "./maths/sampling.mjs";
import * as figures from "./figures/draw.mjs";
import "./figures/points.mjs";
import "./figures/tables.mjs";
import * as explorer from "./explorer/explorer.mjs";
import * as ownData from "./run/own_data.mjs";
import * as run from "./run/run.mjs";
import * as estimates from "./run/estimates.mjs";
import * as pace from "./run/pace.mjs";
import * as runState from "./run/state.mjs";
import * as studies from "./run/studies.mjs";
import * as walk from "./run/walk.mjs";
import * as xScale from "./run/figures/x_scale.mjs";
import "./run/figures/data.mjs";
import "./run/figures/posterior.mjs";
import "./run/figures/log_likelihood.mjs";
import "./run/figures/bound.mjs";
import "./run/figures/linked.mjs";
import "./run/figures/parameters.mjs";
import "./run/figures/surface.mjs";
import "./run/figures/starts.mjs";
import "./run/figures/choice.mjs";
import * as link from "./page/address.mjs";
import * as background from "./page/background.mjs";
import * as pageExport from "./page/export.mjs";
import "./page/handout.mjs";
import "./page/hiding.mjs";
import "./page/present.mjs";
import * as query from "./page/query.mjs";
import * as share from "./page/share.mjs";
import "./page/tour.mjs";
import * as views from "./page/views.mjs";

dash.emlab = {
  background: background.open,
  exponential: explorer.exponential,
  export: pageExport.receive,
  gaussian: explorer.gaussian,
  own_data: ownData.showReading,
  press_one: controls.pressOne,
  qr: share.receiveCode,
  run_colours: run.recolour,
  run_controls: run.updateControls,
  run_results: run.showReply,
  select_panel: controls.openTab,
  select_view: views.select,
  study_results: studies.showReply,
  theme: figures.setTheme,
  toggle: controls.toggle,
  views: views.deliver,
  x_scale: xScale.choose,
};

/* For tests and benchmarks only: modules import one another. */
window.emlab = {
  bound,
  controls,
  densities,
  estimates,
  figures,
  link,
  network,
  pace,
  query,
  run,
  runState,
  sampling,
  views,
  walk,
};
