/* The field page: signs in with the order's code, acts at once, lets the sender do the rest. */
(function () {
  "use strict";
  var keep = window.hubeiKeep, send = window.hubeiSend, show = window.hubeiShow, make = show.make;
  var POLL_MS = 20000, FIX_MS = 30000, LARGEST = 8000000, SURE_MS = 4000;
  var order = null, rows = [], choices = null, locked = false, lost = false, sure = null;
  var watching = null, last = null, lasting = true, crs = "WGS84", draft = window.hubeiDraft;
  function at(id) { return document.getElementById(id); }
  var sheet = at("sheet");

  // ---------------------------------------------------------------- what is shown
  function draw() {
    return keep.all().then(function (found) {
      rows = found;
      link();
      at("enter").hidden = !locked;
      at("order").hidden = locked || !order;
      at("bar").hidden = locked || !order;
      if (locked) return kept();
      if (!order) return;
      var view = show.local(order, rows);
      show.all(view, rows, sharing());
      bar(view);
    });
  }
  function waiting() { return rows.filter(function (a) { return a.state === "waiting"; }).length; }
  function kept() {
    var n = waiting();
    at("kept-words").textContent = n ? "本机还有 " + n + " 条未发送，不会丢失；用同一任务的新现场码登录后继续发送。"
      : "";
  }
  function link() {
    var n = waiting(), down = lost || !navigator.onLine;
    var words = locked ? "未登录" : down ? "无网络" + (n ? " · 待发 " + n : "") : n ? "发送中 " + n
      : "已连接";
    if (!lasting) words += " · 本机不能保存，请勿关闭此页";
    at("insecure").hidden = window.isSecureContext;
    at("link").textContent = words;
    document.documentElement.dataset.link = locked ? "locked" : down ? "down" : "up";
    document.documentElement.dataset.waiting = String(n);
  }
  function bar(view) {
    var to = view.over ? null : show.NEXT[view.state], button = at("next");
    button.hidden = !to;
    at("bar").querySelector(".three").hidden = view.over && view.state !== "returned";
    if (!to) return;
    if (button.dataset.to !== to) { button.dataset.to = to; calm(); }
    if (!sure) button.textContent = show.DONE[to];
    var other = at("other");
    if (other) other.remove();
    var may = view.state === "ordered" || view.state === "accepted" ? ["declined", "不能执行…"]
      : view.state === "departed" || view.state === "arrived" ? ["released", "提前结束…"] : null;
    if (may) {
      button.after(make("button", { type: "button", id: "other", class: "quiet",
                                    "data-open": may[0], text: may[1] }));
    }
  }
  function calm() { clearTimeout(sure); sure = null; at("next").classList.remove("sure"); }

  // ---------------------------------------------------------------- doing
  function place() {
    var fresh = sharing() && last && Date.now() - last.when < 120000;
    return fresh ? { lon: last.lon, lat: last.lat, crs: crs } : {};
  }
  function act(kind, words, body, blob) {
    var more = kind === "consent" ? {} : place();
    return send.add(order.id, kind, words, Object.assign({}, body, more), blob);
  }
  function step(to, note) {
    return act("state", show.DONE[to] || show.WORDS[to], { to: to, note: note || "" }).then(draw);
  }
  at("next").addEventListener("click", function () {
    var button = this, to = button.dataset.to;
    if (!sure) {  // one press in a pocket is no report
      button.textContent = "再按一次确认：" + show.DONE[to];
      button.classList.add("sure");
      sure = setTimeout(function () { calm(); draw(); }, SURE_MS);
      return;
    }
    calm();
    step(to);
  });

  function open(title, parts, word, done) {
    var wrong = make("p", { class: "wrong", role: "alert" });
    var form = make("form", { method: "dialog" }, [make("h2", { text: title })].concat(parts, [
      wrong, make("div", { class: "two" }, [
        make("button", { type: "button", class: "quiet", "data-shut": "1", text: "取消" }),
        make("button", { class: "big", type: "submit", text: word })])]));
    var name = title + (order ? order.id : "");
    draft.follow(name, form);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var said = done();
      if (typeof said === "string") { wrong.textContent = said; return; }
      sheet.close();
      Promise.resolve(said).then(function () { draft.forget(name); }).then(draw);
    });
    sheet.replaceChildren(form);
    sheet.showModal();
  }
  function area(label, value) {
    var text = make("textarea", { rows: "3", maxlength: "500", "aria-label": label,
                                  placeholder: label });
    text.value = value || "";
    return text;
  }
  function because(title, word, move) {
    return function () {
      var text = area("原因（必填）");
      open(title, [text], word, function () {
        var words = text.value.trim();
        return words ? step(move, words) : "请写明原因";
      });
    };
  }
  var sheets = {
    say: function () {
      var text = area("现场情况，例如：进村道路中断，需绕行");
      open("报告现场情况", [text], "发送", function () {
        var words = text.value.trim();
        return words ? act("words", "情况：" + words, { text: words }) : "请写明情况";
      });
    },
    declined: because("不能执行此任务", "上报不能执行", "declined"),
    released: because("提前结束任务", "上报结束", "released"),
    share: function () {
      if (sharing()) return agree(false);
      var note = "同意后，本页打开期间每半分钟向省、市、县应急指挥中心发送一次本机位置，只用于本次任务的调度；" +
        "任务结束自动停止，您可以随时停止。";
      var pick = make("select", { "aria-label": "本机坐标" }, [
        make("option", { value: "WGS84", text: "本机坐标：标准（WGS-84）" }),
        make("option", { value: "GCJ02", text: "本机坐标：国测局（GCJ-02），位置偏几百米时选它" })]);
      pick.value = crs;
      open("共享位置", [make("p", { text: note }), pick], "同意并共享", function () {
        crs = pick.value;
        return keep.set("crs", crs).then(function () { return agree(true); });
      });
    },
    photo: function () { at("camera").value = ""; at("camera").click(); },
    need: need
  };
  function need() {
    var kind = make("select", { "aria-label": "类别" }, [
      make("option", { value: "capability", text: "需要力量" }),
      make("option", { value: "item", text: "需要物资" }),
      make("option", { value: "other", text: "其他需求" })]);
    var what = make("input", { "aria-label": "需要什么", list: "known", maxlength: "60",
                               placeholder: "需要什么", autocomplete: "off" });
    var known = make("datalist", { id: "known" });
    var amount = make("input", { "aria-label": "数量", inputmode: "decimal", placeholder: "数量" });
    var unit = make("input", { "aria-label": "单位", maxlength: "16", placeholder: "单位" });
    var words = area("补充说明（可不填）");
    function list() {
      var found = !choices ? [] : kind.value === "capability" ? choices.capabilities
        : kind.value === "item" ? choices.items : [];
      known.replaceChildren.apply(known, found.map(function (x) {
        return make("option", { value: x.name });
      }));
      what.onchange = function () {
        var hit = found.find(function (x) { return x.name === what.value.trim(); });
        if (hit && !unit.value) unit.value = hit.unit;
      };
    }
    kind.onchange = list;
    list();
    var line = make("div", { class: "two" }, [amount, unit]);
    open("提出需求", [kind, what, known, line, words], "发送", function () {
      var typed = amount.value.trim(), number = typed ? Number(typed) : null;
      var name = what.value.trim(), note = words.value.trim();
      if (!name && !(kind.value === "other" && note)) return "请写明需要什么";
      if (typed && !(number > 0)) return "数量请填大于 0 的数字，或留空";
      var said = "需求：" + (name || note) + (number ? " " + number + unit.value.trim() : "");
      return act("needs", said, { kind: kind.value, what: name, amount: number,
                                  unit: unit.value.trim(), words: note });
    });
  }

  // ---------------------------------------------------------------- photo
  at("camera").addEventListener("change", function () {
    var file = this.files[0];
    if (!file) return;
    send.smaller(file).then(function (blob) {
      if (blob.size > LARGEST) return open("照片太大", [make("p", { text: "请调低相机分辨率后重拍" })],
                                           "知道了", function () { return null; });
      var address = URL.createObjectURL(blob), note = area("照片说明（可不填）");
      open("发送照片", [make("img", { src: address, alt: "待发送的照片" }), note], "发送", function () {
        URL.revokeObjectURL(address);
        var words = note.value.trim();
        return act("photos", "照片" + (words ? "：" + words : ""), { note: words }, blob);
      });
    });
  });

  // ---------------------------------------------------------------- position
  function sharing() {
    var own = rows.filter(function (a) {
      return a.kind === "consent" && a.state === "waiting" && order && a.order === order.id;
    });
    return own.length ? own[own.length - 1].body.agreed : Boolean(order && order.sharing);
  }
  function agree(agreed) {
    return act("consent", agreed ? "同意共享位置" : "停止共享位置", { agreed: agreed })
      .then(agreed ? null : send.clear).then(draw).then(watch);
  }
  function watch() {
    var on = sharing() && order && !show.local(order, rows).over && "geolocation" in navigator;
    if (!on && watching !== null) { navigator.geolocation.clearWatch(watching); watching = null; }
    if (!on || watching !== null) return;
    watching = navigator.geolocation.watchPosition(function (got) {
      if (last && Date.now() - last.when < FIX_MS) return;
      last = { lon: got.coords.longitude, lat: got.coords.latitude, when: Date.now() };
      send.fix({ lon: last.lon, lat: last.lat, at: send.now().toISOString(), crs: crs });
    }, function () { /* no fix now: the next one comes by itself */ },
    { enableHighAccuracy: true, maximumAge: 15000, timeout: 60000 });
  }

  // ---------------------------------------------------------------- asking the center
  function read() {
    return send.ask("GET", "/api/v1/field/order").then(function (answer) {
      lost = answer.status >= 500;
      if (answer.status === 401 || answer.status === 403) {
        locked = true;
        if (answer.status === 403) at("wrong").textContent = "本浏览器登录着其他账号，输入现场码会退出它";
        return draw();
      }
      if (!answer.ok) return draw();
      locked = false;
      order = answer.told;
      return Promise.all([keep.set("order", order), send.synced(order.now, order.speed)])
        .then(draw).then(watch).then(send.pump).then(more);
    }).catch(function () { lost = true; return draw(); });
  }
  function more() {
    if (choices) return null;
    return send.ask("GET", "/api/v1/field/choices").then(function (answer) {
      if (!answer.ok) return null;
      choices = answer.told;
      return keep.set("choices", choices);
    }).catch(function () { return null; });
  }

  at("enter").querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var code = at("code").value.replace(/\D/g, "");
    if (code.length !== 10) { at("wrong").textContent = "现场码是 10 位数字"; return; }
    send.ask("POST", "/api/v1/session", JSON.stringify({ field_code: code }),
             { "content-type": "application/json" }).then(function (answer) {
      if (!answer.ok) { at("wrong").textContent = answer.told.detail || "登录失败，请重试"; return; }
      at("code").value = ""; at("wrong").textContent = "";
      history.replaceState(null, "", "/field");
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
      return read();
    }).catch(function () { at("wrong").textContent = "没有网络，恢复后再试"; });
  });
  at("leave").addEventListener("click", function () {
    if (waiting()) {
      return open("还有未发送的内容", [make("p", { text: "本机还有 " + waiting() +
        " 条未发送。退出后它们留在本机，用同一任务的新现场码登录后继续发送。" })], "仍要退出", leave);
    }
    leave();
  });
  function leave() {
    return send.ask("DELETE", "/api/v1/session").then(function () {
      locked = true; order = null;
      return keep.set("order", null).then(draw);
    }).catch(function () { lost = true; return draw(); });
  }

  document.addEventListener("click", function (event) {
    var hit = event.target.closest("[data-open],[data-shut],[data-drop]");
    if (!hit) return;
    if (hit.dataset.open) sheets[hit.dataset.open]();
    if (hit.dataset.shut) sheet.close();
    if (hit.dataset.drop) keep.remove(Number(hit.dataset.drop)).then(draw);
  });
  at("sun").addEventListener("click", function () {
    sun(document.documentElement.dataset.sun !== "1");
  });
  function sun(on) {
    document.documentElement.dataset.sun = on ? "1" : "";
    at("sun").textContent = on ? "夜间" : "强光";
    try { localStorage.setItem("field-sun", on ? "1" : ""); } catch (_) { /* not kept */ }
  }
  send.listen(function (what) {
    if (what === "locked") locked = true;
    if (what === "stuck") lost = !locked;
    if (what === "sent" || what === "done") lost = false;
    keep.get("order").then(function (held) { if (order && held) order = held; }).then(draw)
      .then(function () { if (what === "sent" && !waiting()) read(); });
  });
  addEventListener("online", function () { lost = false; send.soon(); read(); });
  addEventListener("offline", draw);
  addEventListener("hashchange", typed);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) { send.soon(); read(); }
  });
  setInterval(function () { if (!document.hidden && !locked) read(); }, POLL_MS);

  function typed() {  // a link may carry the code behind the #, which no server log sees
    var code = location.hash.slice(1);
    if (/^\d{10}$/.test(code)) at("code").value = code;
  }
  try { sun(localStorage.getItem("field-sun") === "1"); } catch (_) { sun(false); }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/field-worker.js", { scope: "/field" }).catch(function () {});
  }
  typed();
  Promise.all([keep.get("order"), keep.get("choices"), keep.get("crs"), keep.lasting(), send.load()])
    .then(function (found) {
      order = found[0] || null; choices = found[1] || null; crs = found[2] || "WGS84";
      lasting = found[3];
      locked = !order;
      return draw();
    }).then(function () {
      if (/^\d{10}$/.test(location.hash.slice(1))) { locked = true; draw(); }
      return read();
    });
})();
