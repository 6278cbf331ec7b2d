// What a chosen point says, with the ways on; and the switches of the kinds, which stay as they were left.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const EVERY_MS = 1000;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // A card beside the map's foot: value, age, state, source; it follows the point until it is closed.
  hubei.pointCard = function (control, point) {
    clearInterval(control.cardTimer);
    if (control.card) control.card.remove();
    control.card = null;
    if (point === null || point === undefined || control.mode === "wall") return;
    const card = (control.card = element("section", "map-card"));
    card.setAttribute("aria-label", "监测点");
    for (const stop of ["disableClickPropagation", "disableScrollPropagation"]) control.L.DomEvent[stop](card);
    const close = element("button", "map-card__close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "收起");
    close.addEventListener("click", () => hubei.pointCard(control, null));
    const text = element("div", "map-card__text"), ways = element("div", "map-card__ways");
    const { ids, source, sources } = control.points.rows, held = sources[source[point]];
    ways.append(way("监测页", `/monitor?sensor=${encodeURIComponent(ids[point])}`));
    if (held) {
      ways.append(way("风险源", `/monitor?source=${encodeURIComponent(held)}`));
      ways.append(video(held));
    }
    const write = () => {
      const [name, ...rest] = control.points.tip(point).split("\n");
      text.replaceChildren(element("b", "", name), ...rest.map((line) => element("span", "", line)));
      text.style.setProperty("--c", control.points.look(point).colour);
    };
    write();
    control.cardTimer = setInterval(write, EVERY_MS);
    card.append(close, text, ways);
    control.map.getContainer().append(card);
  };
  function way(words, address) {
    const made = element("a", "map-card__way", words);
    made.href = address;
    return made;
  }
  function video(source) {
    const made = element("button", "map-card__way", "视频");
    made.type = "button";
    made.dataset.video = source;
    return made;
  }

  function rainKey(classes) {
    const key = element("div", "map-rain");
    key.append(element("span", "map-kinds__title", "雨量（毫米）"));
    for (const { mm, word, colour } of classes) {
      const swatch = element("i", "map-rain__step", String(mm));
      swatch.style.borderColor = colour;
      swatch.title = word;
      key.append(swatch);
    }
    return key;
  }

  // One tick a kind of point, with how many there are.
  hubei.kindSwitches = function (control, points) {
    if (!control.legendBox || points.rows.kinds.length < 2) return;
    if (control.kindBox) control.kindBox.remove();
    const box = (control.kindBox = element("div", "map-kinds"));
    box.append(element("span", "map-kinds__title", "监测点类别"));
    const order = points.rows.kinds.map((kind, i) => [kind, i]).sort((a, b) => points.counts[b[1]] - points.counts[a[1]]);
    for (const [kind, i] of order) {
      const line = element("label", "map-switch"), tick = element("input");
      tick.type = "checkbox";
      tick.checked = !points.away[kind];
      tick.dataset.kind = kind;
      tick.addEventListener("change", () => points.showKind(kind, tick.checked));
      line.append(tick, element("span", "", kind), element("small", "", points.counts[i].toLocaleString("zh-CN")));
      box.append(line);
    }
    if (points.rows.units.some((unit) => unit.rain)) box.append(rainKey(points.rows.rain));
    control.legendBox.append(box);
  };
})();
