// The live map: takes hold of Leaflet's map, loads what stands still once, and moves what moves.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  hubei.maps = {};
  const PROVINCE = [[29.0, 108.3], [33.3, 116.15]];
  const GLIDE_MS = 600, STEP_MS = 75, STILL_PX = 1.5, GATHER_MS = 200, REFRESH_MS = 60000, CLOSE_ZOOM = 9;
  const DRAWN = new Set(["incident", "assignment", "team", "zone", "depot", "lot", "source", "post", "warning", "hazard"]);
  const STATIC = ["lakes", "rivers", "expressways"];
  const GROUND = ["boundaries", "county-risk", "coverage", "supply_gaps", ...STATIC]; // the lowest first
  const files = new Map();

  const json = (address) => fetch(address, { credentials: "same-origin" }).then((answer) => {
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  });
  // Static geography is shared by every map of the page and fetched once; its hash names it.
  const still = (name, hash) => {
    if (!files.has(name)) {
      const asked = json(`/geo/${name}.json${hash ? `?v=${hash}` : ""}`);
      asked.catch(() => files.delete(name));
      files.set(name, asked);
    }
    return files.get(name);
  };

  hubei.still = still;

  class LiveMap {
    constructor(L, map, holder) {
      Object.assign(this, { L, map, id: holder.dataset.liveMap, mode: holder.dataset.mode });
      this.credits = holder.dataset.credits;
      this.cursor = null;
      this.locked = false;
      this.base = {};
      this.gliding = new Map();
      this.scene = new hubei.Scene(map, this.mode);
      map.createPane("ground").style.zIndex = 410;
      map.createPane("moving").style.zIndex = 420;
      this.cover = new hubei.Cover(this);
      this.gaps = new hubei.Gaps(this);
      this.risk = this.scene.risk = new hubei.Risk(this);
      this.points = new hubei.Points(this);
      this.scene.points = new hubei.PointSigns(this.points, this.scene);
      this.rain = this.scene.rain = new hubei.Rain(this);
      hubei.furnish(this, L);
      this.groundLayer = hubei.overlay(L, "ground", (ctx, frame) => this.scene.ground(ctx, frame)).addTo(map);
      this.movingLayer = hubei.overlay(L, "moving", (ctx, frame) => this.scene.moving(ctx, frame)).addTo(map);
      hubei.sketching(this);
      this.listen();
      this.fit();
      this.load();
    }

    listen() {
      const { map } = this, box = map.getContainer(), on = (name, act) => window.addEventListener(name, act, true);
      const lock = () => this.setLock(true);
      map.on("dragstart boxzoomend", lock);
      for (const name of ["wheel", "dblclick"]) box.addEventListener(name, (event) => event.target.closest(".map-tools,.map-legend") || this.mode === "wall" || this.scene.sketch || lock(), { passive: true });
      box.addEventListener("keydown", (event) => /^(Arrow|[+=_-]$)/.test(event.key) && this.mode !== "wall" && lock());
      box.addEventListener("touchmove", (event) => event.touches.length > 1 && lock(), { passive: true });
      map.on("zoomend", () => this.detail());
      map.on("mousemove", (event) => this.hover(event));
      map.on("mouseout", () => (this.tip.hidden = true));
      map.on("click", (event) => this.click(event));
      on("hubei:positions", (event) => this.cursor === null && this.move(event.detail || []));
      on("hubei:fact", (event) => this.fact(event.detail || {}));
      on("hubei:link", (event) => event.detail && event.detail.up && this.later());
      on("hubei:goto", (event) => this.go(event.detail));
      new ResizeObserver(() => {
        this.scene.resize();
        map.invalidateSize({ animate: false });
        if (!this.locked) this.fit();
        this.redraw();
      }).observe(box);
      if (document.fonts) document.fonts.addEventListener("loadingdone", () => {
        hubei.forgetGlyphs();
        this.redraw();
      });
      setInterval(() => this.cursor === null && this.later(), REFRESH_MS);
    }

    // ------------------------------------------------------------ what stands still
    async load() {
      await this.fetchMap();
      const hash = this.hashes || {};
      await this.show("boundaries", "boundaries-wall", hash["boundaries-wall"]).catch(() => null);
      await Promise.allSettled(STATIC.map((name) => this.show(name, name, hash[name])));
      const names = await still("places", hash.places).catch(() => null);
      this.scene.names = names ? structuredClone(names.features) : [];
      this.detail();
      this.redraw();
    }
    async show(id, file, hash) {
      const data = await still(file, hash);
      if (this.base[id]) this.base[id].remove();
      this.base[id] = this.L.geoJSON(data, { interactive: false, style: this.look(id) });
      this.baseFile = { ...this.baseFile, [id]: file };
      this.switched();
    }
    // How a layer of lines and areas looks, feature by feature.
    look(id) {
      const style = (this.scene.styles[id] || {}).style || {}, own = (f, by, flat) => (by && f.properties[by]) || flat;
      const k = Math.max(1, this.scene.scale * 0.75);
      return (f) => ({
        stroke: Boolean(own(f, style.stroke_by, style.stroke)), color: own(f, style.stroke_by, style.stroke), weight: k * own(f, style.weight_by, style.weight),
        opacity: own(f, style.opacity_by, style.opacity), dashArray: own(f, style.dash_by, style.dash), fill: style.shape === "area" && Boolean(own(f, style.fill_by, style.fill)),
        fillColor: own(f, style.fill_by, style.fill), fillOpacity: style.fill_opacity * (own(f, style.opacity_by, 1)), lineJoin: "round",
      });
    }
    // Detailed boundaries take the place of the simplified ones when the map is close.
    async detail() {
      const file = this.map.getZoom() >= CLOSE_ZOOM ? "boundaries-full" : "boundaries-wall";
      if (!this.baseFile || this.baseFile.boundaries === file || this.wanted === file) return;
      this.wanted = file;
      await this.show("boundaries", file, (this.hashes || {})[file]).catch(() => null);
      this.wanted = null;
    }
    switched() {
      this.cover.refresh();
      this.gaps.refresh();
      this.risk.refresh();
      for (const id of GROUND) {
        const layer = this.base[id];
        if (!layer) continue;
        if (this.scene.off.has(id)) layer.remove();
        else if (!this.map.hasLayer(layer)) layer.addTo(this.map);
      }
      for (const id of GROUND) if (this.base[id] && this.map.hasLayer(this.base[id])) this.base[id].bringToFront();
      this.redraw();
    }

    // ------------------------------------------------------------ what moves
    async fetchMap() {
      const asked = (this.asked = (this.asked || 0) + 1);
      const at = this.cursor === null ? "" : `?at=${encodeURIComponent(this.cursor)}`;
      const body = await json(`/api/v1/map${at}`).catch(() => null);
      if (!body || asked !== this.asked) return;
      this.revision = body.revision;
      this.hashes = body.geo;
      if (!this.legendDrawn) {
        for (const entry of body.legend) this.scene.styles[entry.id] = entry;
        hubei.legend(this, body.legend);
        this.legendDrawn = true;
      }
      this.take(hubei.lack(this, body));
      this.risk.calm(!this.scene.layers.incidents.length);
      this.cover.refresh();
      this.gaps.refresh();
    }
    take(layers) {
      const before = new Map((this.scene.layers.teams || []).map((f) => [f.properties.id, f]));
      for (const [id, data] of Object.entries(layers)) this.scene.layers[id] = data.features;
      hubei.keepShape(this);
      this.teams = new Map(this.scene.layers.teams.map((f) => [f.properties.id, f]));
      for (const [id, f] of this.teams) {
        const old = before.get(id);
        if (this.cursor === null && old && old.shown) this.glide(f, old.shown, f.geometry.coordinates);
      }
      const open = this.scene.layers.incidents.map((f) => f.properties.id).sort().join(",");
      if (open !== this.open) {
        this.open = open;
        if (!this.locked) this.fit();
      }
      this.redraw();
    }
    later() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.fetchMap(), GATHER_MS);
    }
    fact(fact) {
      if (this.cursor === null && (!fact.kinds || fact.kinds.some((kind) => DRAWN.has(kind)))) this.later();
    }
    move(list) {
      for (const { team, lon, lat } of list) {
        const f = this.teams && this.teams.get(team);
        if (f) this.glide(f, f.shown || f.geometry.coordinates, [lon, lat]);
      }
    }
    // A team glides only as far as the eye can see, in few steps: a hundred at once stay cheap.
    glide(f, from, to) {
      const world = 256 * 2 ** this.map.getZoom(), [a, b] = [hubei.mercator(...from), hubei.mercator(...to)];
      const seen = Math.hypot(a[0] - b[0], a[1] - b[1]) * world >= STILL_PX;
      f.shown = seen ? from : to;
      if (seen) this.gliding.set(f.properties.id, { f, from, to, since: performance.now() });
      else this.gliding.delete(f.properties.id);
      if (!this.ticking) this.ticking = requestAnimationFrame((now) => this.tick(now));
    }
    tick(now) {
      const due = now - (this.stepped || 0) >= STEP_MS || !this.gliding.size;
      if (due) this.step(now);
      this.ticking = this.gliding.size ? requestAnimationFrame((next) => this.tick(next)) : null;
    }
    step(now) {
      this.stepped = now;
      for (const [id, { f, from, to, since }] of this.gliding) {
        const part = Math.min(1, Math.max(0, (now - since) / GLIDE_MS));
        f.shown = part === 1 ? to : [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
        if (part === 1) this.gliding.delete(id);
      }
      if (this.map._animatingZoom) return;
      this.scene.arrange();
      this.movingLayer.paint();
    }
    redraw() {
      this.groundLayer.soon();
      this.movingLayer.soon();
    }

    // ------------------------------------------------------------ looking and choosing
    fit() {
      const held = this.scene.layers.incidents || [];
      if (this.mode === "wall" || !held.length) return this.map.fitBounds(PROVINCE, { animate: false, paddingTopLeft: [12, 12], paddingBottomRight: [this.mode === "wall" ? this.map.getSize().x * 0.05 : 12, 12] });
      const ids = new Set(held.map((f) => f.properties.id)), bounds = this.L.latLngBounds([]);
      const out = (this.scene.layers.teams || []).filter((f) => ids.has(f.properties.incident));
      for (const f of [...held, ...out]) bounds.extend([...f.geometry.coordinates].reverse());
      this.map.fitBounds(bounds.pad(0.25), { animate: false, maxZoom: 10, paddingTopLeft: [60, 20] });
    }
    setLock(locked) {
      this.locked = locked;
      if (this.lock) this.lock.hidden = !locked;
    }
    tool(name) {
      if (name === "fit") {
        this.setLock(false);
        this.fit();
      } else if (name === "in" || name === "out") {
        this.setLock(true);
        this.map[name === "in" ? "zoomIn" : "zoomOut"]();
      } else this.sketch(name);
    }
    go({ lon, lat, zoom, label } = {}) {
      if (this.mode === "wall" || !Number.isFinite(lon) || !Number.isFinite(lat)) return;
      this.setLock(true);
      this.map.setView([lat, lon], zoom || 11);
      if (this.hint) this.hint.textContent = label || "";
    }
    publish(name, data) {
      window.dash_clientside.set_props(`${this.id}-${name}`, { data });
    }
    click({ latlng, layerPoint }) {
      if (this.mode === "wall" || this.sketchClick(latlng)) return;
      const found = this.scene.under(layerPoint, latlng);
      // a warned area may be the whole province: a click in it is a click on the ground
      if (!found || found.layer === "warning_areas") {
        this.publish("clicked", { lon: Number(latlng.lng.toFixed(6)), lat: Number(latlng.lat.toFixed(6)) });
        return;
      }
      // another click on a stack takes the next one in it
      const members = found.members.map((f) => f.properties), now = this.scene.selected;
      const next = members[(members.findIndex((p) => now && p.id === now.id) + 1) % members.length];
      if (next.kind === "points") return this.zoomTo(next.unit);
      hubei.pointCard(this, next.kind === "sensor" ? next.point : null);
      this.scene.selected = { kind: next.kind, id: next.id };
      this.publish("selected", this.scene.selected);
      this.movingLayer.soon();
    }
    // One step closer to a unit's points.
    zoomTo(unit) {
      const zoom = this.map.getZoom(), [lon, lat] = hubei.degrees(unit.x, unit.y);
      this.setLock(true);
      this.map.setView([lat, lon], zoom < 8.25 ? 8.5 : 10);
    }
    hover({ latlng, layerPoint, containerPoint }) {
      const sign = this.mode !== "wall" && !this.scene.sketch && this.scene.under(layerPoint, latlng);
      this.map.getContainer().classList.toggle("is-over", Boolean(sign));
      // a county's cover is only read: a click there is a click on open ground
      const areas = [this.cover, this.gaps, this.risk], look = this.mode !== "wall" && !this.scene.sketch;
      const found = sign || (look && areas.map((one) => one.under(latlng)).find(Boolean));
      this.tip.hidden = !found;
      if (!found) return;
      const tips = found.members.slice(0, 8).map((f) => f.properties.tip || "");
      const many = found.members.length > 1;
      const lines = many ? tips.map((tip) => tip.split("\n")[0]) : tips;
      if (found.members.length > 8) lines.push(`……共 ${found.members.length} 支`);
      this.tip.textContent = lines.join("\n");
      const size = this.map.getSize(), right = containerPoint.x > size.x * 0.6;
      this.tip.style.left = right ? "" : `${containerPoint.x + 16}px`;
      this.tip.style.right = right ? `${size.x - containerPoint.x + 16}px` : "";
      this.tip.style.top = `${Math.max(8, Math.min(containerPoint.y + 12, size.y - 160))}px`;
    }
    setCursor(at) {
      const next = at === undefined || at === "" ? null : at;
      if (next === this.cursor) return;
      this.cursor = next;
      this.gliding.clear();
      this.fetchMap();
      this.points.ask(0);
    }
  }

  function begin(L) {
    L.Map.addInitHook(function () {
      const map = this;
      const start = (tries) => {
        const holder = map.getContainer().closest("[data-live-map]");
        if (!map.getContainer().isConnected || !map._loaded) {
          if (tries) requestAnimationFrame(() => start(tries - 1));
        } else if (holder) hubei.maps[holder.dataset.liveMap] = new LiveMap(L, map, holder);
      };
      start(600);
    });
  }
  if (window.L) begin(window.L);
  else window.addEventListener("DOMContentLoaded", () => window.L && begin(window.L));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.hubei_map = {
    cursor(at, id) {
      const held = hubei.maps[id];
      if (held) held.setCursor(at === undefined ? null : at);
    },
    // The plan at hand, from the desk's draft: what it would leave is shown by the cover layer.
    plan(draft) {
      const id = (draft && draft.plan_id) || null;
      hubei.planAtHand = id;
      for (const held of Object.values(hubei.maps)) held.cover.setPlan(id);
    },
  };
})();
