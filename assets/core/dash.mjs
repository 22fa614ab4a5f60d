/* Dash in the browser: `set_props`, `no_update`, and `callback_context` while a function of ours runs for Dash. */
const dash = (window.dash_clientside ??= /** @type {Dash} */ ({}));

export { dash };
