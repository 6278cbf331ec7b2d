/* Signing out: ends the session on the server, then shows the door. */
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-signout]")) return;
    var found = document.cookie.split("; ").find(function (c) { return c.indexOf("_csrf_token=") === 0; });
    var csrf = found ? decodeURIComponent(found.slice("_csrf_token=".length)) : "";
    fetch("/api/v1/session", { method: "DELETE", headers: { "X-CSRFToken": csrf } })
      .then(function () { location.assign("/signin"); });
  });
})();
