// The map's own furniture: tools, layer switch, coordinates, view lock, credits.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  // Layers that could not be drawn are named; what was shown of them before stays.
  hubei.lack = function (control, body) {
    const names = body.missing;
    control.lacking.textContent = names.length ? `图层取不到：${names.join("、")}；其余照常` : "";
    for (const id of ["teams", "incidents"]) control.scene.layers[id] ||= [];
    return body.layers;
  };
  const KEPT = "hubei.map.layers";
  const WALL_OFF = new Set(["supply_gaps", "county-risk"]); // risk comes by itself while all is calm
  const LOCKED = "视图已锁定 ★ 恢复";
  const ICONS = {
    fit: "M12 3l2.7 5.8 6.3.8-4.6 4.3 1.2 6.2L12 17l-5.6 3.1 1.2-6.2L3 9.6l6.3-.8z",
    in: "M12 5v14M5 12h14",
    out: "M5 12h14",
    measure: "M3 12h18M3 12l4-4M3 12l4 4M21 12l-4-4M21 12l-4 4",
    affected: "M7 5h14l-4 14H3z",
    warning: "M12 4L21.5 20h-19zM12 10v5M12 17.5v.5",
    closure: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
  };
  const TOOLS = [
    ["fit", "恢复视图：看全部事件"], ["in", "放大"], ["out", "缩小"],
    ["measure", "测距（Enter 结束，Esc 取消）"],
    ["affected", "画影响范围（Enter 完成，Esc 取消）"], ["closure", "画管制区（Enter 完成，Esc 取消）"],
    ["warning", "画预警范围（Enter 完成，Esc 取消）"],
  ];
  const TOOLS_OF = { duty: TOOLS, warn: [...TOOLS.slice(0, 4), TOOLS[6]] };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  function icon(path, filled) {
    const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(ns, "path");
    line.setAttribute("d", path);
    if (filled) line.setAttribute("class", "filled");
    svg.append(line);
    return svg;
  }
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  };

  hubei.furnish = function (control, L) {
    const { map, mode } = control, box = map.getContainer();
    const put = (made) => {
      L.DomEvent.disableClickPropagation(made);
      L.DomEvent.disableScrollPropagation(made);
      box.append(made);
      return made;
    };
    control.tip = element("div", "map-tip");
    control.tip.hidden = true;
    box.append(control.tip);
    box.append(element("div", "map-credits", control.credits));
    control.lacking = element("div", "map-lack");
    control.lacking.setAttribute("role", "status");
    box.append(control.lacking);
    if (mode === "wall") {
      const key = element("div", "map-key");
      key.append(element("span", "", "▣ 队伍（备 接 出 到 展 返）"), element("span", "", "⌂ 储备库　▲ 监测点"));
      box.append(key);
      return;
    }
    const tools = put(element("div", "map-tools"));
    for (const [name, title] of TOOLS_OF[mode] || TOOLS.slice(0, 4)) {
      const button = element("button", `map-tool map-tool--${name}`);
      button.type = "button";
      button.title = title;
      button.setAttribute("aria-label", title);
      button.append(icon(ICONS[name], name === "fit"));
      button.addEventListener("click", () => control.tool(name));
      tools.append(button);
    }
    const foot = element("div", "map-foot");
    control.where = element("span", "map-where");
    control.lock = element("span", "map-lock", LOCKED);
    control.lock.hidden = true;
    control.hint = element("span", "map-hint");
    foot.append(control.where, control.lock, control.hint);
    box.append(foot);
    control.legendBox = put(element("fieldset", "map-legend"));
    control.legendBox.append(element("legend", "sr-only", "图层"));
    map.on("mousemove", (event) => {
      const { lng, lat } = event.latlng;
      const side = (n, plus, minus) => `${Math.abs(n).toFixed(4)}°${n < 0 ? minus : plus}`;
      control.where.textContent = `${side(lng, "E", "W")} ${side(lat, "N", "S")} · CGCS2000`;
    });
  };

  const TOGETHER = [["boundaries"], ["lakes", "rivers"]];
  hubei.legend = function (control, legend) {
    const choices = read(), { scene } = control;
    const partners = (id) => TOGETHER.find((ids) => ids.includes(id)) || [id];
    for (const entry of legend) {
      const chosen = choices[entry.id];
      if (entry.id === "coverage" && control.mode === "wall") {
        if (!control.cover.wanted()) scene.off.add(entry.id);
      } else if (control.mode === "wall" ? WALL_OFF.has(entry.id) : chosen === undefined ? !entry.on : !chosen) scene.off.add(entry.id);
    }
    if (!control.legendBox) return;
    const names = { lakes: null, "boundaries-full": null, boundaries: null, rivers: "水系", routes: "路线", expressways: "高速" };
    for (const entry of [...legend].reverse()) {
      const title = entry.id in names ? names[entry.id] : entry.title;
      if (!title) continue;
      const line = element("label", "map-switch"), tick = element("input");
      tick.type = "checkbox";
      tick.checked = !scene.off.has(entry.id);
      tick.dataset.layer = entry.id;
      tick.addEventListener("change", () => {
        const kept = read();
        for (const id of partners(entry.id)) {
          kept[id] = tick.checked;
          if (tick.checked) scene.off.delete(id);
          else scene.off.add(id);
        }
        localStorage.setItem(KEPT, JSON.stringify(kept));
        control.switched();
      });
      line.append(tick, element("span", "", title));
      if (entry.id === "coverage") {
        line.dataset.key = "v";
        line.append(element("kbd", "", "V"));
      }
      control.legendBox.append(line);
    }
  };
})();
