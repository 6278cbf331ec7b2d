/* What the phone keeps: the order as last seen, and every action until the center has it. */
(function () {
  "use strict";
  var opened = null, memory = null;

  function open() {
    if (opened) return opened;
    opened = new Promise(function (done) {
      var asked;
      try { asked = indexedDB.open(document.documentElement.dataset.keep || "hubei-field", 1); } catch (_) { return done(null); }
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("out", { keyPath: "n", autoIncrement: true });
        asked.result.createObjectStore("state");
      };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { done(null); };
    }).then(function (base) {
      // a private window keeps nothing: the page says so, and works while it is open
      if (!base) memory = { out: [], state: {}, n: 0 };
      return base;
    });
    return opened;
  }

  function run(store, mode, work) {
    return open().then(function (base) {
      return new Promise(function (done, fail) {
        var deal = base.transaction(store, mode), got = work(deal.objectStore(store));
        deal.oncomplete = function () { done(got && got.result); };
        deal.onerror = deal.onabort = function () { fail(deal.error); };
      });
    });
  }

  function either(kept, held) {
    return open().then(function (base) { return base ? kept() : held(); });
  }

  window.hubeiKeep = {
    lasting: function () { return open().then(function (base) { return Boolean(base); }); },
    get: function (key) {
      return either(function () {
        return run("state", "readonly", function (s) { return s.get(key); });
      }, function () { return memory.state[key]; });
    },
    set: function (key, value) {
      return either(function () {
        return run("state", "readwrite", function (s) { return s.put(value, key); });
      }, function () { memory.state[key] = value; });
    },
    add: function (action) {
      return either(function () {
        return run("out", "readwrite", function (s) { return s.add(action); });
      }, function () { action.n = ++memory.n; memory.out.push(action); return action.n; });
    },
    put: function (action) {
      return either(function () {
        return run("out", "readwrite", function (s) { return s.put(action); });
      }, function () { /* the same object */ });
    },
    remove: function (n) {
      return either(function () {
        return run("out", "readwrite", function (s) { return s.delete(n); });
      }, function () {
        memory.out = memory.out.filter(function (a) { return a.n !== n; });
      });
    },
    all: function () {
      return either(function () {
        return run("out", "readonly", function (s) { return s.getAll(); });
      }, function () { return memory.out.slice(); });
    }
  };
})();
