/* The duty desk in the browser: clicks that set properties, two-step confirmation, ageing rows,
   drafts that survive a reload. Attributes: data-sets, data-acts, data-confirm, data-ages,
   data-draft (a form) with data-field (a component id) inside it. */
(function () {
  "use strict";
  var ARM_MS = 4000, AGE2_MS = 120000, AGE3_MS = 300000;
  function nonce() { return Date.now().toString(36) + "-" + Math.random().toString(36).slice(2, 10); }
  function put(id, props) { window.dash_clientside.set_props(id, props); }
  function parsed(node, name) {
    try { return JSON.parse(node.getAttribute(name)); } catch (e) { return null; }
  }

  function armed(button) {
    var words = button.getAttribute("data-confirm");
    if (!words || button.classList.contains("armed")) return true;
    button.classList.add("armed");
    button.setAttribute("data-armed", words);
    setTimeout(function () { button.classList.remove("armed"); button.removeAttribute("data-armed"); }, ARM_MS);
    return false;
  }
  function act(button) {
    if (button.disabled || !armed(button)) return;
    button.classList.remove("armed");
    var sets = parsed(button, "data-sets"), acts = parsed(button, "data-acts");
    if (sets) Object.keys(sets).forEach(function (id) { put(id, sets[id]); });
    if (acts) {
      var store = acts.store;
      delete acts.store;
      acts.n = nonce();
      if (store === "act-draft" && window.hubeiSubmit) window.hubeiSubmit(acts);
      else put(store, { data: acts });
    }
    var focus = button.getAttribute("data-focus"), before = document.activeElement;
    if (focus) setTimeout(function () {
      /* not out of a field that somebody has gone to meanwhile: the next key was meant for that one */
      var f = document.querySelector(focus), at = document.activeElement;
      if (f && (at === before || !at.matches("input, textarea, select"))) f.focus();
    }, 60);
    var goto_ = parsed(button, "data-goto");
    if (goto_) document.dispatchEvent(new CustomEvent("hubei:goto", { detail: goto_ }));
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-sets],[data-acts],[data-goto]");
    if (button) act(button);
  });

  function ageRows() {
    var now = window.hubeiNow ? window.hubeiNow() : Date.now();
    document.querySelectorAll("[data-ages]").forEach(function (row) {
      var age = now - Date.parse(row.getAttribute("data-ages"));
      row.classList.toggle("age2", age >= AGE2_MS && age < AGE3_MS);
      row.classList.toggle("age3", age >= AGE3_MS);
    });
  }
  setInterval(ageRows, 1000);
  document.addEventListener("hubei:clock", ageRows);

  /* drafts: kept per account and form; whatever is typed is restored after a reload or a sign-in */
  function account() {
    var node = document.querySelector("[data-account]");
    return node ? node.getAttribute("data-account") : "";
  }
  function drawer(form) { return "hubei-draft:" + account() + ":" + form.getAttribute("data-draft"); }
  function read(name) { try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (e) { return {}; } }
  function valueOf(field) {
    var radio = field.querySelector("input[type=radio]");
    if (radio) {
      var on = field.querySelector("input[type=radio]:checked");
      return on ? on.value : null;
    }
    var input = field.querySelector("textarea, input");
    return input ? input.value : null;
  }
  function keep(event) {
    var field = event.target.closest ? event.target.closest("[data-field]") : null;
    var form = field && field.closest("[data-draft]");
    if (!form) return;
    note(form, field); // at once: a form put back in this very moment reads what was typed, not what was before
    setTimeout(function () { note(form, field); }, 0);
  }
  function note(form, field) {
    var kept = read(drawer(form)), value = valueOf(field);
    if (value) kept[field.getAttribute("data-field")] = value;
    else delete kept[field.getAttribute("data-field")];
    try { localStorage.setItem(drawer(form), JSON.stringify(kept)); } catch (e) { /* full disk: the page still holds it */ }
  }
  document.addEventListener("input", keep);
  document.addEventListener("change", keep);

  function restore(form) {
    form.setAttribute("data-restored", "1");
    var kept = read(drawer(form)), any = false;
    form.querySelectorAll("[data-field]").forEach(function (field) {
      var id = field.getAttribute("data-field");
      if (kept[id] && valueOf(field) !== kept[id]) { put(id, { value: kept[id] }); any = true; }
    });
    form.classList.toggle("has-draft", any);
  }
  function restoreAll() {
    if (!window.dash_clientside || !window.dash_clientside.set_props) return;
    if (!document.querySelector("[data-account]")) return;
    document.querySelectorAll("[data-draft]:not([data-restored])").forEach(restore);
  }
  new MutationObserver(restoreAll).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", restoreAll);

  /* a form that was taken is emptied by the server; its draft goes with it */
  window.hubeiDropDraft = function (name) {
    document.querySelectorAll('[data-draft="' + name + '"]').forEach(function (form) {
      localStorage.removeItem(drawer(form));
      form.classList.remove("has-draft");
    });
  };
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      var name = change.target.getAttribute && change.target.getAttribute("data-drop");
      if (name) window.hubeiDropDraft(name.split("#")[0]);
    });
  }).observe(document.documentElement, { attributes: true, subtree: true, attributeFilter: ["data-drop"] });
})();
