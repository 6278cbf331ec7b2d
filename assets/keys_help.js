/* The list of keys that work now, read from data-key in the page: button text beside its key. */
(function () {
  "use strict";
  function words(node) {
    var copy = node.cloneNode(true);
    copy.querySelectorAll("kbd, small, time, p").forEach(function (k) { k.remove(); });
    var parts = [], walk = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (walk.currentNode.data.trim()) parts.push(walk.currentNode.data.trim());
    var text = node.getAttribute("aria-label") || parts.join(" ") || node.title || node.placeholder || "";
    return text.length > 18 ? text.slice(0, 17) + "…" : text;
  }
  function fill(box) {
    var list = box.querySelector("div"), seen = {};
    list.textContent = "";
    document.querySelectorAll("[data-key]").forEach(function (node) {
      var key = node.getAttribute("data-key"), text = words(node);
      if (!node.getClientRects().length || !text || seen[key]) return;
      seen[key] = true;
      var row = document.createElement("p"), mark = document.createElement("kbd");
      mark.textContent = key.split("+").map(function (k) { return k.charAt(0).toUpperCase() + k.slice(1); }).join(" ");
      row.append(mark, " " + text);
      list.append(row);
    });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-keys-help]");
    if (!button) return;
    var box = document.getElementById(button.getAttribute("data-keys-help"));
    if (box.hidden) fill(box);
    box.hidden = !box.hidden;
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll(".keys-help").forEach(function (box) { box.hidden = true; });
  }, true);
})();
