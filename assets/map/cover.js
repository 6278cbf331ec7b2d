// The cover layer: counties by minutes from the nearest team, fetched only while it is switched on.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const ID = "coverage", KEPT = "hubei.map.cover", ANY = "任意救援力量", NEAR_ZOOM = 9;
  const FLIGHT = "航空救援";

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function people(count) {
    return count === null ? "人口未知" : `${Math.round(count / 1e4).toLocaleString("zh-CN")} 万人`;
  }
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  };

  hubei.Cover = class {
    constructor(control) {
      this.control = control;
      this.scene = control.scene;
      this.scene.cover = this;
      this.kept = read();
      this.plan = control.mode === "duty" ? hubei.planAtHand || null : null;
      this.after = true;
      this.body = null;
      this.shown = "";
      if (control.mode !== "wall") return;
      // a wall has no hands: /wall?cover= or ?cover=搜救 switches it on, V and Shift+V by keyboard
      const asked = new URLSearchParams(window.location.search).get("cover");
      if (asked !== null) this.keep({ wall: true, capability: asked });
      document.addEventListener("keydown", (event) => this.key(event));
    }
    key(event) {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "");
      const alive = this.control.map.getContainer().isConnected;
      if (!alive || typing || event.repeat || event.ctrlKey || event.altKey || event.key.toLowerCase() !== "v") return;
      if (event.shiftKey && this.on()) this.choose(this.next());
      else this.turn(!this.on());
    }
    wanted() {
      return Boolean(this.kept.wall);
    }
    next() {
      const all = ["", ...((this.body && this.body.capabilities) || [])];
      return all[(all.indexOf(this.kept.capability || "") + 1) % all.length];
    }
    turn(on) {
      this.keep({ wall: on });
      if (on) this.scene.off.delete(ID);
      else this.scene.off.add(ID);
      this.control.switched();
    }
    keep(changed) {
      Object.assign(this.kept, changed);
      localStorage.setItem(KEPT, JSON.stringify(this.kept));
    }
    choose(capability) {
      this.keep({ capability });
      this.refresh();
    }
    setPlan(id) {
      if (this.control.mode !== "duty" || id === this.plan) return;
      this.plan = id;
      this.refresh();
    }
    on() {
      return Boolean(this.scene.styles[ID]) && !this.scene.off.has(ID);
    }

    // Asks again only when something it shows has changed: the number, the choice, the plan.
    async refresh() {
      this.frame();
      if (!this.on()) return;
      const { cursor, revision } = this.control, query = new URLSearchParams();
      if (revision === undefined) return;
      if (this.kept.capability) query.set("capability", this.kept.capability);
      if (this.plan && this.after) query.set("plan", this.plan);
      if (cursor !== null) query.set("at", cursor);
      // the polygons are those of the boundaries under them, coarse or fine
      const file = (this.control.baseFile || {}).boundaries || "boundaries-wall";
      const key = `${revision} ${query}`, drawn = `${key} ${file}`;
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      try {
        const asked = key === this.asked && this.body ? this.body : this.fetched(query);
        const [body, shapes] = await Promise.all([asked, hubei.still(file, (this.control.hashes || {})[file])]);
        if (this.drawn !== drawn) return;
        this.asked = key;
        this.take(body, shapes);
      } catch {
        if (this.drawn === drawn) this.drawn = null;
        this.say("覆盖范围暂时取不到，稍后自动重试");
      }
    }
    async fetched(query) {
      const get = (asked) => fetch(`/api/v1/map/coverage?${asked}`, { credentials: "same-origin" });
      let answer = await get(query);
      if (answer.status === 404 && query.has("plan")) {
        query.delete("plan"); // the plan is gone or another's: the cover as it is
        answer = await get(query);
      } else if (answer.status === 422 && query.has("capability")) {
        this.keep({ capability: "" }); // a capability nobody knows any more
        query.delete("capability");
        answer = await get(query);
      }
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }
    take(body, shapes) {
      const { L, base } = this.control;
      this.body = body;
      const features = shapes.features
        .filter((f) => f.properties.level === "county" && body.counties[f.properties.code])
        .map((f) => ({ type: "Feature", geometry: f.geometry, properties: body.counties[f.properties.code] }))
        // outlines of what is lost lie over their neighbours' lines
        .sort((a, b) => Boolean(a.properties.lost) - Boolean(b.properties.lost));
      this.features = features.map((f) => ({ f, bounds: L.geoJSON(f).getBounds() }));
      if (base[ID]) base[ID].remove();
      base[ID] = L.geoJSON({ type: "FeatureCollection", features }, { interactive: false, style: this.control.look(ID) });
      this.control.switched();
      this.legend();
    }

    // ------------------------------------------------------------ legend and choices
    frame() {
      if (!this.box) {
        this.box = element("section", "map-cover");
        this.box.setAttribute("aria-label", "覆盖范围图例");
        this.control.L.DomEvent.disableClickPropagation(this.box);
        this.control.L.DomEvent.disableScrollPropagation(this.box);
        this.control.map.getContainer().append(this.box);
      }
      this.box.hidden = !this.on();
    }
    say(text) {
      if (!this.body) this.box.replaceChildren(element("p", "map-cover__note", text));
    }
    legend() {
      const { key, plan, capability } = this.body, rows = element("div", "map-cover__rows");
      for (const line of key) {
        const swatch = element("i", "map-cover__swatch");
        swatch.style.background = line.fill || "transparent";
        swatch.style.border = `${Math.max(1, Math.round(line.weight))}px ${line.dash ? "dashed" : "solid"} ${line.stroke}`;
        rows.append(swatch, element("span", "", line.text), element("b", "", `${line.counties} 县`), element("span", "map-cover__people", people(line.people)));
      }
      const note = capability === FLIGHT ? "空中直飞，含出动准备" : "含出动准备；直升机不计";
      this.box.replaceChildren(this.head(capability), ...this.switches(plan), rows, element("p", "map-cover__note", note));
    }
    head(capability) {
      const head = element("div", "map-cover__head");
      head.append(element("b", "", "最近队伍到县城"));
      if (this.control.mode === "wall") head.append(element("span", "", capability || ANY));
      else head.append(this.select());
      return head;
    }
    select() {
      const select = element("select", "map-cover__choice");
      select.setAttribute("aria-label", "按能力");
      for (const name of ["", ...this.body.capabilities]) {
        const option = element("option", "", name || ANY);
        option.value = name;
        option.selected = name === (this.kept.capability || "");
        select.append(option);
      }
      select.addEventListener("change", () => this.choose(select.value));
      return select;
    }
    switches(plan) {
      if (!this.plan) return [];
      const line = element("label", "map-switch"), tick = element("input");
      tick.type = "checkbox";
      tick.checked = Boolean(plan);
      tick.addEventListener("change", () => {
        this.after = tick.checked;
        this.refresh();
      });
      line.append(tick, element("span", "", "按方案派出后（变化的县标出）"));
      return [line];
    }

    // ------------------------------------------------------------ words on the map
    centre(one) {
      const point = this.control.map.latLngToLayerPoint(one.bounds.getCenter());
      return [point.x, point.y];
    }
    // What the plan takes is written before any place name.
    marks(ctx) {
      if (!this.on() || !this.features) return;
      const ordered = this.features.filter((one) => one.f.properties.label);
      ordered.sort((a, b) => (a.f.properties.lost < b.f.properties.lost ? -1 : 1));
      for (const one of ordered) this.write(ctx, one.f.properties.label, this.centre(one), 14, "#ffb3b4", 700);
    }
    figures(ctx) {
      if (!this.on() || !this.features || this.control.map.getZoom() < NEAR_ZOOM) return;
      for (const one of this.features) {
        const minutes = one.f.properties.minutes;
        this.write(ctx, minutes === null ? "无队可达" : `${Math.round(minutes)} 分`, this.centre(one), 14, "#e8eef8", 500);
      }
    }
    write(ctx, text, [x, y], pixels, colour, weight) {
      const size = Math.max(pixels * this.scene.scale, this.scene.least);
      ctx.font = `${weight} ${size}px ${hubei.FONT}`;
      const half = ctx.measureText(text).width / 2 + 2;
      const box = (cy) => [x - half, cy - size * 0.6, x + half, cy + size * 0.6];
      const spot = [y, y + size * 1.2, y - size * 1.2].find((cy) => !this.scene.room.taken(box(cy)));
      if (spot === undefined) return;
      hubei.halo(ctx, text, x, spot, size, colour, weight);
      this.scene.room.take(box(spot));
    }
    under(latlng) {
      if (!this.on() || !this.features) return null;
      const found = this.features.find((one) => one.bounds.contains(latlng) && hubei.inside(latlng.lng, latlng.lat, one.f.geometry));
      return found ? { layer: ID, members: [found.f] } : null;
    }
  };
})();
