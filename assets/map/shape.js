// The area somebody has just drawn or is changing: shown over the warned areas until it is kept or cleared.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const ID = "drawn-now";

  hubei.keepShape = function (control) {
    const layers = control.scene.layers;
    const others = (layers.warning_areas || []).filter((f) => f.properties.id !== ID);
    layers.warning_areas = control.shape ? [...others, control.shape] : others;
  };
  hubei.showShape = function (control, geometry) {
    const properties = { kind: "warning", id: ID, label: "拟预警范围", colour: "#ffffff", tip: "拟预警范围" };
    control.shape = geometry ? { type: "Feature", geometry, properties } : null;
    hubei.keepShape(control);
    control.redraw();
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.hubei_shape = {
    // The store is filled before the map is there: try until it is.
    show(drawn, id) {
      const geometry = (drawn && drawn.geometry) || null;
      const tries = (left) => {
        const held = hubei.maps && hubei.maps[id];
        if (held) hubei.showShape(held, geometry);
        else if (left) setTimeout(() => tries(left - 1), 250);
      };
      tries(120);
    },
  };
})();
