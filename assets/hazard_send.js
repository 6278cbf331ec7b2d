/* Sends what a grid worker told, in order, each once by its key; a photo follows its own report. */
(function () {
  "use strict";
  var keep = window.hubeiKeep, send = window.hubeiSend;
  var PATH = "/api/v1/", KEPT_SENT = 60, LONGEST_MS = 30000;
  var busy = false, more = false, again = null, wait = 2000, heard = function () {};

  // kind: report | photo | supplement | progress | shot; `needs` is the row it follows
  function add(row) {
    var kept = Object.assign({
      id: send.key(), state: "waiting", said: "", blob: null, needs: null, thing: null,
      at: send.now().toISOString()
    }, row);
    return keep.add(kept).then(function () { heard("kept"); pump(); return kept.id; });
  }

  function address(row, rows) {
    var first = row.needs && rows.find(function (r) { return r.id === row.needs; });
    var thing = first ? first.got : row.thing;
    if (row.kind === "report") return "hazards";
    if (row.kind === "supplement") return "hazards/" + thing + "/supplement";
    if (row.kind === "progress") return "rectifications/" + thing + "/progress";
    var note = "?note=" + encodeURIComponent(row.note || "");
    return (row.kind === "photo" ? "hazards/" : "rectifications/") + thing + "/photos" + note;
  }
  function post(row, rows) {
    var headers = { "Idempotency-Key": row.id };
    headers["content-type"] = row.blob ? row.blob.type || "image/jpeg" : "application/json";
    return send.ask("POST", PATH + address(row, rows), row.blob || JSON.stringify(row.body),
                    headers);
  }
  function later() {
    clearTimeout(again);
    again = setTimeout(pump, wait);
    wait = Math.min(wait * 2, LONGEST_MS);
  }

  // whether the next one may be sent
  function settle(row, answer) {
    if (answer.status === 401) { heard("locked"); return false; }
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
      later();
      return false;
    }
    row.state = answer.ok ? "sent" : "refused";
    row.said = answer.ok ? "" : answer.told.detail || answer.told.title || "未被接受";
    row.got = answer.ok && answer.told.hazard ? answer.told.hazard.id : null;
    row.blob = null;
    wait = 2000;
    return keep.put(row).then(function () { heard("sent"); return true; });
  }
  function one(row) {
    return keep.all().then(function (rows) {
      var first = row.needs && rows.find(function (r) { return r.id === row.needs; });
      if (first && first.state === "refused") {
        row.state = "refused"; row.said = "所属的上报未被接受"; row.blob = null;
        return keep.put(row).then(function () { return true; });
      }
      return post(row, rows).then(function (answer) { return settle(row, answer); });
    });
  }
  function pump() {
    if (busy) { more = true; return Promise.resolve(); }
    busy = true; more = false;
    clearTimeout(again);
    return Promise.all([keep.all(), keep.get("who")]).then(function (found) {
      var account = found[1] && found[1].account;
      var rows = found[0].filter(function (r) {
        return r.state === "waiting" && r.account === account;
      });
      return rows.reduce(function (before, row) {
        return before.then(function (go) { return go ? one(row) : false; });
      }, Promise.resolve(true));
    }).then(function (all) {
      if (!all) { busy = false; heard("stuck"); return null; }
      return tidy().then(function () { busy = false; heard("done"); return more ? pump() : null; });
    }).catch(function () { busy = false; later(); heard("stuck"); });
  }
  function tidy() {
    return keep.all().then(function (rows) {
      var wanted = rows.filter(function (r) { return r.state === "waiting"; })
        .map(function (r) { return r.needs; });
      var done = rows.filter(function (r) {
        return r.state === "sent" && wanted.indexOf(r.id) < 0;
      });
      return Promise.all(done.slice(0, -KEPT_SENT).map(function (r) { return keep.remove(r.n); }));
    });
  }

  window.hubeiTell = {
    add: add, pump: pump,
    listen: function (fn) { heard = fn; },
    soon: function () { wait = 2000; return pump(); }
  };
})();
