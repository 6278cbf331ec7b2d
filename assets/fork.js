/* The what-if panel: an amount typed over a need is handed in on Enter or when the field is left. */
(function () {
  "use strict";
  function hand(field) {
    if (field.value === "" || field.value === field.defaultValue || !field.validity.valid) return;
    window.dash_clientside.set_props("act-fork", { data: { "do": "need", incident: field.getAttribute("data-of"),
      capability: field.getAttribute("data-fork-need"), amount: Number(field.value),
      n: Date.now().toString(36) + Math.random().toString(36).slice(2, 8) } });
    field.defaultValue = field.value;
  }
  function field(node) { return node.closest ? node.closest("[data-fork-need]") : null; }
  document.addEventListener("keydown", function (event) {
    var typed = field(event.target);
    if (!typed || event.isComposing) return;
    if (event.key === "Enter") { event.preventDefault(); hand(typed); }
    else if (event.key === "Escape") { typed.value = typed.defaultValue; typed.blur(); event.stopPropagation(); }
  }, true);
  document.addEventListener("focusout", function (event) {
    var typed = field(event.target);
    if (typed && typed.isConnected) hand(typed);
  });
})();
