// Writes names where they cover nothing: prefectures first, counties and towns as the map comes closer.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const SIZES = [15, 14, 13], COLOURS = ["#c3d0e6", "#a9bad6", "#8fa3c4"];

  hubei.halo = function (ctx, text, x, y, size, colour, weight) {
    ctx.font = `${weight || 500} ${size}px ${hubei.FONT}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = size * 0.26;
    ctx.strokeStyle = "#0a0f1a";
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  };

  // Above the seat, below it, to its sides; then the same a little farther off.
  function spots(x, y, half, size) {
    const near = size * 0.85, far = size * 1.75, beside = half + near * 0.6;
    return [
      [x, y - near], [x, y + near], [x + beside, y], [x - beside, y],
      [x + beside, y - near], [x - beside, y - near], [x, y - far], [x, y + far],
      [x + beside, y + far * 0.7], [x - beside, y + far * 0.7], [x, y - far * 1.5],
    ];
  }

  hubei.names = function (scene, ctx, view, frame) {
    if (!scene.shown("places")) return;
    const wall = scene.mode === "wall", written = new Set();
    scene.written = [];
    for (const f of scene.names) {
      const p = f.properties;
      if (view.zoom < p.min_zoom || (wall && p.rank > 0 && view.zoom < 10)) continue;
      if (p.rank > 0 && written.has(p.name)) continue;
      const [x, y] = scene.at(view, f);
      if (x < frame.min.x || x > frame.max.x || y < frame.min.y || y > frame.max.y) continue;
      const size = SIZES[p.rank] * scene.scale;
      ctx.font = `500 ${size}px ${hubei.FONT}`;
      const half = ctx.measureText(p.name).width / 2 + 2;
      const spot = spots(x, y, half, size).find(([cx, cy]) =>
        !scene.room.taken([cx - half, cy - size * 0.55, cx + half, cy + size * 0.55]));
      if (!spot) continue;
      scene.room.take([spot[0] - half, spot[1] - size * 0.55, spot[0] + half, spot[1] + size * 0.55]);
      ctx.beginPath();
      ctx.arc(x, y, (p.rank ? 1.6 : 2.2) * scene.scale, 0, 7);
      ctx.fillStyle = "#8fa3c4";
      ctx.fill();
      hubei.halo(ctx, p.name, spot[0], spot[1], size, COLOURS[p.rank]);
      written.add(p.name);
      scene.written.push(p.name);
    }
  };
})();
