/* Newest values on the monitoring page: asked for every few seconds while somebody looks. */
(function () {
  "use strict";
  var EVERY_MS = 5000, MOST = 300;
  function put(found) {
    Object.keys(found).forEach(function (id) {
      var key = CSS.escape(id), one = found[id];
      document.querySelectorAll('[data-live-value="' + key + '"]').forEach(function (node) { node.textContent = one.shown; });
      document.querySelectorAll('[data-live-at="' + key + '"]').forEach(function (node) { node.setAttribute("data-age-since", one.at); });
    });
  }
  function ask() {
    if (document.hidden) return;
    var ids = Array.prototype.map.call(document.querySelectorAll("[data-live-value]"), function (node) {
      return node.getAttribute("data-live-value");
    }).slice(0, MOST);
    if (!ids.length) return;
    fetch("/api/v1/sensors/latest?ids=" + encodeURIComponent(ids.join(",")), { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .then(put)
      .catch(function () { /* no link: ages go on, the header says so */ });
  }
  setInterval(ask, EVERY_MS);
})();
