/* A small map without tiles: outlines and names of the own area, drawn on a canvas; a tap picks. */
(function () {
  "use strict";
  var canvas = null, pen = null, ground = null, view = null, pin = null, tapped = function () {};
  var fingers = new Map(), moved = 0, spread = 0;
  var TAP_PX = 8, CLOSEST = 60000, FARTHEST = 300;  // pixels a degree of latitude

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  function squeeze() { return Math.cos(view.lat * Math.PI / 180); }
  function x(lon) { return canvas.clientWidth / 2 + (lon - view.lon) * view.scale * squeeze(); }
  function y(lat) { return canvas.clientHeight / 2 - (lat - view.lat) * view.scale; }
  function lon(px) { return view.lon + (px - canvas.clientWidth / 2) / view.scale / squeeze(); }
  function lat(px) { return view.lat - (px - canvas.clientHeight / 2) / view.scale; }

  function fit() {
    var west = 180, south = 90, east = -180, north = -90;
    (ground.outlines || []).forEach(function (area) {
      area.rings.forEach(function (ring) {
        ring.forEach(function (p) {
          west = Math.min(west, p[0]); east = Math.max(east, p[0]);
          south = Math.min(south, p[1]); north = Math.max(north, p[1]);
        });
      });
    });
    if (west > east) { west = 108.3; east = 116.2; south = 29; north = 33.3; }
    view = { lon: (west + east) / 2, lat: (south + north) / 2, scale: 1 };
    view.scale = Math.min(canvas.clientWidth / ((east - west) * squeeze()),
                          canvas.clientHeight / (north - south)) * 0.94;
  }

  function paint() {
    if (!canvas || !ground || !canvas.clientWidth) return;
    if (!view) fit();
    var ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colour("--sunk");
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.lineWidth = 1.5;
    ground.outlines.forEach(function (area) {
      area.rings.forEach(function (ring) {
        pen.beginPath();
        ring.forEach(function (p, n) { pen[n ? "lineTo" : "moveTo"](x(p[0]), y(p[1])); });
        pen.closePath();
        pen.fillStyle = colour("--panel-2"); pen.fill();
        pen.strokeStyle = colour("--line-3"); pen.stroke();
      });
    });
    names();
    if (pin) mark();
  }
  function names() {
    var taken = [];
    pen.font = "14px " + getComputedStyle(document.body).fontFamily;
    ground.places.forEach(function (place) {
      var px = x(place.lon), py = y(place.lat), wide = pen.measureText(place.name).width;
      if (px < 0 || py < 0 || px > canvas.clientWidth || py > canvas.clientHeight) return;
      pen.fillStyle = colour("--ink-4");
      pen.fillRect(px - 2, py - 2, 4, 4);
      var box = [px + 5, py - 9, px + 7 + wide, py + 9];
      var over = taken.some(function (b) {
        return box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1];
      });
      if (over) return;
      taken.push(box);
      pen.fillStyle = colour("--ink-2");
      pen.fillText(place.name, px + 6, py + 5);
    });
  }
  function mark() {
    var px = x(pin.lon), py = y(pin.lat);
    pen.strokeStyle = colour("--ground"); pen.lineWidth = 7; cross(px, py);
    pen.strokeStyle = colour("--ink"); pen.lineWidth = 3; cross(px, py);
  }
  function cross(px, py) {
    pen.beginPath();
    pen.arc(px, py, 11, 0, 7);
    pen.moveTo(px - 20, py); pen.lineTo(px + 20, py);
    pen.moveTo(px, py - 20); pen.lineTo(px, py + 20);
    pen.stroke();
  }

  function zoom(times, px, py) {
    var at = [lon(px), lat(py)];
    view.scale = Math.max(FARTHEST, Math.min(CLOSEST, view.scale * times));
    view.lon += at[0] - lon(px);
    view.lat += at[1] - lat(py);
    paint();
  }
  function gap() {
    var held = Array.from(fingers.values());
    return Math.hypot(held[0][0] - held[1][0], held[0][1] - held[1][1]);
  }
  function listen() {
    canvas.addEventListener("pointerdown", function (event) {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
      moved = fingers.size > 1 ? TAP_PX + 1 : 0;
      if (fingers.size === 2) spread = gap();
    });
    canvas.addEventListener("pointermove", function (event) {
      var was = fingers.get(event.pointerId);
      if (!was) return;
      var dx = event.offsetX - was[0], dy = event.offsetY - was[1];
      fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
      moved += Math.abs(dx) + Math.abs(dy);
      if (fingers.size === 2) {
        var wide = gap();
        if (spread > 0) zoom(wide / spread, event.offsetX, event.offsetY);
        spread = wide;
        return;
      }
      view.lon -= dx / view.scale / squeeze();
      view.lat += dy / view.scale;
      paint();
    });
    function up(event) {
      if (!fingers.delete(event.pointerId) || event.type !== "pointerup" || moved > TAP_PX) return;
      tapped(lon(event.offsetX), lat(event.offsetY));
    }
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
  }

  window.hubeiGround = {
    start: function (node, told, fn) {
      canvas = node; pen = node.getContext("2d"); tapped = fn; ground = told;
      listen();
      addEventListener("resize", paint);
    },
    know: function (told) { ground = told; view = null; paint(); },
    pin: function (where) {
      pin = where;
      if (pin && view) { view.lon = pin.lon; view.lat = pin.lat; }
      paint();
    },
    zoom: function (way) {
      if (view) zoom(way > 0 ? 1.8 : 1 / 1.8, canvas.clientWidth / 2, canvas.clientHeight / 2);
    },
    paint: paint
  };
})();
