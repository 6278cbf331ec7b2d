// The map's signs as small pictures, each drawn once and then copied.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const INK = "#0a0f1a";
  const FONT = '"Hubei Sans","Noto Sans CJK SC","Noto Sans SC",sans-serif';
  const kept = new Map();
  hubei.FONT = FONT;
  hubei.forgetGlyphs = () => kept.clear();

  function written(ctx, text, size, colour, dy) {
    ctx.font = `800 ${size}px ${FONT}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = colour;
    ctx.fillText(text, 0, dy || size * 0.04);
  }

  const draw = {
    disc(ctx, s, sign) {
      ctx.beginPath();
      ctx.arc(0, 0, s / 2 - 1, 0, 7);
      ctx.fillStyle = sign.outline ? INK : sign.colour;
      ctx.fill();
      ctx.lineWidth = Math.max(2, s * 0.06);
      ctx.strokeStyle = sign.colour;
      ctx.stroke();
      written(ctx, sign.char, s * 0.58, sign.outline ? sign.colour : INK);
    },
    square(ctx, s, sign) {
      const h = s / 2 - 1;
      ctx.beginPath();
      ctx.roundRect(-h, -h, 2 * h, 2 * h, s * 0.18);
      ctx.fillStyle = INK;
      ctx.fill();
      ctx.lineWidth = Math.max(1.5, s * 0.085);
      ctx.strokeStyle = sign.colour;
      ctx.stroke();
      written(ctx, sign.char, s * 0.66, sign.colour);
    },
    house(ctx, s, sign) {
      const h = s / 2 - 1;
      ctx.beginPath();
      ctx.moveTo(-h, h);
      ctx.lineTo(-h, -h * 0.2);
      ctx.lineTo(0, -h);
      ctx.lineTo(h, -h * 0.2);
      ctx.lineTo(h, h);
      ctx.closePath();
      ctx.fillStyle = "#182640";
      ctx.fill();
      ctx.lineWidth = Math.max(1.4, s * 0.1);
      ctx.strokeStyle = sign.colour;
      ctx.stroke();
    },
    triangle(ctx, s, sign) {
      const h = s / 2 - 0.5;
      ctx.beginPath();
      ctx.moveTo(-h, h * 0.75);
      ctx.lineTo(h, h * 0.75);
      ctx.lineTo(0, -h);
      ctx.closePath();
      ctx.fillStyle = sign.colour;
      ctx.fill();
      ctx.lineWidth = 1;
      ctx.strokeStyle = INK;
      ctx.stroke();
    },
    // a station over a rung: the triangle is large enough to hold its character
    rung(ctx, s, sign) {
      draw.triangle(ctx, s, sign);
      written(ctx, sign.char, s * 0.5, "#14100a", s * 0.13);
    },
    // a unit's points: how many, ringed by the worst state, with how many are in it at the corner
    unit(ctx, s, sign) {
      const r = s / 2 - 1;
      ctx.beginPath();
      ctx.arc(0, 0, r, 0, 7);
      ctx.fillStyle = "#0d1524";
      ctx.fill();
      ctx.lineWidth = Math.max(1.5, s * (sign.over ? 0.1 : 0.055));
      ctx.strokeStyle = sign.colour;
      ctx.stroke();
      written(ctx, sign.char, s * (sign.char.length > 4 ? 0.3 : 0.37), "#e8eef8");
    },
    dot(ctx, s, sign) {
      ctx.beginPath();
      ctx.arc(0, 0, s / 2 - 1, 0, 7);
      ctx.fillStyle = INK;
      ctx.fill();
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = sign.colour;
      ctx.stroke();
    },
  };

  // A picture of a sign at a size in CSS pixels, twice as dense on dense screens.
  hubei.glyph = function (sign, size, dense) {
    const key = `${sign.shape}|${sign.char}|${sign.colour}|${sign.outline}|${size}|${dense}`;
    let picture = kept.get(key);
    if (!picture) {
      picture = document.createElement("canvas");
      picture.width = picture.height = Math.ceil((size + 4) * dense);
      const ctx = picture.getContext("2d");
      ctx.setTransform(dense, 0, 0, dense, picture.width / 2, picture.height / 2);
      draw[sign.shape](ctx, size, sign);
      if (kept.size > 600) kept.clear();
      kept.set(key, picture);
    }
    return picture;
  };

  hubei.stamp = function (ctx, sign, x, y, size, dense) {
    const picture = hubei.glyph(sign, size, dense);
    const side = picture.width / dense;
    ctx.drawImage(picture, x - side / 2, y - side / 2, side, side);
  };

  // How many stand behind one sign, at its upper right corner.
  hubei.count = function (ctx, number, x, y, size, colour, least = 0) {
    const text = String(number), high = Math.max(size * 0.62, least / 0.86);
    ctx.font = `700 ${high * 0.86}px ${FONT}`;
    const wide = Math.max(high, ctx.measureText(text).width + high * 0.5);
    ctx.beginPath();
    ctx.roundRect(x + size * 0.28, y - size * 0.78, wide, high, high / 2);
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = INK;
    ctx.fillText(text, x + size * 0.28 + wide / 2, y - size * 0.78 + high * 0.54);
  };
})();
