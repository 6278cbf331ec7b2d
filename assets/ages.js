/* Ages, elapsed times and deadlines: written in the browser from data attributes, on domain time.
   data-elapsed-since  07:21:36        data-age-since  18 分前
   data-due            剩 00:28 / 超 00:10, and the class is-soon or is-late on the element. */
(function () {
  "use strict";
  var anchor = { shows: Date.now(), real: performance.now(), speed: 1, paused: true };
  var SOON_MINUTES = 30;

  function now() {
    if (anchor.paused) return anchor.shows;
    return anchor.shows + (performance.now() - anchor.real) * anchor.speed;
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(ms) {
    var s = Math.max(0, Math.floor(ms / 1000));
    return two(Math.floor(s / 3600)) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
  }
  function minutes(ms) {
    var m = Math.floor(Math.abs(ms) / 60000);
    return two(Math.floor(m / 60)) + ":" + two(m % 60);
  }
  function age(ms) {
    var s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return s + " 秒";
    if (s < 3600) return Math.floor(s / 60) + " 分";
    if (s < 86400) return Math.floor(s / 3600) + " 时 " + (Math.floor(s / 60) % 60) + " 分";
    return Math.floor(s / 86400) + " 天";
  }
  function write(node, text) { if (node.textContent !== text) node.textContent = text; }
  function instant(node, name) { return Date.parse(node.getAttribute(name)); }

  function due(node, at) {
    var left = instant(node, "data-due") - at;
    if (isNaN(left)) return;
    write(node, (left < 0 ? "超 " : "剩 ") + minutes(left));
    node.classList.toggle("is-late", left < 0);
    node.classList.toggle("is-soon", left >= 0 && left < SOON_MINUTES * 60000);
  }
  function bar(node, at) {
    var from = instant(node, "data-from"), to = instant(node, "data-to");
    if (isNaN(from) || isNaN(to) || to <= from) return;
    var share = Math.min(100, Math.max(0, (100 * (at - from)) / (to - from)));
    node.style.setProperty("--w", share.toFixed(1) + "%");
    node.classList.toggle("is-late", at > to);
    node.classList.toggle("is-soon", at <= to && to - at < SOON_MINUTES * 60000);
  }
  function each(selector, fn) { document.querySelectorAll(selector).forEach(fn); }
  function tick() {
    var at = now();
    each("[data-elapsed-since]", function (n) {
      var ms = at - instant(n, "data-elapsed-since");
      if (!isNaN(ms)) write(n, clock(ms));
    });
    each("[data-age-since]", function (n) {
      var ms = at - instant(n, "data-age-since");
      if (!isNaN(ms)) write(n, (n.getAttribute("data-age-before") || "") + age(ms) + (n.getAttribute("data-age-after") || ""));
    });
    each("[data-due]", function (n) { due(n, at); });
    each("[data-to]", function (n) { bar(n, at); });
  }
  document.addEventListener("hubei:clock", function (event) {
    var d = event.detail;
    anchor = { shows: Date.parse(d.now), real: performance.now(), speed: d.speed || 1, paused: !!d.paused };
    tick();
  });
  document.addEventListener("hubei:flat", tick);
  window.hubeiNow = now;
  setInterval(tick, 1000);
})();
