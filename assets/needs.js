/* The needs box by hand: Enter or leaving a field hands a changed one over, Esc takes it back; what
   was refused stays as it was typed, with the reason below it, through every redraw. */
(function () {
  "use strict";
  var handed = {}, wrong = {}, count = 0;
  function put(id, props) { window.dash_clientside.set_props(id, props); }
  function act(what) {
    document.documentElement.toggleAttribute("data-solving", true);
    count += 1;
    put("act-plan", { data: Object.assign(what, { n: Date.now().toString(36) + "-" + count }) });
  }
  function state(id, words) {
    if (words) wrong[id] = words; else delete wrong[id];
    show(document);
  }
  function show(root) {
    root.querySelectorAll("[data-wrong]").forEach(function (line) {
      var id = line.getAttribute("data-wrong"), field = document.getElementById(id);
      line.textContent = wrong[id] || "";
      if (field) field.setAttribute("aria-invalid", wrong[id] ? "true" : "false");
    });
  }
  function hand(field) {
    if (field.value === field.defaultValue) return state(field.id, "");
    if (field.value === handed[field.id]) return;
    handed[field.id] = field.value;
    act(Object.assign(JSON.parse(field.getAttribute("data-states")),
      { "do": "need", text: field.value, field: field.id }));
  }
  function add(box) {
    var what = Object.assign(JSON.parse(box.getAttribute("data-add")), { "do": "add_need", fields: {} });
    box.querySelectorAll("[data-part]").forEach(function (field) {
      what[field.getAttribute("data-part")] = field.value;
      what.fields[field.getAttribute("data-part")] = field.id;
      handed[field.id] = field.value;
    });
    act(what);
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.hubei_needs = {
    /* what became of what was handed over: {settled: {id: text as kept}, errors: {id: words}} */
    told: function (said) {
      Object.keys((said && said.settled) || {}).forEach(function (id) {
        var field = document.getElementById(id);
        if (field && field.value === handed[id]) {
          field.value = said.settled[id];
          if (field.tagName === "INPUT") field.defaultValue = said.settled[id];
        }
        delete handed[id];
        state(id, "");
      });
      Object.keys((said && said.errors) || {}).forEach(function (id) {
        state(id, said.errors[id]);
      });
      return window.dash_clientside.no_update;
    },
  };
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    var field = event.target.closest ? event.target.closest(".plan-view :is([data-states],[data-part])") : null;
    if (!field) return;
    if (event.key === "Enter" && field.hasAttribute("data-states")) { delete handed[field.id]; hand(field); }
    else if (event.key === "Enter") add(field.closest("[data-add]"));
    else if (event.key === "Escape" && field.tagName === "INPUT") {
      field.value = field.defaultValue;
      state(field.id, "");
      field.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", function (event) {
    var field = event.target;
    if (field.matches && field.matches("[data-states]") && field.isConnected) hand(field);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-adds]") : null;
    if (button) add(button.closest("[data-add]"));
  });
  document.addEventListener("hubei:flat", function (event) { show(event.detail.node); });
})();
