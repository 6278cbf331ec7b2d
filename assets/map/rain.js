// Rain between the gauges: each cell the mean of the gauges near it, the nearer the weightier; none, no colour.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const ID = "rain", CELL_PX = 5, REACH_KM = 35, ALPHA = [90, 115, 140, 165, 190, 215], MISSING = 3;
  const WORLD_KM = 40075;

  hubei.Rain = class {
    constructor(control) {
      Object.assign(this, { control, scene: control.scene, tile: document.createElement("canvas"), key: "" });
    }
    changed() {
      this.key = "";
      this.gauges = null;
    }
    on() {
      return this.scene.styles[ID] && !this.scene.off.has(ID) && this.found().length > 0;
    }
    // Gauges that have a value and are not cut off.
    found() {
      if (this.gauges) return this.gauges;
      const { points } = this.control;
      this.gauges = [];
      if (!points.rows) return this.gauges;
      const { unit, units, rain } = points.rows;
      this.steps = rain.map(({ mm, colour }, i) => [mm, [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).concat(ALPHA[i])]);
      for (const i of points.order) {
        if (units[unit[i]].rain && Number.isFinite(points.value[i]) && (points.state[i] & 7) !== MISSING) this.gauges.push(i);
      }
      return this.gauges;
    }
    paint(ctx, view, frame) {
      if (!this.on()) return;
      const CELL = (this.cell = Math.round(CELL_PX * Math.max(1, this.scene.scale)));
      const wide = Math.ceil((frame.max.x - frame.min.x) / CELL), high = Math.ceil((frame.max.y - frame.min.y) / CELL);
      const key = `${view.world} ${view.ox} ${view.oy} ${frame.min.x} ${frame.min.y} ${wide}`;
      if (key !== this.key) this.fill(view, frame, wide, high);
      this.key = key;
      ctx.save();
      ctx.imageSmoothingEnabled = true;
      ctx.drawImage(this.tile, frame.min.x, frame.min.y, wide * CELL, high * CELL);
      ctx.restore();
    }
    fill(view, frame, wide, high) {
      const { points } = this.control, CELL = this.cell, sum = new Float32Array(wide * high), weight = new Float32Array(wide * high);
      // a kilometre is longer on the map the farther north; Hubei's middle stands for all of it
      const reach = ((REACH_KM / WORLD_KM / Math.cos(0.541)) * view.world) / CELL;
      for (const i of this.found()) {
        const gx = (points.wx[i] * view.world - view.ox - frame.min.x) / CELL, gy = (points.wy[i] * view.world - view.oy - frame.min.y) / CELL;
        const [x0, x1] = [Math.max(0, Math.ceil(gx - reach)), Math.min(wide - 1, Math.floor(gx + reach))];
        const [y0, y1] = [Math.max(0, Math.ceil(gy - reach)), Math.min(high - 1, Math.floor(gy + reach))];
        for (let y = y0; y <= y1; y += 1)
          for (let x = x0; x <= x1; x += 1) {
            const far = ((x - gx) ** 2 + (y - gy) ** 2) / (reach * reach);
            if (far >= 1) continue;
            const w = (1 - far) ** 2 / (far + 0.01), at = y * wide + x;
            sum[at] += w * points.value[i];
            weight[at] += w;
          }
      }
      this.colour(sum, weight, wide, high);
    }
    colour(sum, weight, wide, high) {
      this.least = this.control.mode === "wall" ? 1 : 0; // a drizzle is no news on the wall
      this.tile.width = Math.max(1, wide);
      this.tile.height = Math.max(1, high);
      const pen = this.tile.getContext("2d"), image = pen.createImageData(Math.max(1, wide), Math.max(1, high));
      for (let at = 0; at < sum.length; at += 1) {
        if (!weight[at]) continue;
        const mm = sum[at] / weight[at];
        let step = -1;
        while (step + 1 < this.steps.length && mm >= this.steps[step + 1][0]) step += 1;
        if (step >= this.least) image.data.set(this.steps[step][1], at * 4);
      }
      pen.putImageData(image, 0, 0);
    }
  };
})();
