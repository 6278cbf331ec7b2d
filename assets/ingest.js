/* The ingest page asks anew every three seconds, and never before the last answer has come. */
(function () {
  "use strict";
  var EVERY_MS = 3000, PATIENCE_MS = 15000, asked = 0;
  document.addEventListener("hubei:flat", function (event) {
    if (event.detail.node.id === "ingest-sums") asked = 0;
  });
  setInterval(function () {
    if (document.hidden || !document.getElementById("ingest-sums") || !window.dash_clientside) return;
    if (asked && Date.now() - asked < PATIENCE_MS) return;
    asked = Date.now();
    window.dash_clientside.set_props("ingest-beat", { data: asked });
  }, EVERY_MS);
})();
