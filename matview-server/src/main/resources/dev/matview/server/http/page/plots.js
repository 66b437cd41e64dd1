// Lines over time.

import uPlot from "./uplot.js";
import { h, svg } from "./dom.js";
import { clock } from "./words.js";

const HEIGHT = 150;
const LEAST_SPAN_S = 600;
const LINE = { width: 96, height: 20 };
/** Where two samples are further apart, nothing is known between. */
const GAP_S = 300;

/** What durations are counted by. */
export const DURATION_STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800, 2592000];

const dark = matchMedia("(prefers-color-scheme: dark)");

/** A plot of one number, with its name, and its value now or under the pointer. */
export class Plot {
  #name;
  #format;
  #steps;
  #zero;
  #bars;
  #plot = null;
  #data = [[], []];
  #seen = "";
  #value = h("span", { class: "value" });
  #canvas = h("div", { class: "canvas" });
  #resizes = new ResizeObserver(() => this.#fit());
  #closing = new AbortController();

  /** @param format makes words of a value @param steps what its scale may count by, in place of 1, 2, 5 and so on */
  constructor(name, format, { zero = true, bars = false, steps = null } = {}) {
    this.#name = name;
    this.#format = format;
    this.#steps = steps;
    this.#zero = zero;
    this.#bars = bars;
    this.element = h("figure", { class: "plot" }, h("figcaption", null, h("span", null, name), this.#value), this.#canvas);
    this.#resizes.observe(this.#canvas);
    dark.addEventListener("change", () => this.#draw(), { signal: this.#closing.signal });
  }

  /** Lets go of the window, of which each plot knows. */
  close() {
    this.#closing.abort();
    this.#resizes.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** @param samples objects with `at`; @param value takes the number out of one */
  show(samples, value) {
    const at = samples.map((sample) => Date.parse(sample.at) / 1000);
    const data = [at, samples.map((sample) => value(sample) ?? null)];
    const seen = JSON.stringify(data);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#data = withGaps(data);
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#draw();
    this.#tell(null);
  }

  #fit() {
    const width = this.#canvas.clientWidth;
    if (!width) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#draw();
  }

  #draw() {
    this.#plot?.destroy();
    this.#plot = null;
    const width = this.#canvas.clientWidth;
    if (!width || !this.#data[1].some((value) => value !== null)) return;
    this.#plot = new uPlot(this.#options(width), this.#data, this.#canvas);
    this.#canvas.querySelector("canvas").setAttribute("aria-hidden", "true");
  }

  #options(width) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
    return {
      width,
      height: HEIGHT,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "feed" }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => this.#span() },
        y: { range: (u, least, most) => this.#range(least, most) },
      },
      axes: [
        { ...axis, space: 60, size: 26, values: (u, ticks) => ticks.map((tick) => hours.format(new Date(tick * 1000))) },
        {
          ...axis,
          space: 30,
          size: 58,
          ...(this.#steps && { incrs: this.#steps }),
          values: (u, ticks) => ticks.map((tick) => (tick === 0 ? "0" : this.#format(tick))),
        },
      ],
      series: [
        {},
        {
          stroke: colour("--accent"),
          fill: colour(this.#bars ? "--accent" : "--wash"),
          width: this.#bars ? 0 : 1.5,
          points: { show: (u) => !this.#bars && u.data[0].length < 3 },
          ...(this.#bars && { paths: uPlot.paths.bars({ size: [0.7, 10, 1] }) }),
        },
      ],
      hooks: { setCursor: [(u) => this.#tell(u.cursor.idx)] },
    };
  }

  #span() {
    const [at] = this.#data;
    return [Math.min(at[0], at.at(-1) - LEAST_SPAN_S), at.at(-1)];
  }

  #range(least, most) {
    if (least === null || most === null) return [0, 1];
    if (this.#zero) return [0, Math.max(most * 1.1, this.#steps ? this.#steps[0] * 5 : 0.001)];
    const room = Math.max((most - least) * 0.15, 1);
    return [Math.max(0, Math.floor(least - room)), Math.ceil(most + room)];
  }

  /** Says the value at a place; where there is none, the last and the range. */
  #tell(index) {
    const [at, values] = this.#data;
    const known = values.filter((value) => value !== null);
    const value = index === null || index === undefined ? null : values[index];
    if (value !== null && value !== undefined) this.#value.textContent = `${clock(at[index] * 1000, Date.now())}: ${this.#format(value)}`;
    else if (!known.length) this.#value.textContent = "nothing yet";
    else {
      const range = `${this.#format(Math.min(...known))} to ${this.#format(Math.max(...known))}`;
      this.#value.textContent = `${this.#bars ? "last" : "now"} ${this.#format(known.at(-1))} · ${range}`;
    }
  }
}

function withGaps([at, values]) {
  const result = [[], []];
  at.forEach((moment, i) => {
    if (i > 0 && moment - at[i - 1] > GAP_S) {
      result[0].push(at[i - 1] + 1);
      result[1].push(null);
    }
    result[0].push(moment);
    result[1].push(values[i]);
  });
  return result;
}

/** A line as small as a word: numbers, oldest first, null where nothing is known. */
export function sparkline(values, words) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return null;
  const least = Math.min(...known);
  const span = Math.max(...known) - least || 1;
  const step = (LINE.width - 2) / (values.length - 1);
  let path = "";
  let pen = "M";
  values.forEach((value, i) => {
    if (value === null || value === undefined) {
      pen = "M";
      return;
    }
    path += `${pen}${(1 + i * step).toFixed(1)} ${(LINE.height - 2 - ((value - least) / span) * (LINE.height - 4)).toFixed(1)}`;
    pen = "L";
  });
  return svg(
    "svg",
    { class: "spark", viewBox: `0 0 ${LINE.width} ${LINE.height}`, width: LINE.width, height: LINE.height, role: "img", "aria-label": words },
    svg("path", { d: path }),
  );
}
