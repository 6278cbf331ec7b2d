/* The calm wall's lists take the room there is: what does not fit is put away, and told as 另有 n 项. */
(function () {
  "use strict";
  var LISTS = ".inc-card.calm [data-yields]";

  function rows(list) { return list.querySelectorAll(":scope > li:not(.more)"); }
  function shown(list) { return list.querySelectorAll(":scope > li:not(.more):not([hidden])"); }
  function spare(list) { return shown(list).length - Number(list.dataset.least); }

  /* who gives up a row next: the one that yields first, the longest among equals */
  function next(lists) {
    return lists.filter(function (list) { return spare(list) > 0; }).sort(function (a, b) {
      return a.dataset.yields - b.dataset.yields || shown(b).length - shown(a).length;
    })[0];
  }
  function say(list) {
    var more = list.querySelector(":scope > .more");
    if (!more) return;
    var away = rows(list).length - shown(list).length + Number(more.dataset.beyond);
    if (away) more.dataset.more = away;
    else delete more.dataset.more;
  }
  function fit(card) {
    var lists = Array.from(card.querySelectorAll("[data-yields]"));
    lists.forEach(function (list) {
      rows(list).forEach(function (row) { row.hidden = false; });
      say(list);
    });
    for (var list; card.scrollHeight > card.clientHeight && (list = next(lists)); say(list)) {
      Array.from(shown(list)).pop().hidden = true;
    }
    lists.sort(function (a, b) { return b.dataset.yields - a.dataset.yields; }).forEach(function (list) { fill(card, list); });
  }
  /* a long row put away may have left room for shorter ones */
  function fill(card, list) {
    for (var row; (row = list.querySelector(":scope > li[hidden]")); say(list)) {
      row.hidden = false;
      say(list);
      if (card.scrollHeight <= card.clientHeight) continue;
      row.hidden = true;
      say(list);
      return;
    }
  }
  function fitAll() {
    var cards = new Set();
    document.querySelectorAll(LISTS).forEach(function (list) { cards.add(list.closest(".inc-card")); });
    cards.forEach(fit);
  }

  var sides = new ResizeObserver(fitAll);
  function look(changes) {
    if (!document.querySelector(".wall .side")) return; /* no wall: every other page changes often */
    /* ages are written every second and change no heights */
    var other = changes.some(function (change) {
      return change.target.closest && !change.target.closest("[data-age-since]") && (change.target.closest(".wall .side") || change.target.querySelector(".wall .side"));
    });
    if (!other) return;
    document.querySelectorAll(".wall .side").forEach(function (side) { sides.observe(side); });
    fitAll();
  }
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  document.fonts.ready.then(fitAll);
})();
