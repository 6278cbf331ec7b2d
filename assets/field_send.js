/* Sends what is kept, in order, each once by its key; reckons the center's clock from the phone's. */
(function () {
  "use strict";
  var keep = window.hubeiKeep, PATH = "/api/v1/field/";
  var KEPT_SENT = 60, MOST_FIXES = 500, WAIT_MS = 25000, LONGEST_MS = 30000, SIDE = 1600;
  var busy = false, more = false, again = null, wait = 2000, sync = null, heard = function () {};

  function csrf() {
    var found = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function ask(method, path, body, headers) {
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, WAIT_MS);
    return fetch(path, {
      method: method, body: body, signal: stop.signal, cache: "no-store",
      headers: Object.assign({ "X-CSRFToken": csrf() }, headers || {})
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (told) {
        return { status: answer.status, ok: answer.ok, told: told };
      });
    }).finally(function () { clearTimeout(timer); });
  }

  function synced(now, speed) {
    sync = { server: Date.parse(now), phone: Date.now(), speed: speed };
    return keep.set("sync", sync);
  }
  // the center's time now: what it said last, and what has passed on the phone since
  function now() {
    if (!sync) return new Date();
    return new Date(sync.server + (Date.now() - sync.phone) * sync.speed);
  }

  function key() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join("");
  }

  // kind: state | words | needs | photos | consent; `blob` instead of a body for a photo
  function add(order, kind, words, body, blob) {
    var times = { at: now().toISOString(), phone_at: new Date().toISOString() };
    var sent = kind === "consent" ? body : Object.assign({}, body, times);
    return keep.add({
      id: key(), order: order, kind: kind, words: words, body: sent, blob: blob || null,
      at: times.at, state: "waiting", said: ""
    }).then(function () { heard("kept"); return pump(); });
  }

  function post(action) {
    var headers = { "Idempotency-Key": action.id };
    if (!action.blob) {
      headers["content-type"] = "application/json";
      return ask("POST", PATH + action.kind, JSON.stringify(action.body), headers);
    }
    var query = new URLSearchParams();
    Object.keys(action.body).forEach(function (name) {
      if (action.body[name] !== null && action.body[name] !== "") query.set(name, action.body[name]);
    });
    headers["content-type"] = action.blob.type || "image/jpeg";
    return ask("POST", PATH + action.kind + "?" + query, action.blob, headers);
  }

  function later() {
    clearTimeout(again);
    again = setTimeout(pump, wait);
    wait = Math.min(wait * 2, LONGEST_MS);
  }

  // whether the next one may be sent
  function settle(action, answer) {
    if (answer.status === 401) { heard("locked"); return Promise.resolve(false); }
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
      later();
      return Promise.resolve(false);
    }
    action.state = answer.ok ? "sent" : "refused";
    action.said = answer.ok ? "" : answer.told.detail || answer.told.title || "未被接受";
    action.blob = null;
    wait = 2000;
    return keep.put(action).then(function () { return learn(action, answer); })
      .then(function () { heard("sent"); return true; });
  }

  // what the answer says of the order is known at once, also when the link is gone the next moment
  function learn(action, answer) {
    if (!answer.ok || (action.kind !== "state" && action.kind !== "consent")) return null;
    return keep.get("order").then(function (held) {
      if (!held || held.id !== action.order) return null;
      ["state", "times", "sharing"].forEach(function (name) {
        if (name in answer.told) held[name] = answer.told[name];
      });
      held.over = ["returned", "declined", "cancelled", "redirected"].indexOf(held.state) >= 0;
      return keep.set("order", held);
    });
  }

  function pump() {
    if (busy) { more = true; return Promise.resolve(); }
    busy = true; more = false;
    clearTimeout(again);
    return Promise.all([keep.all(), keep.get("order")]).then(function (found) {
      var bound = found[1] && found[1].id;
      var rows = found[0].filter(function (a) {
        return a.state === "waiting" && a.order === bound;
      });
      return rows.reduce(function (before, action) {
        return before.then(function (go) {
          if (!go) return false;
          return post(action).then(function (answer) { return settle(action, answer); });
        });
      }, Promise.resolve(true));
    }).then(function (all) {
      if (!all) { busy = false; heard("stuck"); return null; }
      return tidy().then(fixes).then(function () {
        busy = false;
        heard("done");
        return more ? pump() : null;  // something was added meanwhile
      });
    }).catch(function () { busy = false; later(); heard("stuck"); });
  }

  function tidy() {
    return keep.all().then(function (rows) {
      var done = rows.filter(function (a) { return a.state === "sent"; });
      return Promise.all(done.slice(0, -KEPT_SENT).map(function (a) { return keep.remove(a.n); }));
    });
  }

  // positions wait too, thinned when there are many; the center takes each instant once
  function fix(point) {
    return keep.get("fixes").then(function (held) {
      held = (held || []).concat([point]);
      if (held.length > MOST_FIXES) {
        held = held.filter(function (_, n) { return n % 2 === 0 || n === held.length - 1; });
      }
      return keep.set("fixes", held);
    }).then(pump);
  }
  function fixes() {
    return Promise.all([keep.get("fixes"), keep.all()]).then(function (found) {
      var held = found[0];
      // a consent that still waits goes before the positions it allows
      var first = found[1].some(function (a) { return a.state === "waiting"; });
      if (!held || !held.length || first) return null;
      var body = JSON.stringify({ fixes: held });
      return ask("POST", PATH + "positions", body, { "content-type": "application/json" })
        .then(function (answer) {
          if (answer.status === 401 || answer.status >= 500) return null;
          return keep.get("fixes").then(function (now_) {
            return keep.set("fixes", (now_ || []).slice(held.length));
          });
        });
    });
  }

  // a photo is made small before it is kept; what cannot be decoded goes as it is
  function smaller(file) {
    if (!window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (image) {
      var scale = Math.min(1, SIDE / Math.max(image.width, image.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) { done(blob || file); }, "image/jpeg", 0.85);
      });
    }).catch(function () { return file; });
  }

  window.hubeiSend = {
    smaller: smaller, key: key,
    ask: ask, add: add, pump: pump, now: now, synced: synced, fix: fix,
    clear: function () { return keep.set("fixes", []); },
    load: function () { return keep.get("sync").then(function (held) { sync = held || null; }); },
    listen: function (fn) { heard = fn; },
    soon: function () { wait = 2000; return pump(); }
  };
})();
