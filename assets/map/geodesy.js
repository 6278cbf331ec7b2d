// Distances on the ellipsoid (WGS84, which agrees with CGCS2000 to the millimetre).
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F);
  const rad = (degrees) => (degrees * Math.PI) / 180;

  // Vincenty's inverse formula: metres between two [lon, lat].
  hubei.distance = function (from, to) {
    const L = rad(to[0] - from[0]);
    const u1 = Math.atan((1 - F) * Math.tan(rad(from[1])));
    const u2 = Math.atan((1 - F) * Math.tan(rad(to[1])));
    const s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
    let lambda = L;
    for (let turn = 0; turn < 100; turn += 1) {
      const sl = Math.sin(lambda), cl = Math.cos(lambda);
      const sin = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sin === 0) return 0;
      const cos = s1 * s2 + c1 * c2 * cl, sigma = Math.atan2(sin, cos);
      const alpha = (c1 * c2 * sl) / sin, cos2 = 1 - alpha * alpha;
      const mid = cos2 ? cos - (2 * s1 * s2) / cos2 : 0;
      const C = (F / 16) * cos2 * (4 + F * (4 - 3 * cos2));
      const before = lambda;
      lambda = L + (1 - C) * F * alpha *
        (sigma + C * sin * (mid + C * cos * (2 * mid * mid - 1)));
      if (Math.abs(lambda - before) > 1e-12) continue;
      const uu = (cos2 * (A * A - B * B)) / (B * B);
      const a = 1 + (uu / 16384) * (4096 + uu * (uu * (320 - 175 * uu) - 768));
      const b = (uu / 1024) * (256 + uu * (uu * (74 - 47 * uu) - 128));
      const delta = b * sin * (mid + (b / 4) * (cos * (2 * mid * mid - 1) -
        (b / 6) * mid * (4 * sin * sin - 3) * (4 * mid * mid - 3)));
      return B * a * (sigma - delta);
    }
    return NaN;
  };

  hubei.distanceText = (metres) =>
    metres < 1000 ? `${metres.toFixed(0)} 米` : `${(metres / 1000).toFixed(metres < 1e5 ? 2 : 1)} 千米`;

  // Web Mercator as fractions of the world, so that a zoom is one multiplication.
  hubei.mercator = function (lon, lat) {
    const sin = Math.sin(rad(lat));
    return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
  };

  hubei.degrees = (x, y) => [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];

  hubei.inside = function (lon, lat, geometry) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const crosses = (ring) => {
      let odd = false;
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const [x1, y1] = ring[i], [x2, y2] = ring[j];
        if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) odd = !odd;
      }
      return odd;
    };
    return polygons.some((rings) => rings.reduce((odd, ring) => odd !== crosses(ring), false));
  };
})();
