/* The header's clock, link words, data age and journal number; domain time, without drift. */
(function () {
  "use strict";
  var anchor = null;
  var days = "日一二三四五六";
  var BEIJING = 8 * 3600 * 1000;

  document.addEventListener("hubei:clock", function (event) {
    var d = event.detail;
    anchor = { shows: Date.parse(d.now), real: performance.now(), speed: d.speed, paused: d.paused };
  });
  function now() {
    if (!anchor) return null;
    return anchor.paused ? anchor.shows : anchor.shows + (performance.now() - anchor.real) * anchor.speed;
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function write(id, text) {
    var node = document.getElementById(id);
    if (node && node.textContent !== text) node.textContent = text;
  }
  function grouped(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009"); }
  function draw() {
    var at = now();
    if (at !== null) {
      var d = new Date(at + BEIJING);
      write("live-clock", two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + ":" + two(d.getUTCSeconds()));
      write("live-date", d.getUTCFullYear() + "-" + two(d.getUTCMonth() + 1) + "-" + two(d.getUTCDate()) +
        " 周" + days[d.getUTCDay()] +
        (anchor.paused ? "（暂停）" : anchor.speed !== 1 ? "（×" + anchor.speed + "）" : ""));
    }
    if (!window.hubeiLink) return;
    var link = window.hubeiLink(), seconds = Math.floor(link.silent / 1000);
    write("live-link", link.up ? (link.store ? "已连接" : "数据库中断，正在恢复") : link.up === false ? "连接中断，正在重连" : "连接中");
    if (link.up !== null) {
      write("live-fresh", "数据 " + (seconds < 60 ? seconds + " 秒前" : Math.floor(seconds / 60) + " 分前"));
      write("live-number", "记录 #" + grouped(link.revision));
    }
  }
  /* on a county's own machine: the province answers, or has not since when and what waits */
  document.addEventListener("hubei:province", function (event) {
    var to = event.detail, node = document.getElementById("live-province");
    if (!node) return;
    var at = new Date(Date.parse(to.since) + BEIJING);
    var since = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
    var waits = to.waiting ? "，" + to.waiting + " 条待上报" : "";
    write("live-province", to.linked ? "与省连接" + waits : "脱网 " + since + " 起" + waits);
    node.className = "to-province " + (to.linked ? "joined" : "apart");
    node.title = to.error || (since + " 起与省中心连接");
  });
  /* parts that are down while the rest works: named, and on hover, focus or touch told in full */
  document.addEventListener("hubei:lacking", function (event) {
    var node = document.getElementById("live-lacking"), down = event.detail;
    if (!node) return;
    write("live-lacking", down.length ? "降级：" + down.map(function (p) { return p.word; }).join("、") : "");
    node.dataset.said = down.map(function (p) { return p.word + "：" + p.said; }).join("\n");
    node.tabIndex = down.length ? 0 : -1;
  });
  document.addEventListener("hubei:link", draw);
  setInterval(draw, 200);
})();
