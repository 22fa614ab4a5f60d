/* `emlab` holds what scripts use of one another, `dash_clientside.emlab` what Dash calls. Scripts run in the ORDER of
   serving/files.py, then by name: this file first, and core/ before the others, which use it as they load. */
window.emlab = {};
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.emlab = {};
