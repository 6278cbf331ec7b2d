/* Cameras of a risk source beside the map: the browser's own player where it has one, stills where not;
   the state by the stream's or the picture's own times, never by hope. Opened by [data-video="source"]. */
(function () {
  "use strict";
  var EVERY_MS = 2000, HLS = "application/vnd.apple.mpegurl";
  var pane = null, held = null, timer = null, turn = 0;

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function get(address) {
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      return answer.json().then(function (body) {
        if (!answer.ok) throw new Error(body.detail || body.title || String(answer.status));
        return body;
      });
    });
  }
  function playsHls() { return document.createElement("video").canPlayType(HLS) !== ""; }
  function direct(camera) {
    return camera.url && camera.kind !== "still" && /\.m3u8($|\?)/.test(camera.url) && playsHls();
  }

  function ageWords(look) {
    if (look.state === "live") return "实时";
    if (look.state === "offline") return "离线：" + (look.why || "没有应答");
    if (look.state === "unknown") return "画面时间不明";
    var s = Math.round(look.age_s || 0);
    var age = s < 90 ? s + " 秒前" : s < 5400 ? Math.round(s / 60) + " 分钟前" : Math.round(s / 3600) + " 小时前";
    return age + (look.why ? "（" + look.why + "）" : "");
  }
  function say(look) {
    var line = pane.querySelector(".video-state");
    line.textContent = ageWords(look);
    line.dataset.state = look.state;
    pane.dataset.state = look.state;
  }
  function close() {
    clearTimeout(timer);
    turn += 1;
    if (pane) pane.remove();
    pane = held = null;
  }
  function place() {
    return document.querySelector("[data-video-box]") || document.querySelector(".map-box, .wall-map") || document.body;
  }
  function open(source) {
    close();
    pane = element("section", "video-pane");
    pane.setAttribute("aria-label", "视频");
    var head = element("header"), shut = element("button", "video-close", "×");
    shut.type = "button";
    shut.setAttribute("aria-label", "关闭视频");
    shut.addEventListener("click", close);
    head.append(element("b", "", "视频"), element("span", "video-state", "读取中"), shut);
    pane.append(head, element("div", "video-tabs"), element("div", "video-picture"));
    place().append(pane);
    var mine = (turn += 1);
    get("/api/v1/sources/" + encodeURIComponent(source) + "/videos").then(function (body) {
      if (mine !== turn) return;
      pane.querySelector("b").textContent = body.name;
      if (!body.items.length) return say({ state: "offline", why: "没有登记视频" });
      tabs(body.items);
      show(body.items[0]);
    }).catch(function (error) { if (mine === turn) say({ state: "offline", why: error.message }); });
  }
  function tabs(items) {
    var box = pane.querySelector(".video-tabs");
    if (items.length < 2) return;
    items.forEach(function (camera) {
      var tab = element("button", "", camera.name || "摄像机 " + (camera.number + 1));
      tab.type = "button";
      tab.dataset.number = camera.number;
      tab.addEventListener("click", function () { show(camera); });
      box.append(tab);
    });
  }
  function show(camera) {
    clearTimeout(timer);
    held = camera;
    var mine = (turn += 1), picture = pane.querySelector(".video-picture");
    pane.querySelectorAll(".video-tabs button").forEach(function (tab) {
      tab.classList.toggle("on", Number(tab.dataset.number) === camera.number);
    });
    picture.replaceChildren();
    if (camera.refused) return say({ state: "offline", why: camera.refused });
    pane.dataset.way = direct(camera) ? "hls" : "still";
    if (direct(camera)) {
      var video = element("video");
      Object.assign(video, { muted: true, autoplay: true, playsInline: true, controls: true, src: camera.url });
      /* what the player cannot do after all is shown as stills */
      video.addEventListener("error", function () { if (held === camera) stills(camera, (turn += 1)); });
      picture.append(video);
      watch(camera, mine);
    } else stills(camera, mine);
  }
  function watch(camera, mine) {
    get(camera.state).then(function (look) {
      if (mine === turn) say(look);
    }).catch(function (error) {
      if (mine === turn) say({ state: "offline", why: error.message });
    }).then(function () {
      if (mine === turn) timer = setTimeout(function () { watch(camera, mine); }, EVERY_MS);
    });
  }
  /* the last good picture stays, with its age, when the next one does not come */
  function stills(camera, mine) {
    pane.dataset.way = "still";
    var picture = pane.querySelector(".video-picture"), image = picture.querySelector("img");
    if (!image) {
      image = element("img");
      image.alt = camera.name || "摄像机画面";
      image.hidden = true;
      picture.replaceChildren(image);
    }
    fetch(camera.still, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) return answer.json().then(function (body) { throw new Error(body.detail || body.title); });
      return answer.blob().then(function (blob) {
        if (mine !== turn) return;
        URL.revokeObjectURL(image.src);
        image.src = URL.createObjectURL(blob);
        image.hidden = false;
        return get(camera.state).then(function (look) { if (mine === turn) say(look); });
      });
    }).catch(function (error) {
      if (mine === turn) say({ state: "offline", why: error.message });
    }).then(function () {
      if (mine === turn) timer = setTimeout(function () { stills(camera, mine); }, EVERY_MS);
    });
  }

  document.addEventListener("click", function (event) {
    var asked = event.target.closest("[data-video]");
    if (asked) open(asked.dataset.video);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !pane || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "")) return;
    close();
    event.stopPropagation();
  }, true);
})();
