/* Draws a grid worker's page: choices, photos, what was sent, what became of it, what is mended. */
(function () {
  "use strict";
  var make = window.hubeiShow.make;
  var day = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit", hour: "2-digit",
    minute: "2-digit", hourCycle: "h23"
  });
  function time(at) { return at ? day.format(new Date(at)).replace("/", "-") : ""; }
  function fill(id, parts) {
    var box = document.getElementById(id);
    box.replaceChildren.apply(box, parts.filter(Boolean));
  }

  function choices(id, name, items, chosen) {
    var box = document.getElementById(id), legend = box.querySelector("legend");
    box.replaceChildren.apply(box, [legend].concat(items.map(function (item) {
      var input = make("input", { type: "radio", name: name, value: item.key });
      input.checked = item.key === chosen;
      return make("label", { class: "pick" }, [input, make("span", { text: item.name })]);
    })));
  }
  function photos(list) {
    fill("photos", list.map(function (blob, n) {
      return make("figure", {}, [
        make("img", { src: URL.createObjectURL(blob), alt: "照片 " + (n + 1) }),
        make("button", { type: "button", "data-unphoto": String(n), text: "删去" })]);
    }));
  }
  function outbox(rows, account) {
    var mine = rows.filter(function (r) { return r.state !== "sent"; });
    var sent = rows.filter(function (r) { return r.state === "sent"; }).slice(-5);
    var shown = mine.concat(sent).sort(function (a, b) { return b.n - a.n; });
    if (!shown.length) return fill("outbox", []);
    var n = mine.filter(function (r) { return r.state === "waiting"; }).length;
    var words = { waiting: "待发送", sent: "已送达", refused: "未被接受" };
    fill("outbox", [
      make("h2", { text: n ? "待发送 " + n + " 条，恢复网络后按顺序自动发送" : "全部已送达" }),
      make("ul", {}, shown.map(function (r) {
        var other = r.account !== account ? "（属于账号 " + r.account + "，用它登录后发送）" : "";
        return make("li", { class: "is-" + r.state }, [
          make("time", { text: time(r.at) }), make("span", { text: r.words }),
          make("b", { text: words[r.state] }),
          r.said || other ? make("small", { text: r.said + other }) : null,
          r.state === "refused" ? make("button", { type: "button", "data-drop": String(r.n),
                                                   text: "知道了" }) : null]);
      }))]);
  }

  function told(list) {
    if (!list.length) {
      return fill("told", [make("p", { class: "mu", text: "还没有上报过。送达后这里显示办理情况。" })]);
    }
    fill("told", list.map(function (h) {
      return make("article", { class: "is-" + h.state, "data-id": h.id }, [
        make("header", {}, [make("b", { text: h.word }), make("time", { text: time(h.at) })]),
        make("h2", { text: h.title }),
        make("p", { class: "mu", text: [h.id, h.kind, h.urgency,
          h.photos ? "照片 " + h.photos + " 张" : ""].filter(Boolean).join(" · ") }),
        h.became ? make("p", { class: "became", text: h.became }) : null,
        h.question ? make("p", { class: "over", text: "值班室问：" + h.question }) : null,
        make("ol", {}, h.steps.map(function (s) {
          return make("li", {}, [make("time", { text: time(s.at) }), make("b", { text: s.what }),
            s.words ? make("span", { text: s.words }) : null]);
        })),
        make("button", { type: "button", "data-more": h.id,
                         text: h.question ? "回答" : "补充情况" })]);
    }));
  }
  function works(list) {
    if (!list.length) {
      return fill("mend", [make("p", { class: "mu", text: "本网格没有在办的整改。" })]);
    }
    fill("mend", list.map(function (r) {
      return make("article", { class: r.overdue ? "late" : "", "data-id": r.id }, [
        make("header", {}, [make("b", { text: r.overdue ? "已超期" : r.word }),
          make("time", { text: "时限 " + time(r.due_at) })]),
        make("h2", { text: r.title }),
        make("p", { class: "mu", text: r.supervision + " · " + r.owner }),
        r.measures ? make("p", { text: r.measures }) : null,
        make("ol", {}, r.progress.map(function (p) {
          return make("li", {}, [make("time", { text: time(p.at) }), make("b", { text: p.by }),
            make("span", { text: p.words + (p.photos ? "（照片 " + p.photos + " 张）" : "") })]);
        })),
        make("div", { class: "two" }, [
          make("button", { type: "button", "data-progress": r.id, text: "报进展" }),
          make("button", { type: "button", "data-shot": r.id, text: "拍现状" })])]);
    }));
  }

  window.hubeiHazards = {
    choices: choices, photos: photos, outbox: outbox, told: told, works: works, time: time
  };
})();
