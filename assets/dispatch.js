/* Rows by key: ↑↓ walk, Enter puts in the draft, Delete takes out, M moves, L locks; the focus and
   the scroll stay where they were when a table is drawn anew. */
(function () {
  "use strict";
  var PRESS = { Enter: "data-enter", Delete: "data-delete", Backspace: "data-delete",
    m: "data-move", M: "data-move", l: "data-lock", L: "data-lock" };
  var last = null;

  function rowsOf(box) { return Array.prototype.slice.call(box.querySelectorAll("tr[data-row]")); }
  function pick(row) {
    if (!row) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("focusin", function (event) {
    var row = event.target.closest("tr[data-row]");
    if (!row) return;
    var box = row.closest("[data-rows]");
    last = { box: box, row: row.getAttribute("data-row"), at: rowsOf(box).indexOf(row) };
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("button, input, a, select")) return;
    pick(event.target.closest("[data-rows] tr[data-row]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var row = document.activeElement && document.activeElement.closest("tr[data-row]");
    if (!row || document.activeElement !== row) return walkIn(event);
    var box = row.closest("[data-rows]"), all = rowsOf(box), at = all.indexOf(row), to = null;
    if (event.key === "ArrowDown") to = all[at + 1];
    else if (event.key === "ArrowUp") to = all[at - 1];
    else if (event.key === "Home") to = all[0];
    else if (event.key === "End") to = all[all.length - 1];
    else if (PRESS[event.key]) {
      var button = row.querySelector("[" + PRESS[event.key] + "]:not(:disabled)");
      if (!button) return;
      event.preventDefault();
      button.click();
      return;
    } else return;
    event.preventDefault();
    pick(to);
  }, true);

  /* from the search field the arrow goes into the rows below it */
  function walkIn(event) {
    if (event.key !== "ArrowDown" || !event.target.closest) return;
    var field = event.target.closest(".roster .fil, .supplies .fil");
    if (!field || event.target.tagName !== "INPUT" || event.target.getAttribute("role") === "combobox") return;
    var box = field.parentElement.querySelector("[data-rows]");
    if (!box || !rowsOf(box).length) return;
    event.preventDefault();
    pick(rowsOf(box)[0]);
  }

  /* a row that was drawn anew or taken out hands the focus to its successor */
  new MutationObserver(function () {
    if (!last || document.activeElement !== document.body) return;
    if (!last.box.isConnected || !last.box.getClientRects().length) { last = null; return; }
    var all = rowsOf(last.box);
    var same = all.filter(function (r) { return r.getAttribute("data-row") === last.row; })[0];
    var row = same || all[Math.min(last.at, all.length - 1)];
    if (row) row.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("mousedown", function (event) {
    if (!event.target.closest("[data-rows]")) last = null;
  });
})();
