/* Draws the field page: the order, its steps, where it is, what was sent and what was answered. */
(function () {
  "use strict";
  var NEXT = { ordered: "accepted", accepted: "departed", departed: "arrived",
               arrived: "working", working: "released", released: "returned" };
  var WORDS = { ordered: "下令", accepted: "接令", departed: "出动", arrived: "到场",
                working: "展开", released: "结束", returned: "归队", declined: "不能执行",
                cancelled: "已撤销", redirected: "已改派" };
  var DONE = { accepted: "已接令", departed: "已出动", arrived: "已到场", working: "已展开",
               released: "任务结束，返程", returned: "已归队" };
  var STEPS = ["ordered", "accepted", "departed", "arrived", "working", "released", "returned"];
  var clock = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23"
  });

  function make(tag, attributes, parts) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (attributes[name] === null || attributes[name] === undefined) return;
      if (name === "text") node.textContent = attributes[name];
      else node.setAttribute(name, attributes[name]);
    });
    (parts || []).forEach(function (part) { if (part) node.append(part); });
    return node;
  }
  function time(at) { return at ? clock.format(new Date(at)) : ""; }
  function fill(id, parts) {
    var box = document.getElementById(id);
    box.replaceChildren.apply(box, parts.filter(Boolean));
    box.hidden = !box.childNodes.length;
  }

  // the order as the phone knows it: as last heard, and the steps that are still to be sent
  function local(order, rows) {
    var view = Object.assign({}, order, { times: Object.assign({}, order.times) });
    rows.forEach(function (action) {
      var ours = action.kind === "state" && action.order === order.id;
      if (!ours || action.state !== "waiting") return;
      var to = action.body.to;
      if (NEXT[view.state] !== to && !(to === "declined" || to === "released")) return;
      view.state = to;
      view.times[to] = action.at;
      view.over = to === "declined" || to === "returned";
    });
    return view;
  }

  function card(view) {
    var to = view.incident;
    fill("card", [
      make("p", { class: "number", text: "调派令 " + (view.number || view.id) }),
      make("h1", { text: to.name }),
      make("p", { class: "place", text: to.place || "地点待核" }),
      make("p", { class: "mu", text: [to.type,
        view.capability ? view.capability + (view.amount ? " " + view.amount : "") : "",
        view.reason].filter(Boolean).join(" · ") }),
      view.over ? make("p", { class: "over", text: "任务" + WORDS[view.state] +
        (view.note ? "：" + view.note : "") }) : null
    ]);
  }

  function steps(view) {
    var here = STEPS.indexOf(view.state);
    fill("steps", [make("ol", {}, STEPS.map(function (step, n) {
      var done = Boolean(view.times[step]);
      var look = done ? "done" : n === here + 1 && !view.over ? "next" : "";
      return make("li", { class: look }, [
        make("span", { text: WORDS[step] }),
        make("time", { text: time(view.times[step]) || "—" })
      ]);
    }))]);
  }

  function maps(to) {
    if (!to.gcj02) return null;
    var lon = to.gcj02[0].toFixed(6), lat = to.gcj02[1].toFixed(6);
    var name = encodeURIComponent(to.place || to.name);
    var ios = /iPhone|iPad|iPod/.test(navigator.userAgent);
    var amap = (ios ? "iosamap://path" : "androidamap://route/plan/") +
      "?sourceApplication=hubei&dlat=" + lat + "&dlon=" + lon + "&dname=" + name + "&dev=0&t=0";
    var baidu = "baidumap://map/direction?destination=latlng:" + lat + "," + lon + "|name:" +
      name + "&coord_type=gcj02&mode=driving&src=hubei";
    var tencent = "qqmap://map/routeplan?type=drive&to=" + name + "&tocoord=" + lat + "," + lon +
      "&referer=hubei";
    return make("div", { class: "three" }, [
      make("a", { class: "btn", href: amap, text: "高德导航" }),
      make("a", { class: "btn", href: baidu, text: "百度导航" }),
      make("a", { class: "btn", href: tencent, text: "腾讯导航" })
    ]);
  }

  function facts(view, sharing) {
    var to = view.incident;
    var rows = [["路线", view.route],
                ["预计到达", view.eta && !view.times.arrived ? time(view.eta) : ""],
                ["坐标", to.lon === null ? "待核" : to.lon.toFixed(5) + ", " + to.lat.toFixed(5) +
                  " （WGS-84）"],
                ["坐标说明", to.coord_note]];
    var list = [];
    rows.forEach(function (row) {
      if (row[1]) list.push(make("dt", { text: row[0] }), make("dd", { text: row[1] }));
    });
    view.contacts.forEach(function (who) {
      var digits = (who.phone || "").replace(/[^\d+]/g, "");
      list.push(make("dt", { text: who.role }), make("dd", { text: who.name + " " }, [
        digits ? make("a", { class: "tel", href: "tel:" + digits, text: who.phone }) : null
      ]));
    });
    fill("facts", [maps(to), make("dl", {}, list), share(view, sharing)]);
  }

  function share(view, sharing) {
    if (view.over) return null;
    return make("div", { class: "share" }, [
      make("p", {}, [make("b", { text: sharing ? "位置共享中" : "位置未共享" }),
        make("small", { text: sharing ? "指挥中心可看到本机位置，任务结束自动停止"
          : "同意后指挥中心可看到本机位置，随时可停" })]),
      make("button", { type: "button", "data-open": "share", text: sharing ? "停止" : "共享位置" })
    ]);
  }

  function answers(view) {
    if (!view.needs.length) return fill("answers", []);
    fill("answers", [make("h2", { text: "指挥中心答复" }), make("ul", {},
      view.needs.slice(-6).reverse().map(function (need) {
        return make("li", { class: "is-" + need.state }, [
          make("b", { text: need.word }), make("span", { text: need.title }),
          need.answer ? make("small", { text: need.answer }) : null
        ]);
      }))]);
  }

  function outbox(rows, order) {
    var mine = rows.filter(function (a) { return a.state !== "sent"; });
    var sent = rows.filter(function (a) { return a.state === "sent"; }).slice(-8);
    var shown = mine.concat(sent).sort(function (a, b) { return b.n - a.n; });
    if (!shown.length) return fill("outbox", []);
    var waiting = mine.filter(function (a) { return a.state === "waiting"; }).length;
    var words = { waiting: "待发送", sent: "已送达", refused: "未被接受" };
    fill("outbox", [
      make("h2", { text: waiting ? "待发送 " + waiting + " 条，恢复网络后按顺序自动发送"
        : "全部已送达" }),
      make("ul", {}, shown.map(function (a) {
        var other = a.order !== order ? "（属于另一任务，请用该任务的现场码登录后发送）" : "";
        return make("li", { class: "is-" + a.state, "data-key": a.id }, [
          make("time", { text: time(a.at) }), make("span", { text: a.words }),
          make("b", { text: words[a.state] }),
          a.said || other ? make("small", { text: a.said + other }) : null,
          a.state === "refused" ? make("button", { type: "button", "data-drop": String(a.n),
                                                   text: "知道了" }) : null
        ]);
      }))]);
  }

  // a phone has Chinese of its own; only a machine that draws every sign as one box gets ours
  function painted(sign) {
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = canvas.height = 24;
    pen.font = "20px sans-serif";
    pen.fillText(sign, 1, 20);
    return Array.from(pen.getImageData(0, 0, 24, 24).data).join();
  }
  if (painted("应") === painted("急")) {
    document.head.append(make("link", { rel: "stylesheet", href: "/fonts/fonts.css" }));
  }

  window.hubeiShow = {
    make: make, time: time, local: local, NEXT: NEXT, WORDS: WORDS, DONE: DONE,
    all: function (view, rows, sharing) {
      document.getElementById("team").textContent = view.team;
      card(view); steps(view); facts(view, sharing); answers(view); outbox(rows, view.id);
    }
  };
})();
