// Measuring and drawing: points are set by click or space bar; Enter ends, Esc cancels, Backspace takes one back.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const HINTS = {
    measure: "测距：点击加点，Enter 结束，Esc 取消",
    affected: "影响范围：点击加点，Enter 完成，Esc 取消",
    warning: "预警范围：点击加点，Enter 完成，Esc 取消",
    closure: "管制区：点击加点，Enter 完成，Esc 取消",
  };

  hubei.drawSketch = function (scene, ctx, view) {
    const { kind, points, pointer, done } = scene.sketch;
    const all = pointer && !done ? [...points, pointer] : points;
    const line = scene.line(view, all), area = kind !== "measure";
    const colour = kind === "closure" ? "#ff9a9c" : "#ffffff";
    ctx.save();
    ctx.beginPath();
    line.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    if (area) {
      ctx.closePath();
      ctx.fillStyle = colour;
      ctx.globalAlpha = 0.12;
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    ctx.setLineDash([5, 4]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour;
    line.forEach(([x, y]) => {
      ctx.beginPath();
      ctx.arc(x, y, 3.5, 0, 7);
      ctx.fill();
    });
    if (!area && line.length > 1) {
      const total = all.slice(1).reduce((sum, point, i) => sum + hubei.distance(all[i], point), 0);
      const [x, y] = line[line.length - 1];
      hubei.halo(ctx, hubei.distanceText(total), x, y - 16, 15, "#fff", 700);
    }
    ctx.restore();
  };

  // Rings that cross themselves are refused: they enclose nothing that could be measured.
  function crosses(points) {
    const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    const n = points.length;
    for (let i = 0; i < n; i += 1)
      for (let j = i + 2; j < n; j += 1) {
        if (i === 0 && j === n - 1) continue;
        const [a, b, c, d] = [points[i], points[i + 1], points[j], points[(j + 1) % n]];
        if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
      }
    return false;
  }

  hubei.sketching = function (control) {
    const { map, scene } = control;
    const say = (text) => {
      if (control.hint) control.hint.textContent = text || "";
    };
    const end = () => {
      scene.sketch = null;
      map.doubleClickZoom.enable();
      map.getContainer().classList.remove("is-drawing");
      say("");
      control.movingLayer.soon();
    };
    const close = () => {
      const { kind, points } = scene.sketch;
      if (kind === "measure") {
        scene.sketch.done = true;
        map.doubleClickZoom.enable();
        map.getContainer().classList.remove("is-drawing");
        say("Esc 清除测距");
        control.movingLayer.soon();
        return;
      }
      if (points.length < 3) return say("至少要三个点，请继续点击加点");
      if (crosses(points)) return say("边线不能相交，请按 Backspace 退回一点");
      control.publish("drawn", { kind, geometry: { type: "Polygon", coordinates: [[...points, points[0]]] } });
      end();
    };
    const add = (point) => {
      const { points } = scene.sketch, last = points[points.length - 1];
      const rounded = point.map((n) => Math.round(n * 1e6) / 1e6);
      if (last && last[0] === rounded[0] && last[1] === rounded[1]) return;
      points.push(rounded);
      control.movingLayer.soon();
    };
    control.sketch = (kind) => {
      if (scene.sketch && scene.sketch.kind === kind && !scene.sketch.done) return end();
      scene.sketch = { kind, points: [], pointer: null, done: false };
      map.doubleClickZoom.disable();
      map.getContainer().classList.add("is-drawing");
      map.getContainer().focus({ preventScroll: true });
      say(HINTS[kind]);
    };
    control.sketchClick = (latlng) => {
      if (!scene.sketch || scene.sketch.done) return false;
      add([latlng.lng, latlng.lat]);
      return true;
    };
    map.on("mousemove", (event) => {
      if (!scene.sketch || scene.sketch.done) return;
      scene.sketch.pointer = [event.latlng.lng, event.latlng.lat];
      control.movingLayer.soon();
    });
    map.on("dblclick", () => scene.sketch && !scene.sketch.done && close());
    window.addEventListener("keydown", (event) => {
      if (!scene.sketch || !map.getContainer().isConnected) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
      const acts = {
        Escape: end,
        Enter: () => !scene.sketch.done && close(),
        Backspace: () => scene.sketch.points.pop() && control.movingLayer.soon(),
        " ": () => {
          const centre = map.getCenter();
          if (!scene.sketch.done) add(scene.sketch.pointer || [centre.lng, centre.lat]);
        },
      };
      if (!acts[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      acts[event.key]();
    }, true);
  };
})();
