// Draws the points: few as signs among the others, many as dots, very many as one sign a unit.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const FEW = 500, COUNTY_ZOOM = 8.25, POINT_ZOOM = 9.5, LOUD = 40, STAMPED = 1500, NEAR_PX = 9;
  const CALM = 1, ALARMED = 4;

  hubei.PointSigns = class {
    constructor(points, scene) {
      this.points = points;
      this.scene = scene;
    }
    on() {
      return this.points.count > 0 && this.scene.shown("stations");
    }
    few() {
      return this.points.count <= FEW;
    }
    // Which unit one sign stands for at this zoom; null draws every point.
    level() {
      const zoom = this.scene.map.getZoom() + (this.scene.mode === "wall" ? -0.75 : 0);
      if (this.few() || zoom >= POINT_ZOOM) return null;
      return zoom >= COUNTY_ZOOM ? "county" : "city";
    }
    at(view, i) {
      return [this.points.wx[i] * view.world - view.ox, this.points.wy[i] * view.world - view.oy];
    }

    // Signs that are moved aside rather than covered: those over a level, and the units' own.
    items(view) {
      if (!this.on()) return [];
      const level = this.level();
      return level === null ? (this.few() ? this.notable(view) : []) : [...this.loud(view), ...this.clusters(view, level)];
    }
    sign(i) {
      const look = this.points.look(i);
      return { shape: look.char ? "rung" : "triangle", char: look.char, colour: look.colour };
    }
    item(view, i) {
      const [x, y] = this.at(view, i), sign = this.sign(i), base = this.scene.size("stations", 12);
      return { layer: "stations", feature: this.points.feature(i), sign, x, y, size: Math.round(base * (sign.char ? 2.2 : 1)) };
    }
    notable(view) {
      return [...this.points.order].reverse().filter((i) => this.points.notable(i)).map((i) => this.item(view, i));
    }
    // Alarms over a level never hide in a unit's sign: the gravest stand by themselves.
    loud(view) {
      const found = [], { order, state } = this.points;
      for (let k = order.length - 1; k >= 0 && found.length < LOUD; k -= 1) {
        const i = order[k];
        if ((state[i] & 7) < ALARMED) break;
        if (this.points.waiting(i)) found.push(this.item(view, i));
      }
      return found;
    }
    clusters(view, level) {
      const size = Math.round(this.scene.size("stations", 12) * 3);
      return this.points.units(level).map((unit) => {
        const worst = this.points.rows.states[unit.worst], over = unit.worst > CALM ? unit.each[unit.worst] : 0;
        const each = unit.each.map((n, s) => (n ? `${this.points.rows.states[s].word} ${n}` : "")).filter(Boolean).reverse();
        const tip = [`${unit.name}　${unit.total} 个监测点`, each.join(" · "), unit.waiting ? `待确认报警 ${unit.waiting}` : ""];
        return {
          layer: "stations", x: unit.x * view.world - view.ox, y: unit.y * view.world - view.oy,
          size: size + Math.round(Math.log10(unit.total) * size * 0.1),
          feature: { properties: { kind: "points", id: `unit-${level}-${unit.code}`, tip: tip.filter(Boolean).join("\n"), unit } },
          sign: { shape: "unit", char: String(unit.total), colour: worst.colour, over, mark: worst.char },
        };
      });
    }

    // What is never moved aside: calm points of a few, every point of many.
    paint(ctx, view, frame) {
      if (!this.on() || this.level() !== null) return;
      const few = this.few(), seen = [];
      for (const i of this.points.order) {
        if (few && this.points.notable(i)) continue;
        const x = this.points.wx[i] * view.world - view.ox, y = this.points.wy[i] * view.world - view.oy;
        if (x >= frame.min.x && x <= frame.max.x && y >= frame.min.y && y <= frame.max.y) seen.push(i, x, y);
      }
      if (few) this.triangles(ctx, seen, frame);
      else this.dots(ctx, seen, frame);
      this.drawn = seen.length / 3;
    }
    triangles(ctx, seen, frame) {
      const size = this.scene.size("stations", 12);
      for (let k = 0; k < seen.length; k += 3) {
        hubei.stamp(ctx, { shape: "triangle", colour: this.points.look(seen[k]).colour }, seen[k + 1], seen[k + 2], size, frame.dense);
      }
    }
    // Calm ones are squares in one colour, set without a picture; the others signs while they are few.
    dots(ctx, seen, frame) {
      const size = this.scene.size("stations", 12), dot = Math.max(3, Math.round(size * 0.34)), signs = [];
      let last = null;
      for (let k = 0; k < seen.length; k += 3) {
        const i = seen[k];
        if (this.points.notable(i)) {
          signs.push(k);
          continue;
        }
        const { colour } = this.points.look(i);
        if (colour !== last) ctx.fillStyle = last = colour;
        ctx.fillRect(Math.round(seen[k + 1] - dot / 2), Math.round(seen[k + 2] - dot / 2), dot, dot);
      }
      const plain = signs.length > STAMPED;
      for (const k of signs) {
        const sign = this.sign(seen[k]), big = Math.round(size * (plain ? 0.6 : 2));
        if (!plain) hubei.stamp(ctx, sign, seen[k + 1], seen[k + 2], big, frame.dense);
        else {
          if (sign.colour !== last) ctx.fillStyle = last = sign.colour;
          ctx.fillRect(Math.round(seen[k + 1] - big / 2), Math.round(seen[k + 2] - big / 2), big, big);
        }
        if (this.points.waiting(seen[k]) && !plain) this.ring(ctx, seen[k + 1], seen[k + 2], big);
      }
    }
    ring(ctx, x, y, size) {
      ctx.beginPath();
      ctx.arc(x, y, size * 0.75, 0, 7);
      ctx.lineWidth = 1.5 * this.scene.scale;
      ctx.strokeStyle = "#fff";
      ctx.stroke();
    }

    // The nearest point that is drawn as itself, within reach of the pointer.
    under(point) {
      if (!this.on() || this.level() !== null) return null;
      const view = this.scene.view(), reach = NEAR_PX * this.scene.scale;
      let best = null, least = reach * reach;
      for (const i of this.points.order) {
        const dx = this.points.wx[i] * view.world - view.ox - point.x, dy = this.points.wy[i] * view.world - view.oy - point.y;
        const far = dx * dx + dy * dy;
        if (far <= least) [least, best] = [far, i];
      }
      return best === null ? null : { layer: "stations", members: [this.points.feature(best)] };
    }
  };
})();
