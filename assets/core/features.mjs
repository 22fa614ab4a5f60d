/* What views tell of themselves to the address, the handout and the export, which know none of them. */

/** @type {Feature[]} */
const features = [];

/** A feature has functions that take the page's config:
     linked     [[name, value, default], …] for the address
     settings   [[heading, [words, …]], …] for the handout of its `view`
     request    what a file of its view is made of, or null if there is nothing yet (optional)
   @param {Feature} feature */
const register = (feature) => features.push(feature);

/** @param {Config} config */
const linked = (config) => features.flatMap((feature) => feature.linked(config));

const ofView = (view) => features.find((feature) => feature.view === view);

export { linked, ofView, register };
