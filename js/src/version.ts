/** As in package.json (a test holds the two together): Python asks the widget registry for this name and version. */
export const MODULE_NAME = "cam1d-widget";
export const MODULE_VERSION = "0.1.0";
