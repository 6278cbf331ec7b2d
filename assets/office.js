/* An address that ends in #2 opens the second part of an office page. */
(function () {
  "use strict";
  var opened = "";
  function open() {
    var part = location.hash.slice(1), place = location.pathname + part;
    if (!/^[1-8]$/.test(part) || place === opened) return;
    var tab = document.querySelector(".office .to-" + part);
    if (!tab || !window.dash_clientside || !window.dash_clientside.set_props) return;
    opened = place;
    tab.click();
  }
  new MutationObserver(open).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("hashchange", function () { opened = ""; open(); });
})();
