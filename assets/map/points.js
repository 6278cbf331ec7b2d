// The point layer's table and values: fetched once, then only what changed, by index.
(function () {
  "use strict";
  const hubei = (window.hubeiMap = window.hubeiMap || {});
  const EVERY_MS = 5000, SOON_MS = 250, WAITING = 8, TOLD_MS = 10000;
  const KEPT = "hubei.map.kinds", SEEN = new Set(["alarm", "sensor", "surge"]);
  const CALM = 1;

  const sums = (steps) => {
    let at = 0;
    return Float64Array.from(steps, (step) => (at += step));
  };
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  };
  const get = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  };

  hubei.Points = class {
    constructor(control) {
      this.control = control;
      this.count = 0;
      this.number = "";
      this.away = read();
      this.told = 0;
      this.groups = new Map();
      window.addEventListener("hubei:fact", (event) => this.fact(event.detail || {}), true);
      document.addEventListener("visibilitychange", () => document.hidden || this.ask(0));
      this.ask(0);
    }
    fact(fact) {
      if (!fact.kinds || fact.kinds.some((kind) => SEEN.has(kind))) this.ask(SOON_MS);
    }
    // One question at a time; a hidden tab asks again when it is looked at.
    ask(wait) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.poll(), wait);
    }
    async poll() {
      if (this.asking) {
        this.again = true;
        return;
      }
      this.asking = true;
      try {
        if (!document.hidden) await this.fetched();
      } catch {
        // the link's own sign says that it is down; the next round tries again
      }
      this.asking = false;
      const again = this.again;
      this.again = false;
      if (again) this.ask(SOON_MS);
      else if (this.control.cursor === null) this.ask(EVERY_MS);
    }
    async fetched() {
      const { cursor } = this.control;
      const at = cursor === null ? "" : `&at=${encodeURIComponent(cursor)}`;
      const body = await get(`/api/v1/map/points/now?since=${cursor === null ? this.number : ""}${at}`);
      if (cursor !== this.control.cursor) return this.ask(0);
      if (body.table !== this.mark) {
        this.table(await get(`/api/v1/map/points?v=${body.table}`), body.table);
        if (body.i.length !== this.count && cursor === null) {
          this.number = "";
          return this.ask(0);
        }
      }
      this.number = cursor === null ? body.number : "";
      this.take(body);
    }

    table(table, mark) {
      const lon = sums(table.lon), lat = sums(table.lat), n = (this.count = table.ids.length);
      Object.assign(this, { mark, rows: table, wx: new Float64Array(n), wy: new Float64Array(n) });
      for (let i = 0; i < n; i += 1) [this.wx[i], this.wy[i]] = hubei.mercator(lon[i] / 1e5, lat[i] / 1e5);
      this.state = new Uint8Array(n);
      this.value = new Float64Array(n).fill(NaN);
      this.at = new Float64Array(n);
      this.stand = new Set(table.stand_in);
      this.index = new Map(table.ids.map((id, i) => [id, i]));
      this.kinds();
    }
    // The values that changed; what is not told stays as it was.
    take({ base, i, v, t, s }) {
      const changed = sums(i);
      for (let k = 0; k < changed.length; k += 1) {
        const at = changed[k];
        this.value[at] = v[k] === null ? NaN : v[k];
        this.at[at] = t[k] < 0 ? 0 : (base - t[k]) * 1000;
        this.state[at] = s[k];
      }
      this.changes = (this.changes || 0) + changed.length;
      if (changed.length) this.sorted();
      if (changed.length && performance.now() - this.told > TOLD_MS) {
        this.told = performance.now();
        if (this.control.mode === "wall") this.control.publish("heard", this.number);
      }
    }
    // Drawn calm first and the worst last; units are counted anew.
    sorted() {
      // one pile a state: sixteen of them, so nothing needs to be compared
      const piles = Array.from({ length: 16 }, () => []), hidden = this.hiddenKinds;
      const rank = (state) => ((state & 7) << 1) | (state & WAITING ? 1 : 0);
      for (let i = 0; i < this.count; i += 1) if (!hidden.has(this.rows.kind[i])) piles[rank(this.state[i])].push(i);
      this.order = Uint32Array.from(piles.flat());
      this.groups.clear();
      this.control.redraw();
      if (this.control.rain) this.control.rain.changed();
    }
    // What a unit's points come to: how many, where, the worst state, how many of each.
    units(level) {
      if (this.groups.has(level)) return this.groups.get(level);
      const found = new Map(), { area, areas } = this.rows;
      for (const i of this.order) {
        const where = areas[area[i]], code = where[level] || "";
        let one = found.get(code);
        if (!one) {
          one = { code, name: where[`${level}_name`] || "辖区外", total: 0, x: 0, y: 0, each: new Array(8).fill(0), worst: 0, waiting: 0 };
          found.set(code, one);
        }
        const state = this.state[i] & 7;
        one.total += 1;
        one.x += this.wx[i];
        one.y += this.wy[i];
        one.each[state] += 1;
        one.worst = Math.max(one.worst, state);
        if (this.state[i] & WAITING) one.waiting += 1;
      }
      const units = [...found.values()].sort((a, b) => b.worst - a.worst || b.total - a.total);
      for (const one of units) {
        one.x /= one.total;
        one.y /= one.total;
      }
      this.groups.set(level, units);
      return units;
    }

    // ------------------------------------------------------------ kinds, chosen by the viewer
    kinds() {
      this.hiddenKinds = new Set(this.rows.kinds.flatMap((kind, i) => (this.away[kind] ? [i] : [])));
      const counts = new Array(this.rows.kinds.length).fill(0);
      for (const kind of this.rows.kind) counts[kind] += 1;
      this.counts = counts;
      this.sorted();
      hubei.kindSwitches(this.control, this);
    }
    showKind(kind, shown) {
      if (shown) delete this.away[kind];
      else this.away[kind] = 1;
      localStorage.setItem(KEPT, JSON.stringify(this.away));
      this.hiddenKinds = new Set(this.rows.kinds.flatMap((name, i) => (this.away[name] ? [i] : [])));
      this.sorted();
    }
    waiting(i) {
      return Boolean(this.state[i] & WAITING);
    }
    look(i) {
      return this.rows.states[this.state[i] & 7];
    }
    notable(i) {
      return (this.state[i] & 7) > CALM || this.waiting(i);
    }
    valueText(i) {
      const value = this.value[i], { unit } = this.rows.units[this.rows.unit[i]];
      if (!Number.isFinite(value)) return "无数据";
      return unit === "m" ? `${value.toFixed(2)} 米` : `${Number(value.toPrecision(6))} ${unit}`;
    }
    tip(i) {
      const { names, kind, kinds, note, area, areas } = this.rows, look = this.look(i);
      const where = areas[area[i]], age = this.at[i] ? hubei.ageText(this.at[i]) : "";
      const state = this.waiting(i) ? `${look.word} · 报警待确认` : look.word;
      return [
        names[i], [kinds[kind[i]], note[i], where.county_name || where.city_name].filter(Boolean).join(" · "),
        age ? `${this.rows.units[this.rows.unit[i]].quantity} ${this.valueText(i)}　${age}前` : "尚无数据", `状态 ${state}`,
        this.stand.has(i) ? "站址为代用坐标" : "",
      ].filter(Boolean).join("\n");
    }
    feature(i) {
      const id = this.rows.ids[i];
      return { properties: { kind: "sensor", id, tip: this.tip(i), alarm: this.waiting(i), point: i }, geometry: { type: "Point" } };
    }
  };

  hubei.ageText = (ms) => {
    const s = Math.max(0, Math.floor(((window.hubeiNow ? window.hubeiNow() : Date.now()) - ms) / 1000));
    if (s < 60) return `${s} 秒`;
    if (s < 3600) return `${Math.floor(s / 60)} 分`;
    return s < 86400 ? `${Math.floor(s / 3600)} 时 ${Math.floor(s / 60) % 60} 分` : `${Math.floor(s / 86400)} 天`;
  };
})();
