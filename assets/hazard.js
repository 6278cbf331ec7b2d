/* The page of a grid worker: what is typed is kept at once, what is told is sent when it can be. */
(function () {
  "use strict";
  var keep = window.hubeiKeep, draft = window.hubeiDraft, send = window.hubeiSend;
  var tell = window.hubeiTell;
  var show = window.hubeiHazards, ground = window.hubeiGround, make = window.hubeiShow.make;
  var POLL_MS = 30000, LARGEST = 8000000, MOST = 9, PAGES = ["enter", "tell", "mine", "works"];
  var who = null, known = null, rows = [], locked = false, lost = false, lasting = true;
  var place = "tell", photos = [], where = null, aim = null;
  function at(id) { return document.getElementById(id); }
  function picked(name) {
    var on = document.querySelector("input[name=" + name + "]:checked");
    return on ? on.value : "";
  }
  var sheet = at("sheet");

  // ---------------------------------------------------------------- what is shown
  function draw() {
    return keep.all().then(function (found) {
      rows = found;
      var shown = who ? place : "enter";
      PAGES.forEach(function (id) { at(id).hidden = id !== shown; });
      at("bar").hidden = shown === "enter";
      at("again").hidden = !locked;
      at("back").hidden = !who;
      at("bar").querySelectorAll("button").forEach(function (b) {
        b.classList.toggle("on", b.dataset.go === shown);
      });
      var n = waiting();
      at("kept-words").textContent = n ? "本机还有 " + n + " 条未发送，登录后继续发送，不会丢失。" : "";
      link(n);
      show.outbox(rows, who && who.account);
      if (known) { show.told(known.told); show.works(known.works); asked(); }
      at("team").textContent = who ? who.org_name + " " + who.name : "隐患上报";
      if (shown === "tell") ground.paint();
    });
  }
  function waiting() { return rows.filter(function (r) { return r.state === "waiting"; }).length; }
  function asked() {
    var n = known.told.filter(function (h) { return h.question; }).length;
    at("bar").querySelector("[data-go=mine]").textContent = "我的上报" + (n ? "（待答 " + n + "）" : "");
    var late = known.works.filter(function (r) { return r.overdue; }).length;
    at("bar").querySelector("[data-go=works]").textContent = "整改" + (late ? "（超期 " + late + "）" : "");
  }
  function link(n) {
    var down = lost || !navigator.onLine;
    var words = down ? "无网络" + (n ? " · 待发 " + n : "") : locked ? "未登录" : n ? "发送中 " + n : "已连接";
    if (!lasting) words += " · 本机不能保存，请勿关闭此页";
    at("link").textContent = words;
    document.documentElement.dataset.link = down ? "down" : locked ? "locked" : "up";
  }

  // ---------------------------------------------------------------- the form, kept as typed
  function written() {
    return { kind: picked("kind"), urgency: picked("urgency"), words: at("words").value.trim(),
             place: at("place").value.trim(), contact: at("contact").value.trim() };
  }
  function save() {
    var held = written();
    held.where = where; held.photos = photos; held.crs = at("crs").value;
    return keep.set("draft", held);
  }
  function restore(held) {
    held = Object.assign({}, held, draft.held("tell"));
    choices(held.kind, held.urgency || "plain");
    ["words", "place"].forEach(function (id) { at(id).value = held[id] || ""; });
    if (held.contact) at("contact").value = held.contact;
    if (held.crs) at("crs").value = held.crs;
    photos = photos.length ? photos : held.photos || [];
    where = where || held.where || null;
    show.photos(photos);
    positioned();
  }
  function choices(kind, urgency) {
    if (!known) return;
    show.choices("kinds", "kind", known.kinds, kind);
    show.choices("urgencies", "urgency", known.urgencies, urgency);
  }
  function positioned() {
    var words = { phone: "手机位置", map: "图上点选", search: "地名" };
    at("position").textContent = where ? words[where.by] + " " + where.lon.toFixed(5) + ", " +
      where.lat.toFixed(5) : "还没有选定位置";
    at("crs").closest("label").hidden = !where || where.by !== "phone";
    ground.pin(where);
  }
  function put(lon, lat, by) {
    where = { lon: lon, lat: lat, by: by };
    positioned();
    return save();
  }
  draft.follow("tell", at("tell"));
  at("tell").addEventListener("input", function (event) {
    if (event.target.id === "place" && known && known.places) {
      var hit = known.places.find(function (p) { return p.name === event.target.value.trim(); });
      if (hit) put(hit.lon, hit.lat, "search");
    }
    save();
  });
  at("here").addEventListener("click", function () {
    if (!("geolocation" in navigator)) { at("position").textContent = "本机没有定位，请在图上点选"; return; }
    at("position").textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(function (got) {
      put(got.coords.longitude, got.coords.latitude, "phone");
    }, function () { at("position").textContent = "定位失败，请到开阔处再试，或在图上点选"; },
    { enableHighAccuracy: true, maximumAge: 15000, timeout: 30000 });
  });
  at("pick").addEventListener("click", function () {
    at("map").hidden = !at("map").hidden;
    ground.paint();
  });

  function report() {
    var said = written();
    if (!said.kind) return "请选择哪一类隐患";
    if (!said.words && !photos.length) return "请写一句情况，或拍一张照片";
    if (!where && !said.place) return "请填写地点，或选定位置";
    var body = Object.assign({ way: "grid", at: send.now().toISOString(),
                               phone_at: new Date().toISOString() }, said);
    if (where) {
      body.lon = where.lon; body.lat = where.lat; body.placed_by = where.by;
      body.crs = where.by === "phone" ? at("crs").value : "WGS84";
    }
    var name = known.kinds.find(function (k) { return k.key === said.kind; }).name;
    var told = said.words || said.place;
    var shots = photos, title = name + "：" + told.slice(0, 30) + (told.length > 30 ? "…" : "");
    return tell.add({ account: who.account, kind: "report", words: title, body: body })
      .then(function (first) {
        return shots.reduce(function (before, blob, n) {
          return before.then(function () {
            return tell.add({ account: who.account, kind: "photo", needs: first, blob: blob,
                              words: "照片 " + (n + 1) });
          });
        }, Promise.resolve());
      }).then(function () {
        photos = []; where = null;
        draft.forget("tell");
        restore({ contact: said.contact });
        draft.keep("tell", at("tell"));
        return save();
      }).then(draw);
  }
  at("send").addEventListener("click", function () {
    var said = report(), wrong = typeof said === "string";
    at("form-wrong").textContent = wrong ? said : "";
    if (wrong) return;
    at("send").disabled = true;  // pressed twice, it is told once
    said.finally(function () { at("send").disabled = false; });
  });

  // ---------------------------------------------------------------- photos
  function shoot(thing) { aim = thing; at("camera").value = ""; at("camera").click(); }
  at("shoot").addEventListener("click", function () {
    if (photos.length >= MOST) { at("form-wrong").textContent = "一处最多 " + MOST + " 张照片"; return; }
    shoot(null);
  });
  at("camera").addEventListener("change", function () {
    var file = this.files[0];
    if (!file) return;
    send.smaller(file).then(function (blob) {
      if (blob.size > LARGEST) { at("form-wrong").textContent = "照片太大，请调低相机分辨率后重拍"; return null; }
      if (!aim) { photos = photos.concat([blob]); show.photos(photos); return save(); }
      var thing = aim;
      return say("现状说明 " + thing, "照片说明", "发送", function (words) {
        return tell.add({ account: who.account, kind: "shot", thing: thing, blob: blob, note: words,
                          words: "整改照片" + (words ? "：" + words : "") });
      }, true);
    });
  });

  // ---------------------------------------------------------------- a few words about something
  function say(title, label, word, done, blank) {
    var text = make("textarea", { rows: "3", maxlength: "500", "aria-label": label });
    var wrong = make("p", { class: "wrong", role: "alert" });
    var form = make("form", { method: "dialog" }, [make("h2", { text: title }), text, wrong,
      make("div", { class: "two" }, [
        make("button", { type: "button", class: "quiet", "data-shut": "1", text: "取消" }),
        make("button", { class: "big", type: "submit", text: word })])]);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var words = text.value.trim();
      if (!words && !blank) { wrong.textContent = "请写明情况"; return; }
      sheet.close();
      Promise.resolve(done(words)).then(function () { draft.forget(title); }).then(draw);
    });
    draft.follow(title, form);
    sheet.replaceChildren(form);
    sheet.showModal();
  }
  function more(id) {
    say("补充情况 " + id, "补充情况", "发送", function (words) {
      return tell.add({ account: who.account, kind: "supplement", thing: id, words: "补充：" + words,
                        body: { words: words } });
    });
  }
  function progress(id) {
    say("整改进展 " + id, "整改进展", "发送", function (words) {
      return tell.add({ account: who.account, kind: "progress", thing: id, words: "进展：" + words,
                        body: { words: words } });
    });
  }

  // ---------------------------------------------------------------- asking the center
  function read() {
    return send.ask("GET", "/api/v1/hazards/mine").then(function (answer) {
      lost = answer.status >= 500;
      if (answer.status === 401 || answer.status === 403) {
        locked = true;
        if (answer.status === 403) at("wrong").textContent = "本浏览器登录着不能上报隐患的账号，请换账号登录";
        return draw();
      }
      if (!answer.ok) return draw();
      locked = false;
      var first = !known, told = answer.told, places = known && known.places;
      who = { account: told.account, name: told.name, org: told.org, org_name: told.org_name };
      known = Object.assign(told, { places: places });
      return Promise.all([keep.set("who", who), keep.set("known", known),
                          send.synced(told.now, told.speed)])
        .then(function () { if (first) choices(picked("kind"), picked("urgency") || "plain"); })
        .then(land).then(draw).then(tell.pump);
    }).catch(function () { lost = true; return draw(); });
  }
  function land() {
    return keep.get("ground").then(function (held) {
      if (held && held.org === who.org) { landed(held); return null; }
      return send.ask("GET", "/api/v1/hazards/ground").then(function (answer) {
        if (!answer.ok) return null;
        var told = Object.assign({ org: who.org }, answer.told);
        landed(told);
        return keep.set("ground", told);
      }).catch(function () { return null; });
    });
  }
  function landed(told) {
    if (!told || (known && known.places === told.places)) return;
    if (known) known.places = told.places;
    ground.know(told);
    at("places").replaceChildren.apply(at("places"), told.places.slice(0, 1500).map(function (p) {
      return make("option", { value: p.name });
    }));
  }
  at("enter").querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var body = { username: at("name").value.trim(), password: at("password").value };
    if (!body.username || !body.password) { at("wrong").textContent = "请填写用户名和密码"; return; }
    send.ask("POST", "/api/v1/session", JSON.stringify(body), { "content-type": "application/json" })
      .then(function (answer) {
        if (!answer.ok) { at("wrong").textContent = answer.told.detail || "登录失败，请重试"; return null; }
        at("password").value = ""; at("wrong").textContent = "";
        if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
        place = "tell";
        return read();
      }).catch(function () { at("wrong").textContent = "没有网络，恢复后再试"; });
  });
  at("back").addEventListener("click", function () { place = "tell"; draw(); });

  document.addEventListener("click", function (event) {
    var hit = event.target.closest("[data-go],[data-shut],[data-drop],[data-unphoto],[data-zoom]," +
                                   "[data-more],[data-progress],[data-shot]");
    if (!hit) return;
    var does = hit.dataset;
    if (does.go) {
      place = does.go; scrollTo(0, 0); draw();
      if (place !== "tell" && !locked) read(); /* what became of it is asked anew */
    }
    if (does.shut) sheet.close();
    if (does.drop) keep.remove(Number(does.drop)).then(draw);
    if (does.unphoto) { photos.splice(Number(does.unphoto), 1); show.photos(photos); save(); }
    if (does.zoom) ground.zoom(Number(does.zoom));
    if (does.more) more(does.more);
    if (does.progress) progress(does.progress);
    if (does.shot) shoot(does.shot);
  });
  at("sun").addEventListener("click", function () {
    sun(document.documentElement.dataset.sun !== "1");
    ground.paint();
  });
  function sun(on) {
    document.documentElement.dataset.sun = on ? "1" : "";
    at("sun").textContent = on ? "夜间" : "强光";
    try { localStorage.setItem("field-sun", on ? "1" : ""); } catch (_) { /* not kept */ }
  }
  tell.listen(function (what) {
    if (what === "locked") locked = true;
    if (what === "stuck") lost = !locked && !navigator.onLine;
    if (what === "sent" || what === "done") lost = false;
    draw().then(function () { if (what === "sent" && !waiting()) read(); });
  });
  addEventListener("online", function () { lost = false; tell.soon(); read(); });
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) { tell.soon(); read(); }
  });
  setInterval(function () { if (!document.hidden && !locked) read(); }, POLL_MS);
  try { sun(localStorage.getItem("field-sun") === "1"); } catch (_) { sun(false); }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/hazard-worker.js", { scope: "/hazard" }).catch(function () {});
  }
  ground.start(at("map").querySelector("canvas"), null, function (lon, lat) { put(lon, lat, "map"); });
  Promise.all([keep.get("who"), keep.get("known"), keep.get("draft"), keep.get("ground"),
               keep.lasting(), send.load()]).then(function (found) {
    who = found[0] || null; known = found[1] || null; lasting = found[4];
    restore(found[2]);
    landed(found[3]);
    return draw();
  }).then(read);
})();
