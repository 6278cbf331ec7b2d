// Counties in the colour of their gravest warning or alarm: on the wall while there is no incident, on a desk when asked for.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const ID = "county-risk", GATHER_MS = 800, SAYS = new Set(["alarm", "warning", "source", "sensor"]);

  hubei.Risk = class {
    constructor(control) {
      Object.assign(this, { control, scene: control.scene, features: [], drawn: "" });
      window.addEventListener("hubei:fact", (event) => this.fact(event.detail || {}), true);
    }
    on() {
      return Boolean(this.scene.styles[ID]) && !this.scene.off.has(ID);
    }
    fact(fact) {
      if (!this.on() || (fact.kinds && !fact.kinds.some((kind) => SAYS.has(kind)))) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.again(), GATHER_MS);
    }
    again() {
      this.drawn = "";
      this.refresh();
    }
    // The wall has no hands: it shows the layer while nothing else needs the ground.
    calm(calm) {
      if (this.control.mode !== "wall" || calm === this.isCalm) return;
      this.isCalm = calm;
      if (calm) this.scene.off.delete(ID);
      else this.scene.off.add(ID);
      this.control.switched();
    }
    async refresh() {
      if (!this.on()) return;
      const { cursor, revision, hashes } = this.control, file = (this.control.baseFile || {}).boundaries || "boundaries-wall";
      const key = `${revision} ${cursor} ${file}`;
      if (revision === undefined || key === this.drawn) return;
      this.drawn = key;
      try {
        const at = cursor === null ? "" : `?at=${encodeURIComponent(cursor)}`;
        const answer = await fetch(`/api/v1/map/risk${at}`, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const [body, shapes] = await Promise.all([answer.json(), hubei.still(file, (hashes || {})[file])]);
        if (this.drawn === key) this.take(body.counties, shapes);
      } catch {
        this.drawn = ""; // the next fact or beat asks again
      }
    }
    take(counties, shapes) {
      const { L, base } = this.control;
      const features = shapes.features
        .filter((f) => f.properties.level === "county" && counties[f.properties.code])
        .map((f) => ({ type: "Feature", geometry: f.geometry, properties: counties[f.properties.code] }));
      this.features = features.map((f) => ({ f, bounds: L.geoJSON(f).getBounds() }));
      if (base[ID]) base[ID].remove();
      base[ID] = L.geoJSON({ type: "FeatureCollection", features }, { interactive: false, style: this.control.look(ID) });
      this.control.switched();
    }
    marks(ctx) {
      if (!this.on()) return;
      for (const { f, bounds } of this.features) {
        if (!f.properties.label) continue;
        const { x, y } = this.control.map.latLngToLayerPoint(bounds.getCenter());
        this.scene.cover.write(ctx, f.properties.label, [x, y], 14, f.properties.colour, 700);
      }
    }
    under(latlng) {
      if (!this.on()) return null;
      const found = this.features.find(({ f, bounds }) => bounds.contains(latlng) && hubei.inside(latlng.lng, latlng.lat, f.geometry));
      return found ? { layer: ID, members: [found.f] } : null;
    }
  };
})();
