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
  /* what was typed and not yet handed in, what is unfolded, how far each list is scrolled */
  function typed(node) {
    var kept = {};
    node.querySelectorAll("input[id], select[id]").forEach(function (field) {
      var first = field.tagName === "SELECT" ? "" : field.defaultValue;
      if (field.value !== first) kept[field.id] = field.value;
    });
    return kept;
  }
  function marked(node, name, read) {
    var kept = {};
    node.querySelectorAll("[" + name + "]").forEach(function (one) { kept[one.getAttribute(name)] = read(one); });
    return kept;
  }
  function scroller(node) {
    while (node && node !== document.body) {
      if (node.scrollHeight > node.clientHeight && /auto|scroll/.test(getComputedStyle(node).overflowY)) return node;
      node = node.parentNode;
    }
    return null;
  }
  function restore(node, was) {
    Object.keys(was.typed).forEach(function (id) {
      var field = document.getElementById(id);
      if (field && node.contains(field) && field.value !== was.typed[id]) field.value = was.typed[id];
    });
    node.querySelectorAll("[data-fold]").forEach(function (fold) {
      var open = was.folds[fold.getAttribute("data-fold")];
      if (open !== undefined) fold.open = open;
    });
    node.querySelectorAll("[data-scroll]").forEach(function (box) {
      box.scrollTop = was.scrolls[box.getAttribute("data-scroll")] || 0;
    });
  }
  function write(node) {
    var markup = node.getAttribute("data-flat") || "";
    if (node.flatMarkup === markup) return;
    node.flatMarkup = markup;
    var held = node.contains(document.activeElement) && document.activeElement !== node
      ? document.activeElement : null;
    var again = held && (mark(held) || (key(held) && '[data-row="' + CSS.escape(key(held)) + '"]'));
    var steps = held && path(node, held);
    var was = { typed: typed(node), folds: marked(node, "data-fold", function (n) { return n.open; }),
      scrolls: marked(node, "data-scroll", function (n) { return n.scrollTop; }) };
    var top = held && held.getBoundingClientRect().top;
    node.innerHTML = markup;
    restore(node, was);
    document.dispatchEvent(new CustomEvent("hubei:flat", { detail: { node: node } }));
    if (!held) return;
    var next = (again && node.querySelector(again)) || (steps && follow(node, steps));
    if (!next || !next.focus) return;
    next.focus({ preventScroll: true });
    /* the row under the eye stays where it was */
    var box = again && key(next) && scroller(next.parentNode);
    if (box) box.scrollTop += next.getBoundingClientRect().top - top;
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
