/** As in package.json (held together by a test): Python registers its widgets under this name and version. */
export const MODULE_NAME = "cam1d-widget";
export const MODULE_VERSION = "0.1.0";
