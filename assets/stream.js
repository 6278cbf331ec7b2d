/* The live link: one event stream for all tabs, never giving up; facts go out as DOM events.
   hubei:fact  hubei:positions  hubei:link {up}  hubei:clock {now, speed, paused}  hubei:hello */
(function () {
  "use strict";
  var SILENT = 4500, FIRST = 1000, LONGEST = 3000, STORE = "live-revision";
  var last = null, source = null, heard = 0, opened = 0, wait = FIRST, up = null, timer = null, leading = false;
  var boot = null, store = true, revision = 0, told = null, flushing = false;
  var channel = "BroadcastChannel" in window ? new BroadcastChannel("hubei-stream") : null;
  var queue = [];

  function emit(name, detail) { document.dispatchEvent(new CustomEvent(name, { detail: detail })); }

  function link(now) {
    if (now === up) return;
    up = now;
    shown();
  }
  function shown() {
    document.documentElement.dataset.link = up && store ? "up" : "down";
    emit("hubei:link", { up: up });
  }
  // the center answers, its database does not: what is shown is old until it does
  function stored(now) {
    if (now === store) return;
    store = now;
    // what was asked for meanwhile failed: everything is asked for once more
    if (store) { told = null; later(0); }
    shown();
  }
  function flush() {
    flushing = false;
    if (revision === told) return;
    try {
      // the store exists once Dash has drawn the page's header
      if (!document.getElementById("live-header")) throw new Error("not yet");
      window.dash_clientside.set_props(STORE, { data: revision });
      told = revision;
    } catch (_) { later(300); }
  }
  function later(ms) {
    if (flushing) return;
    flushing = true;
    setTimeout(function () { requestAnimationFrame ? tick() : flush(); }, ms);
  }
  function tick() {
    // a hidden tab draws no frames; it must not fall behind either
    if (document.hidden) flush(); else requestAnimationFrame(flush);
  }
  function take(number) {
    if (number > revision || number < revision - 100000) revision = number;
    if (revision !== told) later(100);
  }
  function newer(next) {
    var before = boot;
    boot = next;
    if (!before || before === next) return;
    if (before.split(".")[0] === next.split(".")[0]) return;
    if (document.querySelector(".wall")) { location.reload(); return; }
    if (document.querySelector(".updated")) return;
    var note = document.createElement("div");
    note.className = "updated"; note.setAttribute("role", "status");
    note.textContent = "系统已更新，方便时请刷新页面（F5）";
    document.body.appendChild(note);
  }
  function pulse(beat) {
    newer(beat.boot);
    // a new database (another exercise) counts from the start again
    if (beat.revision < revision) { revision = beat.revision; last = String(beat.revision); }
    take(beat.revision);
    if (beat.province) emit("hubei:province", beat.province);
    emit("hubei:lacking", beat.lacking || []);
    stored(beat.store !== false);
    emit("hubei:clock", { now: beat.now, speed: beat.speed, paused: beat.paused });
  }
  function handle(name, data, id) {
    heard = performance.now();
    wait = FIRST;
    link(true);
    if (id) last = id;
    if (name === "fact") { take(data.seq); emit("hubei:fact", data); }
    else if (name === "positions") emit("hubei:positions", data);
    else if (name === "heartbeat") pulse(data);
    else if (name === "hello") { pulse(data); emit("hubei:hello", data); }
    else if (name === "resume") reconnect(0);
  }
  function receive(name) {
    return function (event) {
      var data = JSON.parse(event.data);
      if (channel && leading) channel.postMessage({ name: name, data: data, id: event.lastEventId });
      handle(name, data, event.lastEventId);
    };
  }
  function close() { if (source) source.close(); source = null; clearTimeout(timer); }
  function reconnect(ms) {
    close();
    timer = setTimeout(open, ms);
  }
  function retry() {
    reconnect(wait);
    wait = Math.min(LONGEST, wait * 1.5);
  }
  function failed() {
    close();
    // an event source does not say why; a session that ended asks for the password (session.js)
    fetch("/api/v1/session").then(function (answer) {
      if (answer.ok) retry(); else timer = setTimeout(failed, LONGEST);
    }).catch(retry);
  }
  function open() {
    close();
    opened = performance.now();
    source = new EventSource("/api/v1/stream" + (last ? "?last=" + last : ""));
    source.onmessage = receive("fact");
    ["hello", "heartbeat", "positions", "resume"].forEach(function (name) {
      source.addEventListener(name, receive(name));
    });
    source.onerror = failed;
  }
  function lead(done) {
    leading = true;
    open();
    return done;
  }
  if (channel) channel.onmessage = function (event) {
    if (!leading) handle(event.data.name, event.data.data, event.data.id);
  };
  setInterval(function () {
    var silent = performance.now() - heard;
    if (up !== false && silent > SILENT) link(false);
    // a half-open connection says nothing and raises no error
    if (leading && source && silent > SILENT * 2 && performance.now() - opened > SILENT * 2) reconnect(0);
  }, 500);
  window.addEventListener("online", function () { if (leading && !up) reconnect(0); });
  window.hubeiLink = function () { return { up: up, store: store, silent: performance.now() - heard, revision: revision }; };
  heard = performance.now();
  // locks need a secure context (https or localhost); elsewhere every tab has its own stream
  if (channel && navigator.locks) {
    navigator.locks.request("hubei-stream", function () { return lead(new Promise(function () {})); });
  } else lead();
})();
