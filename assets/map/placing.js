// Finds room: signs that would cover each other are stacked or moved aside, names that would are left out.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const SPOTS = [[0, 0]];
  for (const ring of [1.08, 2.0, 2.9]) {
    for (let turn = 0; turn < 12; turn += 1) {
      const angle = (turn * Math.PI) / 6 + ring;
      SPOTS.push([ring * Math.cos(angle), ring * Math.sin(angle)]);
    }
  }

  // Boxes on a coarse grid, so that asking is cheap.
  class Room {
    constructor(cell) {
      this.cell = cell || 64;
      this.grid = new Map();
    }
    *cells(box) {
      const { cell } = this;
      for (let x = Math.floor(box[0] / cell); x <= Math.floor(box[2] / cell); x += 1)
        for (let y = Math.floor(box[1] / cell); y <= Math.floor(box[3] / cell); y += 1)
          yield x * 65536 + y;
    }
    taken(box) {
      for (const key of this.cells(box))
        for (const other of this.grid.get(key) || [])
          if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])
            return true;
      return false;
    }
    take(box) {
      for (const key of this.cells(box)) {
        const held = this.grid.get(key);
        if (held) held.push(box);
        else this.grid.set(key, [box]);
      }
    }
  }
  hubei.Room = Room;

  const around = (x, y, size) => [x - size / 2, y - size / 2, x + size / 2, y + size / 2];
  hubei.around = around;

  // Items {x, y, size, stack, feature}; stacked ones join `members`, the rest get `px, py`.
  hubei.place = function (items, room, remembered) {
    const standing = [];
    for (const item of items) {
      const near = item.stack && standing.find((other) =>
        other.stack === item.stack && Math.abs(other.x - item.x) < item.size * 1.15 &&
        Math.abs(other.y - item.y) < item.size * 1.15);
      if (near) {
        near.members.push(item.feature);
        continue;
      }
      item.members = [item.feature];
      const last = remembered.get(item.feature.properties.id);
      const spots = last ? [SPOTS[last], ...SPOTS] : SPOTS;
      let spot = spots.find(([dx, dy]) => !room.taken(
        around(item.x + dx * item.size, item.y + dy * item.size, item.size)));
      spot = spot || SPOTS[0];
      remembered.set(item.feature.properties.id, SPOTS.indexOf(spot));
      item.px = item.x + spot[0] * item.size;
      item.py = item.y + spot[1] * item.size;
      room.take(around(item.px, item.py, item.size));
      standing.push(item);
    }
    return standing;
  };
})();
