/* Every key that a button prints works: data-key="n", "F8", "ctrl+Enter", "Alt+1", "Shift H". */
(function () {
  "use strict";
  function wanted(text) {
    var parts = text.toLowerCase().split(/\s*\+\s*|\s+/).filter(Boolean);
    if (text === "+" ) parts = ["+"];
    var key = parts[parts.length - 1], mods = parts.slice(0, -1);
    if (key === "⏎") key = "enter";
    if (key === "esc") key = "escape";
    return { key: key, ctrl: mods.indexOf("ctrl") >= 0, alt: mods.indexOf("alt") >= 0,
      shift: mods.indexOf("shift") >= 0 };
  }
  function typing(node) {
    return node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) &&
      !/^(checkbox|radio|button|submit|range)$/.test(node.type || ""));
  }
  function fits(want, event) {
    var key = event.key.toLowerCase();
    // Alt changes what a digit types on some layouts
    if (want.alt && /^Digit\d$/.test(event.code)) key = event.code.slice(5);
    if (key !== want.key || want.ctrl !== (event.ctrlKey || event.metaKey) || want.alt !== event.altKey) return false;
    // signs such as ? are typed with Shift: only letters and named keys care about it
    return want.key.length === 1 && !/[a-z]/.test(want.key) ? true : want.shift === event.shiftKey;
  }
  function visible(node) { return node.getClientRects().length > 0 && !node.disabled; }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    var free = event.ctrlKey || event.metaKey || event.altKey || /^(F\d+|Escape)$/.test(event.key);
    // while typing, Ctrl+Z takes back letters, never orders
    if (typing(event.target) && (!free || (event.ctrlKey && event.key.toLowerCase() === "z"))) return;
    var nodes = document.querySelectorAll("[data-key]");
    for (var i = nodes.length - 1; i >= 0; i--) {
      if (!visible(nodes[i]) || !fits(wanted(nodes[i].getAttribute("data-key")), event)) continue;
      event.preventDefault();
      if (typing(nodes[i])) nodes[i].focus(); else nodes[i].click();
      return;
    }
  });
})();
