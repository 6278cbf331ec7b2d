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
  setInterval(rotate, 8000);
  document.addEventListener("hubei:fact", function () { setTimeout(rotate, 500); });
})();
