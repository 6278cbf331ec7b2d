// The supply-gap layer: areas with a basic list by what they lack, fetched only while switched on.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const ID = "supply_gaps";

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  hubei.Gaps = class {
    constructor(control) {
      this.control = control;
      this.scene = control.scene;
      this.scene.gaps = this;
    }
    on() {
      return Boolean(this.scene.styles[ID]) && !this.scene.off.has(ID);
    }
    // Asks again only when the number, the cursor or the polygons under it have changed.
    async refresh() {
      this.frame();
      const { cursor, revision } = this.control;
      if (!this.on() || revision === undefined) return;
      const file = (this.control.baseFile || {}).boundaries || "boundaries-wall";
      const drawn = `${revision} ${cursor} ${file}`;
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      try {
        const query = cursor === null ? "" : `?at=${encodeURIComponent(cursor)}`;
        const asked = fetch(`/api/v1/map/gaps${query}`, { credentials: "same-origin" }).then((answer) => {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.json();
        });
        const [body, shapes] = await Promise.all([asked, hubei.still(file, (this.control.hashes || {})[file])]);
        if (this.drawn === drawn) this.take(body, shapes);
      } catch {
        if (this.drawn === drawn) this.drawn = null;
        this.box.replaceChildren(element("p", "map-cover__note", "物资缺口暂时取不到，稍后自动重试"));
      }
    }
    take(body, shapes) {
      const { L, base } = this.control, level = { prefecture: 0, county: 1 };
      const features = shapes.features
        .filter((f) => f.properties.level in level && body.areas[f.properties.code])
        .sort((a, b) => level[a.properties.level] - level[b.properties.level])
        .map((f) => ({ type: "Feature", geometry: f.geometry, properties: body.areas[f.properties.code] }));
      this.features = features.map((f) => ({ f, bounds: L.geoJSON(f).getBounds() }));
      if (base[ID]) base[ID].remove();
      base[ID] = L.geoJSON({ type: "FeatureCollection", features }, { interactive: false, style: this.control.look(ID) });
      this.control.switched();
      this.legend(body.key);
    }
    frame() {
      if (!this.box) {
        this.box = element("section", "map-cover map-gaps");
        this.box.setAttribute("aria-label", "物资缺口图例");
        this.control.L.DomEvent.disableClickPropagation(this.box);
        this.control.map.getContainer().append(this.box);
      }
      this.box.hidden = !this.on();
    }
    legend(key) {
      const head = element("div", "map-cover__head"), rows = element("div", "map-cover__rows");
      head.append(element("b", "", "对照储备清单"));
      for (const line of key) {
        const swatch = element("i", "map-cover__swatch");
        swatch.style.background = line.fill;
        rows.append(swatch, element("span", "", line.text), element("b", "", `${line.areas} 处`), element("span"));
      }
      const none = !this.features.length;
      const note = none ? "还没有市县清单；在“物资—清单与产能”登记后显示" : "按缺得最多的一项着色；没有清单的市县不着色";
      this.box.replaceChildren(head, ...(none ? [] : [rows]), element("p", "map-cover__note", note));
    }
    // How many lines are short, where the writing covers nothing.
    marks(ctx) {
      if (!this.on() || !this.features) return;
      for (const { f, bounds } of this.features) {
        if (!f.properties.label) continue;
        const { x, y } = this.control.map.latLngToLayerPoint(bounds.getCenter());
        const size = Math.max(14 * this.scene.scale, this.scene.least);
        ctx.font = `700 ${size}px ${hubei.FONT}`;
        const half = ctx.measureText(f.properties.label).width / 2 + 2;
        const box = [x - half, y - size * 0.6, x + half, y + size * 0.6];
        if (this.scene.room.taken(box)) continue;
        hubei.halo(ctx, f.properties.label, x, y, size, "#ffb3b4", 700);
        this.scene.room.take(box);
      }
    }
    under(latlng) {
      if (!this.on() || !this.features) return null;
      const all = [...this.features].reverse();
      const found = all.find((one) => one.bounds.contains(latlng) && hubei.inside(latlng.lng, latlng.lat, one.f.geometry));
      return found ? { layer: ID, members: [found.f] } : null;
    }
  };
})();
