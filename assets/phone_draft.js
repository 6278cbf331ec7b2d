/* What is typed on a phone is kept with every key, in one step: no reload comes in between. */
(function () {
  "use strict";
  var before = (document.documentElement.dataset.keep || "hubei-field") + "-typed:", memory = {};

  function held(name) {
    try { return JSON.parse(localStorage.getItem(before + name)) || {}; } catch (_) { return memory[name] || {}; }
  }
  function fields(box) {
    return Array.from(box.querySelectorAll("textarea, select, input:not([type=file])"));
  }
  function key(field) { return field.name || field.id || field.getAttribute("aria-label"); }

  function keep(name, box) {
    var typed = {};
    fields(box).forEach(function (field) {
      if (field.type !== "radio" || field.checked) typed[key(field)] = field.value;
    });
    memory[name] = typed;
    try { localStorage.setItem(before + name, JSON.stringify(typed)); } catch (_) { /* in memory */ }
  }

  window.hubeiDraft = {
    held: held,
    keep: keep,
    /* fill a box with what was typed in it before, and keep what is typed from now on */
    follow: function (name, box) {
      var typed = held(name);
      fields(box).forEach(function (field) {
        if (field.type !== "radio" && key(field) in typed) field.value = typed[key(field)];
      });
      ["input", "change"].forEach(function (what) {
        box.addEventListener(what, function () { keep(name, box); });
      });
    },
    forget: function (name) {
      delete memory[name];
      try { localStorage.removeItem(before + name); } catch (_) { /* in memory */ }
    }
  };
})();
