// Draws one moment: areas, routes, names and stations on the ground; teams and incidents above.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const INK = "#0a0f1a", LABEL = "#a9bad6", QUIET = "#aebdd6", CUT = "#ff9a9c";
  const WALL_SCALE = 1.43;

  class Scene {
    constructor(map, mode) {
      this.map = map;
      this.mode = mode;
      this.layers = {};
      this.styles = {};
      this.names = [];
      this.off = new Set();
      this.spots = new Map();
      this.placed = [];
      this.selected = null;
      this.sketch = null;
      this.bulk = null;
      this.resize();
    }
    resize() {
      this.scale = this.mode === "wall" ? (WALL_SCALE * Math.max(720, window.innerHeight)) / 1080
        : Math.min(1.5, Math.max(1, window.innerWidth / 2560));
      this.least = this.mode === "wall" ? (20 * Math.max(720, window.innerHeight)) / 1080 : 0;
    }
    shown(id) {
      const style = this.styles[id];
      return !this.off.has(id) && (!style || this.map.getZoom() >= style.min_zoom);
    }
    size(id, fallback) {
      const own = this.styles[id] && this.styles[id].style.size;
      return Math.round((own || fallback) * this.scale);
    }
    view() {
      const zoom = this.map.getZoom(), world = 256 * 2 ** zoom, origin = this.map.getPixelOrigin();
      return { zoom, world, ox: origin.x, oy: origin.y };
    }
    at(view, feature) {
      const where = feature.shown || feature.geometry.coordinates;
      if (!feature.world || feature.worldOf !== where) {
        feature.world = hubei.mercator(where[0], where[1]);
        feature.worldOf = where;
      }
      return [feature.world[0] * view.world - view.ox, feature.world[1] * view.world - view.oy];
    }
    line(view, ring) {
      return ring.map(([lon, lat]) => {
        const [x, y] = hubei.mercator(lon, lat);
        return [x * view.world - view.ox, y * view.world - view.oy];
      });
    }
    features(id) {
      return this.shown(id) ? this.layers[id] || [] : [];
    }

    // Where every sign stands: incidents first, then who is out, stations over a rung, depots, reserve.
    arrange() {
      const view = this.view(), room = new hubei.Room(), placed = [];
      const item = (id, feature, sign, size, stack) => {
        const [x, y] = this.at(view, feature);
        return { layer: id, feature, sign, size, stack, x, y };
      };
      const put = (items) => placed.push(...hubei.place(items, room, this.spots));
      const team = (f, stack) => item("teams", f, {
        shape: "square", char: f.properties.char, colour: f.properties.colour,
      }, this.size("teams", 22), stack);
      const disc = this.size("incidents", 34);
      for (const f of this.features("incidents")) {
        const p = f.properties;
        const one = item("incidents", f, { shape: "disc", char: p.letter, colour: p.colour, outline: p.outline }, disc);
        Object.assign(one, { px: one.x, py: one.y, members: [f] });
        room.take(hubei.around(one.x, one.y, disc * 1.05));
        placed.push(one);
      }
      const teams = this.features("teams");
      put(teams.filter((f) => f.properties.incident).map((f) =>
        team(f, `${f.properties.incident}|${f.properties.state}`)));
      if (this.points) put(this.points.items(view));
      put(this.features("depots").map((f) => item("depots", f,
        { shape: "house", colour: QUIET }, this.size("depots", 16), "depots")));
      const free = teams.filter((f) => !f.properties.incident && (this.mode !== "wall" || !f.properties.standby));
      put(free.map((f) => team(f, f.properties.standby ? "reserve" : `free|${f.properties.state}`)));
      put(this.features("sources").map((f) => item("sources", f,
        { shape: "dot", colour: QUIET }, this.size("sources", 9), "sources")));
      this.room = room;
      this.placed = placed;
      return placed;
    }

    ground(ctx, frame) {
      const view = this.view();
      this.arrange();
      this.dense = frame.dense;
      const names = [];
      for (const id of ["warning_areas", "affected", "closures"])
        for (const f of this.features(id)) names.push(this.area(ctx, view, id, f));
      for (const f of this.features("routes")) this.route(ctx, view, f);
      if (this.rain) this.rain.paint(ctx, view, frame);
      if (this.points) this.points.paint(ctx, view, frame);
      for (const name of names) this.name(ctx, name);
      if (this.cover) this.cover.marks(ctx);
      if (this.gaps) this.gaps.marks(ctx);
      if (this.risk) this.risk.marks(ctx);
      hubei.names(this, ctx, view, frame);
      if (this.cover) this.cover.figures(ctx);
    }

    area(ctx, view, id, f) {
      const p = f.properties, closed = id === "closures";
      const colour = closed ? CUT : p.colour || QUIET;
      const rings = (f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates).flat();
      const path = new Path2D();
      let top = [0, Infinity];
      for (const ring of rings) {
        this.line(view, ring).forEach(([x, y], i) => {
          if (i) path.lineTo(x, y);
          else path.moveTo(x, y);
          if (y < top[1]) top = [x, y];
        });
        path.closePath();
      }
      ctx.save();
      ctx.globalAlpha = 0.13;
      ctx.fillStyle = colour;
      ctx.fill(path, "evenodd");
      if (!closed) this.hatch(ctx, path, colour);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5 * this.scale;
      ctx.setLineDash(closed ? [4 * this.scale, 3 * this.scale] : []);
      ctx.stroke(path);
      ctx.restore();
      return { text: p.label, x: top[0], y: top[1] - 9 * this.scale, colour: closed ? "#ffb3b4" : colour };
    }
    hatch(ctx, path, colour) {
      const step = Math.round(9 * this.scale), tile = document.createElement("canvas");
      tile.width = tile.height = step;
      const pen = tile.getContext("2d");
      pen.strokeStyle = colour;
      pen.lineWidth = this.scale;
      pen.moveTo(-1, step + 1);
      pen.lineTo(step + 1, -1);
      pen.stroke();
      ctx.globalAlpha = 0.3;
      ctx.fillStyle = ctx.createPattern(tile, "repeat");
      ctx.fill(path, "evenodd");
    }
    route(ctx, view, f) {
      const p = f.properties;
      ctx.save();
      ctx.globalAlpha = Number(p.opacity);
      ctx.strokeStyle = p.colour;
      ctx.lineWidth = 2.4 * this.scale;
      ctx.setLineDash(p.dash ? p.dash.split(" ").map((n) => n * this.scale) : []);
      ctx.beginPath();
      this.line(view, f.geometry.coordinates).forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
      ctx.stroke();
      ctx.restore();
    }
    // An area's name stands above its top, or beside it, or is left to the pointer.
    name(ctx, { text, x, y, colour }) {
      if (!text) return;
      const size = 14 * this.scale;
      ctx.font = `600 ${size}px ${hubei.FONT}`;
      const half = ctx.measureText(text).width / 2;
      const box = ([cx, cy]) => [cx - half, cy - size * 0.6, cx + half, cy + size * 0.6];
      const spots = [[x, y], [x - half - 12, y], [x + half + 12, y], [x, y - size * 1.4], [x, y - size * 2.8]];
      const shown = this.map.getPixelBounds(), origin = this.map.getPixelOrigin();
      const [left, right] = [shown.min.x - origin.x + half, shown.max.x - origin.x - half];
      const spot = spots.find((one) => one[0] > left && one[0] < right && !this.room.taken(box(one)));
      if (!spot) return;
      hubei.halo(ctx, text, spot[0], spot[1], size, colour || LABEL, 600);
      this.room.take(box(spot));
    }

    moving(ctx, frame) {
      const view = this.view();
      for (const one of this.placed) this.sign(ctx, one, frame.dense);
      for (const one of this.placed.filter((o) => o.layer === "incidents")) {
        ctx.beginPath();
        ctx.arc(one.px, one.py, one.size * 0.85, 0, 7);
        ctx.globalAlpha = 0.5;
        ctx.lineWidth = 1.5 * this.scale;
        ctx.strokeStyle = one.sign.colour;
        ctx.stroke();
        ctx.globalAlpha = 1;
        this.sign(ctx, one, frame.dense);
      }
      if (this.sketch) hubei.drawSketch(this, ctx, view);
    }
    sign(ctx, one, dense) {
      if (Math.hypot(one.px - one.x, one.py - one.y) > one.size * 0.5) {
        ctx.beginPath();
        ctx.moveTo(one.x, one.y);
        ctx.lineTo(one.px, one.py);
        ctx.lineWidth = this.scale;
        ctx.strokeStyle = one.sign.colour;
        ctx.globalAlpha = 0.55;
        ctx.stroke();
        ctx.globalAlpha = 1;
      }
      hubei.stamp(ctx, one.sign, one.px, one.py, one.size, dense);
      if (one.sign.over) hubei.count(ctx, `${one.sign.mark}${one.sign.over}`, one.px, one.py, one.size * 0.8, one.sign.colour, this.least);
      const counted = one.members.length > 1 && !(this.mode === "wall" && one.layer === "depots");
      if (counted) hubei.count(ctx, one.members.length, one.px, one.py, one.size, one.sign.colour, this.least);
      const alarm = one.feature.properties.alarm;
      const chosen = this.selected && one.members.some((f) => f.properties.id === this.selected.id);
      if (!alarm && !chosen) return;
      ctx.beginPath();
      ctx.arc(one.px, one.py, one.size * 0.78, 0, 7);
      ctx.lineWidth = 2 * this.scale;
      ctx.strokeStyle = "#fff";
      ctx.setLineDash(alarm && !chosen ? [3 * this.scale, 2 * this.scale] : []);
      ctx.stroke();
      ctx.setLineDash([]);
    }

    // What lies under a point (layer pixels): the topmost sign, else an area, else nothing.
    under(point, latlng) {
      for (let i = this.placed.length - 1; i >= 0; i -= 1) {
        const one = this.placed[i];
        if (Math.hypot(point.x - one.px, point.y - one.py) < one.size * 0.6) return one;
      }
      const near = this.points && this.points.under(point);
      if (near) return near;
      for (const id of ["closures", "affected", "warning_areas"])
        for (const f of this.features(id))
          if (hubei.inside(latlng.lng, latlng.lat, f.geometry)) return { layer: id, members: [f] };
      return null;
    }
  }
  hubei.Scene = Scene;
  hubei.INK = INK;
})();
