/* One tone per warning colour while alarms wait for a person; repeats until they are taken. Red cannot
   be muted; a mute lasts until something new or graver comes. Sound starts after the first gesture,
   which browsers ask for, and the button says so. */
(function () {
  "use strict";
  /* the gravest first: hertz one after the other, the shape of the wave, how often it comes again */
  var TONES = [
    { name: "red", word: "红色", hertz: [880, 660, 880, 660, 880], wave: "square", every: 3000 },
    { name: "orange", word: "橙色", hertz: [784, 588, 784], wave: "sine", every: 6000 },
    { name: "yellow", word: "黄色", hertz: [659, 523], wave: "sine", every: 12000 },
    { name: "blue", word: "蓝色", hertz: [523], wave: "sine", every: 20000 },
    { name: "fault", word: "数据存疑", hertz: [330], wave: "triangle", every: 60000 },
  ];
  var audio = null, muted = null, next = 0, sounded = "", log = [];

  function counts() {
    var node = document.getElementById("alarm-state");
    return node && TONES.map(function (tone) { return Number(node.getAttribute("data-" + tone.name) || 0); });
  }
  function gravest(now) {
    for (var i = 0; i < TONES.length; i += 1) if (now && now[i]) return TONES[i];
    return null;
  }
  /* what was muted stays so while nothing is added to it */
  function silent(now) {
    return muted !== null && now.every(function (n, i) { return n <= muted[i]; });
  }
  function wake() {
    if (!audio && (window.AudioContext || window.webkitAudioContext)) {
      audio = new (window.AudioContext || window.webkitAudioContext)();
    }
    if (audio && audio.state === "suspended") audio.resume();
  }
  ["pointerdown", "keydown"].forEach(function (name) { document.addEventListener(name, wake, true); });

  function play(tone) {
    tone.hertz.forEach(function (hertz, i) {
      var at = audio.currentTime + i * 0.22, made = audio.createOscillator(), gain = audio.createGain();
      made.type = tone.wave;
      made.frequency.value = hertz;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.18, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      made.connect(gain).connect(audio.destination);
      made.start(at);
      made.stop(at + 0.21);
    });
    log.push(tone.name);
    if (log.length > 20) log.shift();
  }
  function words(now, tone) {
    if (!audio || audio.state !== "running") return "声音未启用：按任意键";
    if (tone && tone.name === "red") return "红色报警不能静音";
    if (muted !== null) return tone ? "已静音：" + tone.word + " " + sum(now) : "已静音";
    return tone ? tone.word + "报警，共 " + sum(now) : "声音已启用";
  }
  function sum(now) { return now.reduce(function (all, n) { return all + n; }, 0); }
  function say(now, tone) {
    var button = document.querySelector("[data-mute]");
    if (!button) return;
    var label = button.querySelector("span"), text = words(now, tone);
    if (label.textContent !== text) label.textContent = text;
    button.classList.toggle("off", !audio || audio.state !== "running" || muted !== null);
  }
  function turn() {
    var now = counts(), tone = gravest(now);
    if (now && muted !== null && !silent(now)) { muted = null; next = 0; }
    if (!tone) { muted = muted && muted.map(function () { return 0; }); sounded = ""; }
    say(now, tone);
    if (!tone || !audio || audio.state !== "running") return;
    if (muted !== null && tone.name !== "red") return;
    if (tone.name === sounded && performance.now() < next) return;
    next = performance.now() + tone.every;
    sounded = tone.name;
    play(tone);
  }
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-mute]")) return;
    muted = muted === null ? counts() || [0, 0, 0, 0, 0] : null;
    turn();
  });
  setInterval(turn, 500);
  window.hubeiSounds = { played: function () { return log.slice(); } };
})();
