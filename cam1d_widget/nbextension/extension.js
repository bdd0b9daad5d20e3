// Tells the classic notebook (and VS Code, which reads this file) where the browser half stands.
define(function () {
  "use strict";
  window["requirejs"].config({
    map: { "*": { "cam1d-widget": "nbextensions/cam1d-widget/index" } },
  });
  return { load_ipython_extension: function () {} };
});
