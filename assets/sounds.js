/* One tone per grade while alarms wait for a person; repeats until they are taken. Grade I cannot
   be muted. Sound starts after the first gesture, which browsers ask for, and the button says so. */
(function () {
  "use strict";
  var TONES = { I: [880, 660, 880, 660, 880], II: [784, 588, 784], III: [659, 523], IV: [523] };
  var EVERY_MS = { I: 3000, II: 6000, III: 12000, IV: 20000 };
  var WORDS = { I: "Ⅰ", II: "Ⅱ", III: "Ⅲ", IV: "Ⅳ" };
  var audio = null, muted = false, next = 0;

  function state() {
    var node = document.getElementById("alarm-state");
    if (!node) return null;
    return { grade: node.getAttribute("data-grade") || "", count: Number(node.getAttribute("data-count") || 0) };
  }
  function wake() {
    if (!audio && (window.AudioContext || window.webkitAudioContext)) {
      audio = new (window.AudioContext || window.webkitAudioContext)();
    }
    if (audio && audio.state === "suspended") audio.resume();
  }
  ["pointerdown", "keydown"].forEach(function (name) { document.addEventListener(name, wake, true); });

  function play(grade) {
    TONES[grade].forEach(function (hertz, i) {
      var at = audio.currentTime + i * 0.22, tone = audio.createOscillator(), gain = audio.createGain();
      tone.type = grade === "I" ? "square" : "sine";
      tone.frequency.value = hertz;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.18, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(gain).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.21);
    });
  }
  function say(now) {
    var button = document.querySelector("[data-mute]");
    if (!button) return;
    var ready = audio && audio.state === "running", words;
    if (!ready) words = "声音未启用：按任意键";
    else if (now && now.grade === "I") words = "Ⅰ级报警不能静音";
    else if (muted) words = "已静音";
    else words = now && now.count ? WORDS[now.grade] + "级报警 " + now.count : "声音已启用";
    var label = button.querySelector("span");
    if (label.textContent !== words) label.textContent = words;
    button.classList.toggle("off", !ready || muted);
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-mute]")) { muted = !muted; say(state()); }
  });
  setInterval(function () {
    var now = state();
    say(now);
    if (!now || !now.count || !TONES[now.grade] || !audio || audio.state !== "running") return;
    if (muted && now.grade !== "I") return;
    if (performance.now() < next) return;
    next = performance.now() + EVERY_MS[now.grade];
    play(now.grade);
  }, 500);
})();
