/* Moves the review's cursor: a click on a line, one step back or on, or playing on by itself. */
(function () {
  "use strict";
  var PLAY_MS = 1600, SPEEDS = [1, 2, 4, 8], LATE_MS = 5000, speed = 1, timer = null;
  var asked = null, askedAt = 0;  // where the page was sent last, and when
  function rows() { return Array.prototype.slice.call(document.querySelectorAll(".review .ev li[data-seq]")); }
  function numbers() {
    var found = {};
    rows().forEach(function (r) { if (r.dataset.seq) found[r.dataset.seq] = 1; });
    return Object.keys(found).map(Number).sort(function (a, b) { return a - b; });
  }
  function slider() {
    var found = document.getElementById("review-slider");
    return found && found.matches("input") ? found : found && found.querySelector("input");
  }
  function cursor() { var s = slider(); return s ? Number(s.value) : 0; }
  /* whether the page shows what it was sent to: on a slow machine the next step waits for it */
  function there() { return asked === null || cursor() === asked || Date.now() - askedAt > LATE_MS; }
  function set(seq) {
    asked = seq; askedAt = Date.now();
    if (window.dash_clientside) window.dash_clientside.set_props("review-map-cursor", { data: seq });
  }
  function step(direction) {
    var at = cursor(), all = numbers();
    var next = direction > 0
      ? all.find(function (n) { return n > at; })
      : all.reverse().find(function (n) { return n < at; });
    if (next === undefined) { stop(); return; }
    set(next);
  }
  function stop() {
    clearInterval(timer); timer = null;
    var b = document.querySelector("[data-review=play]");
    if (b) b.classList.remove("on");
  }
  function play(button) {
    if (timer) { stop(); return; }
    button.classList.add("on");
    var all = numbers(), at = cursor();
    if (all.length && !all.some(function (n) { return n > at; })) set(all[0]);  // from the beginning
    run();
  }
  function run() {
    clearInterval(timer);
    timer = setInterval(function () { if (there()) step(1); }, PLAY_MS / speed);
  }
  function faster(button) {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    button.firstChild.textContent = "×" + speed;
    if (timer) run();
  }
  var sliding = null;
  document.addEventListener("input", function (event) {
    var bar = slider();
    if (!bar || event.target !== bar) return;
    clearTimeout(sliding);
    // at its right end the slider follows the present again
    sliding = setTimeout(function () {
      set(Number(bar.value) >= Number(bar.max) ? null : Number(bar.value));
    }, 150);
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest(".review .ev li[data-seq]");
    if (row && row.dataset.seq) { set(Number(row.dataset.seq)); return; }
    var button = event.target.closest("[data-review]");
    if (!button) return;
    var act = button.dataset.review;
    if (act === "play") play(button);
    else if (act === "speed") faster(button);
    else { stop(); step(act === "on" ? 1 : -1); }
  });
})();
