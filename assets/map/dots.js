// Squares on the map: a few are filled one by one, many are set by hand in one picture of the frame.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const MANY = 2500; // from here on one picture costs less than so many squares

  class Filled {
    constructor(ctx) {
      this.ctx = ctx;
    }
    square(colour, x, y, side) {
      if (colour !== this.last) this.ctx.fillStyle = this.last = colour;
      this.ctx.fillRect(Math.round(x - side / 2), Math.round(y - side / 2), side, side);
    }
    done() {}
  }

  // The picture has the size of the frame in the screen's own pixels, and is kept from frame to frame.
  class Picture {
    begin(ctx, frame) {
      const { min, max, dense } = frame;
      const wide = Math.round((max.x - min.x) * dense), high = Math.round((max.y - min.y) * dense);
      Object.assign(this, { ctx, frame, wide, high, last: null });
      if (!this.canvas || this.canvas.width !== wide || this.canvas.height !== high) {
        this.canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
        this.own = this.canvas.getContext("2d");
        this.data = this.own.createImageData(wide, high);
        this.pixels = new Uint32Array(this.data.data.buffer);
      } else this.pixels.fill(0);
      return this;
    }
    square(colour, x, y, side) {
      if (colour !== this.last) this.word = this.wordOf((this.last = colour));
      const { dense, min } = this.frame, { pixels, wide, high, word } = this;
      const left = Math.round((Math.round(x - side / 2) - min.x) * dense), top = Math.round((Math.round(y - side / 2) - min.y) * dense);
      const from = Math.max(0, left), until = Math.min(wide, left + Math.round(side * dense));
      const end = Math.min(high, top + Math.round(side * dense));
      if (from < until) for (let row = Math.max(0, top); row < end; row += 1) pixels.fill(word, row * wide + from, row * wide + until);
    }
    done() {
      const { ctx, frame } = this, { min, max } = frame;
      this.own.putImageData(this.data, 0, 0);
      ctx.drawImage(this.canvas, min.x, min.y, max.x - min.x, max.y - min.y);
    }
    // A colour as one word of a picture: red lowest, wholly opaque.
    wordOf(colour) {
      this.ctx.fillStyle = colour;
      const rgb = parseInt(this.ctx.fillStyle.slice(1), 16);
      return (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
    }
  }

  hubei.Dots = class {
    pen(ctx, frame, count) {
      if (count < MANY) return new Filled(ctx);
      this.picture = this.picture || new Picture();
      return this.picture.begin(ctx, frame);
    }
  };
})();
