/* plotly.js with no more than this page draws with: scatter, bar and contour on Cartesian axes, with annotations, shapes
   and legends. What plotly's own partial bundles hold besides takes a slow computer seconds to run. As its src/core.js. */
"use strict";
require("plotly.js/build/plotcss");
const { register } = require("plotly.js/src/registry");

for (const [name, fn] of Object.entries(require("plotly.js/src/plot_api"))) {
  if (!name.startsWith("_")) exports[name] = fn;
  register({ moduleType: "apiMethod", name, fn });
}
register([
  require("plotly.js/src/traces/scatter"),
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/contour"),
  require("plotly.js/src/components/annotations"),
  require("plotly.js/src/components/shapes"),
  require("plotly.js/src/components/errorbars"), // scatter and bar ask for it
  require("plotly.js/src/components/colorscale"),
  require("plotly.js/src/components/colorbar"),
  require("plotly.js/src/components/legend"), // after shapes: its defaults depend on them
  require("plotly.js/src/components/fx"),
  require("plotly.js/src/components/modebar"),
  require("plotly.js/src/locale-en"),
  require("plotly.js/src/locale-en-us"),
]);
exports.version = require("plotly.js/src/version").version;
exports.Plots = { resize: require("plotly.js/src/plots/plots").resize };
