/* Turns the strip of the third and later incidents, one at a time, on an unattended wall. */
(function () {
  "use strict";
  var turn = 0;
  function rotate() {
    var items = document.querySelectorAll(".wall .strip-item");
    if (!items.length) return;
    turn = (turn + 1) % items.length;
    items.forEach(function (item, i) { item.classList.toggle("on", i === turn); });
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.hubei_wall = {
    /* how much larger than 1080p this wall is; charts scale their writing by it */
    scale: function () { return Math.min(window.innerWidth / 1920, window.innerHeight / 1080); },
  };
  var sized = null;
  window.addEventListener("resize", function () {
    clearTimeout(sized);
    sized = setTimeout(function () {
      if (document.querySelector(".wall")) window.dash_clientside.set_props("wall-scale", { data: window.dash_clientside.hubei_wall.scale() });
    }, 400);
  });
  setInterval(rotate, 8000);
  document.addEventListener("hubei:fact", function () { setTimeout(rotate, 500); });
})();
