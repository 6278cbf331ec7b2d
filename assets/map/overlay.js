// A canvas of our own inside Leaflet: it moves with the map and is drawn again when the map rests.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});

  hubei.overlay = function (L, pane, paint) {
    const Overlay = L.Renderer.extend({
      options: { padding: 0.2, pane },
      _initContainer() {
        this._container = document.createElement("canvas");
        this._container.style.pointerEvents = "none";
        this._ctx = this._container.getContext("2d");
      },
      _destroyContainer() {
        if (this._frame) cancelAnimationFrame(this._frame);
        this._container.remove();
        delete this._container;
      },
      _updatePaths() {},
      _update() {
        if (this._map._animatingZoom && this._bounds) return;
        L.Renderer.prototype._update.call(this);
        const size = this._bounds.getSize();
        this.dense = Math.min(window.devicePixelRatio || 1, 2);
        L.DomUtil.setPosition(this._container, this._bounds.min);
        const [wide, high] = [size.x, size.y].map((side) => Math.round(side * this.dense));
        if (this._container.width !== wide || this._container.height !== high) {
          this._container.width = wide;
          this._container.height = high;
          this._container.style.width = `${size.x}px`;
          this._container.style.height = `${size.y}px`;
        }
        this.paint();
      },
      paint() {
        if (!this._container || !this._bounds) return;
        const { min, max } = this._bounds, d = this.dense;
        this._ctx.setTransform(d, 0, 0, d, 0, 0);
        this._ctx.clearRect(0, 0, max.x - min.x, max.y - min.y);
        this._ctx.setTransform(d, 0, 0, d, -min.x * d, -min.y * d);
        paint(this._ctx, { min, max, dense: d });
      },
      // Drawn once in the next animation frame, however often it is asked for.
      soon() {
        if (this._frame) return;
        this._frame = requestAnimationFrame(() => {
          this._frame = null;
          if (this._map && !this._map._animatingZoom) this.paint();
        });
      },
    });
    return new Overlay();
  };
})();
