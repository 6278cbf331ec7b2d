/* The plan view by hand and key: edits queued so that none is lost, plans asked for when an edit
   wants one, rows dragged between columns. */
(function () {
  "use strict";
  var EDITS_KEPT = 30, CALM_MS = 150, LONGEST_MS = 60000;
  var LETTERS = { a: "甲", b: "乙", c: "丙" };
  var edits = [], last = 0, asked = 0, wanted = 0, calm = null, watch = null, follow = null, held = null, open = {};
  function put(id, props) { window.dash_clientside.set_props(id, props); }
  function submit(act) {
    last = Math.max(Date.now(), last + 1);
    edits = edits.concat([Object.assign({}, act, { seq: last })]).slice(-EDITS_KEPT);
    if (act.solve || act["do"] === "solve") { wanted = last; solving(true); }
    put("act-draft", { data: Object.assign({}, act, { seq: last, edits: edits }) });
  }
  function solving(on) { document.documentElement.toggleAttribute("data-solving", on); }
  window.hubeiSubmit = submit;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.hubei_plan = {
    /* one plan at a time is wanted: the newest edit's */
    ask: function (draft) {
      var number = (draft && draft.ask) || 0;
      solving(number > 0 || ((draft && draft.applied) || 0) < wanted);
      if (!number || number === asked) return window.dash_clientside.no_update;
      asked = number;
      clearTimeout(calm);
      clearTimeout(watch);
      calm = setTimeout(function () { put("plan-ask", { data: { "for": number } }); }, CALM_MS);
      watch = setTimeout(function () { submit({ "do": "unsolved", "for": number }); }, LONGEST_MS);
      return window.dash_clientside.no_update;
    },
    answered: function (act) {
      solving(false);
      if (act) submit(act);
      return window.dash_clientside.no_update;
    },
  };

  function view() { return document.querySelector(".plan-view.open"); }
  function row(node) { return node && node.closest ? node.closest(".plan-view [data-row]") : null; }
  function boxOf(one) { return one.closest(".pcol"); }
  function rowsOf(box) { return Array.prototype.slice.call(box.querySelectorAll("[data-row]")); }
  function columns() {
    return Array.prototype.slice.call(document.querySelectorAll(".plan-view .pcol[data-into]"))
      .sort(function (a, b) { return a.getBoundingClientRect().left - b.getBoundingClientRect().left; });
  }
  function pick(one) {
    if (!one) return;
    one.focus({ preventScroll: true });
    one.scrollIntoView({ block: "nearest" });
  }
  function what(one) {
    var act = { incident: one.getAttribute("data-in"), solve: true };
    if (one.hasAttribute("data-lot")) act.lot = one.getAttribute("data-lot");
    else act.team = one.getAttribute("data-team");
    if (one.hasAttribute("data-standing")) act.standing = true;
    return act;
  }
  function place(one, to) {
    var act = what(one);
    if (act.incident === to || (act.lot && !act.incident)) return false;
    if (act.standing && !to) act = { "do": "release", team: act.team, solve: true };
    else { act["do"] = "place"; act.to = to; if (act.standing) act.incident = ""; }
    if (act.lot && !to) delete act.solve; // a plan would only put it back
    submit(act);
    return true;
  }

  /* keys of the focused row */
  function step(one, by) {
    var here = boxOf(one), all = columns().filter(function (c) { return c === here || c.getAttribute("data-into"); });
    var at = all.indexOf(here) + by;
    if (at < 0 || at >= all.length) return;
    follow = one.getAttribute("data-team") || one.getAttribute("data-lot");
    if (!place(one, all[at].getAttribute("data-into"))) follow = null;
  }
  function send(one, letter) {
    var to = columns().filter(function (c) { return c.getAttribute("data-letter") === letter; })[0];
    if (!to) return;
    follow = one.getAttribute("data-team") || one.getAttribute("data-lot");
    if (!place(one, to.getAttribute("data-into"))) follow = null;
  }
  function unfold(one) {
    var name = one.getAttribute("data-row");
    open[name] = !open[name];
    one.classList.toggle("is-open", open[name]);
  }
  function act(one, event) {
    var name = event.key, inside = one.getAttribute("data-in"), team = one.getAttribute("data-team");
    var all = rowsOf(boxOf(one)), at = all.indexOf(one), ordered = one.hasAttribute("data-standing");
    if (name === "ArrowDown") pick(all[at + 1]);
    else if (name === "ArrowUp") pick(all[at - 1]);
    else if (name === "Home") pick(all[0]);
    else if (name === "End") pick(all[all.length - 1]);
    else if (name === "PageDown") pick(all[Math.min(at + 10, all.length - 1)]);
    else if (name === "PageUp") pick(all[Math.max(at - 10, 0)]);
    else if (name === "ArrowLeft") step(one, -1);
    else if (name === "ArrowRight") step(one, 1);
    else if (name === "Tab") return hop(one, event.shiftKey ? -1 : 1);
    else if (/^[abc]$/i.test(name)) send(one, LETTERS[name.toLowerCase()]);
    else if (/^l$/i.test(name)) { if (team && inside && !ordered) submit(Object.assign(what(one), { "do": "lock" })); }
    else if (/^x$/i.test(name)) { if (team && !ordered) submit(Object.assign(what(one), { "do": "ban" })); }
    else if (name === "Delete" || name === "Backspace") {
      if (ordered) submit({ "do": one.getAttribute("data-asked") ? "unrelease" : "release", team: team, solve: true });
      else if (inside) place(one, "");
    } else if (name === "Enter") unfold(one);
    else return false;
    return true;
  }
  function hop(one, by) {
    var all = columns(), at = all.indexOf(boxOf(one)) + by;
    if (at < 0 || at >= all.length || !rowsOf(all[at]).length) return false;
    pick(rowsOf(all[at])[0]);
    return true;
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !view()) return;
    var one = row(document.activeElement);
    if (one && document.activeElement === one) {
      if (act(one, event)) { event.preventDefault(); event.stopPropagation(); }
      return;
    }
    if (event.key === "ArrowDown" && event.target.closest(".ppool header")) {
      event.preventDefault();
      pick(rowsOf(event.target.closest(".pcol"))[0]);
    }
  }, true);

  /* a free team's buttons stand only at the row at hand: hundreds of them need not be sent */
  function offer(one) {
    if (!one || !one.classList.contains("free") || one.querySelector(".do")) return;
    var box = document.createElement("div");
    box.className = "do";
    columns().forEach(function (column) {
      var to = column.getAttribute("data-into"), letter = column.getAttribute("data-letter");
      if (!to) return;
      var button = document.createElement("button");
      button.className = "mini " + (column.className.match(/\b(jia|yi|bing)\b/) || [""])[0];
      button.tabIndex = -1;
      button.textContent = "＋" + letter;
      button.title = "派往" + letter + "，锁定后重新求解";
      button.addEventListener("click", function () { place(one, to); });
      box.append(button);
    });
    one.append(box);
  }
  document.addEventListener("mouseover", function (event) { offer(row(event.target)); });
  document.addEventListener("focusin", function (event) { offer(row(event.target)); });

  /* dragging: the column under the pointer says when the team would be there */
  function into(event) { return event.target.closest ? event.target.closest(".plan-view .pcol[data-into]") : null; }
  function mark(column) {
    document.querySelectorAll(".pcol.is-over").forEach(function (c) { c.classList.remove("is-over"); c.removeAttribute("data-drop-words"); });
    if (!column || !held || column.getAttribute("data-into") === held.from) return;
    var to = column.getAttribute("data-into"), at = held.etas[to];
    column.classList.add("is-over");
    column.setAttribute("data-drop-words", !to ? "松开：留作后备" :
      "松开：派往" + column.getAttribute("data-letter") + (at ? "，现在下达 " + at + " 到" : ""));
  }
  document.addEventListener("dragstart", function (event) {
    var one = row(event.target);
    if (!one) return;
    held = { row: one, from: one.getAttribute("data-in"), etas: JSON.parse(one.getAttribute("data-eta") || "{}") };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", one.getAttribute("data-name") || "");
  });
  document.addEventListener("dragover", function (event) {
    var column = held && into(event);
    if (!column) return;
    event.preventDefault();
    mark(column);
  });
  document.addEventListener("drop", function (event) {
    var column = held && into(event);
    if (!column) return;
    event.preventDefault();
    place(held.row, column.getAttribute("data-into"));
    held = null;
    mark(null);
  });
  document.addEventListener("dragend", function () { held = null; mark(null); });
  document.addEventListener("click", function (event) {
    if (event.target.closest && !event.target.closest("button, input, select, a, summary, label")) pick(row(event.target));
  });
  document.addEventListener("dblclick", function (event) {
    var one = row(event.target);
    if (one && !event.target.closest("button, input, select")) unfold(one);
  });

  /* after each drawing: unfolded rows stay so, a row moved by key keeps the focus, one that went
     hands it to its neighbour */
  var place_ = null, fresh = false;
  document.addEventListener("focusin", function (event) {
    var one = row(event.target);
    place_ = one ? { into: boxOf(one).getAttribute("data-into"), at: rowsOf(boxOf(one)).indexOf(one),
      row: one.getAttribute("data-row") } : null;
  });
  document.addEventListener("hubei:flat", function (event) {
    var node = event.detail.node;
    if (!node.closest(".plan-view")) return;
    node.querySelectorAll("[data-row]").forEach(function (one) {
      if (open[one.getAttribute("data-row")]) one.classList.add("is-open");
    });
    setTimeout(refocus, 0);
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest('[data-focus=".plan-view .prow"]')) fresh = true;
  });
  function refocus() {
    var start = fresh && document.querySelector(".plan-view.open .pcol [data-row]");
    if (start) { fresh = false; return pick(start); }
    if (follow) {
      var gone = '[data-team="' + CSS.escape(follow) + '"],[data-lot="' + CSS.escape(follow) + '"]';
      var moved = document.querySelectorAll(".plan-view :is(" + gone + ")");
      if (moved.length && (!place_ || moved[0].getAttribute("data-row") !== place_.row)) { follow = null; return pick(moved[0]); }
    }
    if (!place_ || (document.activeElement && document.activeElement !== document.body)) return;
    var column = document.querySelector('.plan-view .pcol[data-into="' + place_.into + '"]');
    var all = column ? rowsOf(column) : [];
    var same = all.filter(function (r) { return r.getAttribute("data-row") === place_.row; })[0];
    var next = same || all[Math.min(place_.at, all.length - 1)];
    if (next) next.focus({ preventScroll: true });
  }
})();
