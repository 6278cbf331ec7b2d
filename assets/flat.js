/* Writes the markup that an element carries in data-flat into it, and keeps scroll and focus. */
(function () {
  "use strict";
  function mark(node) {
    return node.id ? "#" + CSS.escape(node.id) : null;
  }
  function path(root, node) {
    var steps = [];
    while (node && node !== root) {
      steps.unshift(Array.prototype.indexOf.call(node.parentNode.children, node));
      node = node.parentNode;
    }
    return node === root ? steps : null;
  }
  function key(node) {
    return node.getAttribute("data-row") || null;
  }
  function follow(root, steps) {
    return steps.reduce(function (node, i) { return node && node.children[i]; }, root);
  }
  function write(node) {
    var markup = node.getAttribute("data-flat") || "";
    if (node.flatMarkup === markup) return;
    node.flatMarkup = markup;
    var held = node.contains(document.activeElement) && document.activeElement !== node
      ? document.activeElement : null;
    var again = held && (mark(held) || (key(held) && '[data-row="' + CSS.escape(key(held)) + '"]'));
    var steps = held && path(node, held);
    node.innerHTML = markup;
    document.dispatchEvent(new CustomEvent("hubei:flat", { detail: { node: node } }));
    if (!held) return;
    var next = (again && node.querySelector(again)) || (steps && follow(node, steps));
    if (next && next.focus) next.focus({ preventScroll: true });
  }
  function all(root) {
    if (root.nodeType !== 1) return;
    if (root.hasAttribute("data-flat")) write(root);
    root.querySelectorAll("[data-flat]").forEach(write);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") write(change.target);
      else change.addedNodes.forEach(all);
    });
  }).observe(document.documentElement, {
    attributes: true, attributeFilter: ["data-flat"], childList: true, subtree: true,
  });
})();
