// Interactive figures: Vega draws axes and marks; this file holds the view (zoom, pan, hover, legend) and writes the
// specifications. A figure that cannot be drawn keeps its static drawing.
(() => {
  "use strict";
  const require = limes_modules.load;
  const dataflow = require("vega-dataflow"), parser = require("vega-parser"), runtime_view = require("vega-view");
  const interpreter = require("vega-interpreter");
  for (const name of ["vega-transforms", "vega-view-transforms", "vega-encode"]) {
    Object.assign(dataflow.transforms, require(name));
  }

  const least_left = 66;
  const font = "system-ui, -apple-system, Segoe UI, Helvetica Neue, Arial, sans-serif";
  const ink = "var(--ink)", muted = "var(--muted)";
  const colour_of = (series) => "var(--" + series.colour + ")";
  const is_simulation = (series) => series.colour.startsWith("simulation");

  const element = (name, attributes = {}, text = "") => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  };

  function swatch(colour) {
    const dot = element("i");
    dot.style.background = colour;
    return dot;
  }

  function number_text(value) {
    if (value === null || !Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    const text = size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(3) : String(Number(value.toPrecision(5)));
    return text.replace(/-/g, "\u2212");
  }

  // ---- specifications ------------------------------------------------------------------------------------------------
  function marks_of(series, index) {
    const data = "series" + index, colour = { value: colour_of(series) };
    const x = { scale: "x", field: "x" }, y = { scale: "y", field: "y" };
    const shown = { signal: "shown" + index + " ? 1 : 0" };
    const defined = { signal: "isValid(datum.x) && isValid(datum.y) && (!log_y || datum.y > 0) && (!log_x || datum.x > 0)" };
    const edge = (field) => ({ scale: "y", signal: "log_y ? max(datum." + field + ", y_range[0] * 1e-3) : datum." + field });
    const marks = [];
    const many = series.x.length / series.stride;
    if (series.band) {
      marks.push({ type: "area", from: { data }, encode: { update: {
        x, y: edge("low"), y2: edge("high"), fill: colour, fillOpacity: { value: 0.2 }, opacity: shown,
        defined: { signal: "isValid(datum.low) && isValid(datum.high)" } } } });
    }
    if (series.low && series.points && !series.band) {
      marks.push({ type: "rule", from: { data }, encode: { update: {
        x, y: edge("low"), y2: edge("high"), stroke: colour, strokeOpacity: { value: 0.65 }, strokeWidth: { value: 1.1 },
        opacity: { signal: "shown" + index + " && isValid(datum.low) && isValid(datum.high) ? 1 : 0" } } } });
    }
    if (series.line) {
      const thin = is_simulation(series) || series.colour === "reference";
      marks.push({ type: "line", from: { data }, encode: { update: {
        x, y, stroke: colour, strokeWidth: { value: thin ? 1.4 : 2.2 }, opacity: shown, defined,
        strokeJoin: { value: "round" }, strokeCap: { value: "round" }, ...(series.dashed ? { strokeDash: { value: [6, 4] } } : {}) } } });
    }
    if (series.points) {
      const hollow = series.shape === "ring" || series.shape === "diamond", dash = series.shape === "dash";
      const area = series.shape === "diamond" ? 110 : dash ? 40 : many > 400 ? 10 : many > 100 ? 18 : 36;
      marks.push({ type: "symbol", from: { data }, encode: { update: {
        x, y, shape: { value: dash ? "stroke" : series.shape === "diamond" ? "diamond" : "circle" },
        size: { value: area }, fill: hollow || dash ? { value: "transparent" } : colour,
        stroke: hollow || dash ? colour : { value: "var(--card)" }, strokeWidth: { value: hollow ? 1.4 : dash ? 2 : 0.6 },
        opacity: { signal: `shown${index} && isValid(datum.y) && (!log_y || datum.y > 0) && (!log_x || datum.x > 0) && datum.index % stride${index} === 0 ? 1 : 0` } } } });
    }
    return marks;
  }

  function span_of([from, to]) {
    return { type: "rect", encode: { update: { x: { scale: "x", value: from }, x2: { scale: "x", value: to },
      y: { value: 0 }, y2: { signal: "height" }, fill: { value: "var(--reference)" }, fillOpacity: { value: 0.16 } } } };
  }

  function axis_of(scale, orient, label) {
    return { scale, orient, title: label, grid: true, values: { signal: scale + "_ticks" },
      labelOverlap: true, gridColor: "var(--grid)", domainColor: muted, domainOpacity: 0.5, tickColor: muted,
      tickOpacity: 0.5, tickSize: 4, labelColor: muted, labelFontSize: 12, titleColor: ink, titleFontSize: 13,
      titleFontWeight: "normal", titlePadding: 8, labelFont: font, titleFont: font,
      encode: { labels: { update: { text: { signal: "replace(format(datum.value, '~g'), regexp('-', 'g'), '\u2212')" } } } } };
  }

  // Round values: 1, 2, 5 times a power of ten; powers of ten on a logarithmic axis that spans more than one.
  function ticks([low, high], log, wanted) {
    if (log && high / low > 10) {
      const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
      const stride = Math.max(1, Math.ceil((last - first) / wanted));
      const digits = last - first <= 3 ? [1, 2, 5] : [1];
      const values = [];
      for (let power = Math.ceil(first / stride) * stride; power <= last; power += stride) digits.forEach((digit) => values.push(digit * 10 ** power));
      return values.filter((v) => v >= low && v <= high);
    }
    const rough = (high - low) / Math.max(2, wanted), power = 10 ** Math.floor(Math.log10(rough));
    const step = power * (rough <= 1.5 * power ? 1 : rough <= 3.5 * power ? 2 : rough <= 7.5 * power ? 5 : 10);
    const values = [];
    for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9 && values.length < 50; ++k) values.push(Number((k * step).toPrecision(12)));
    return values;
  }

  // Marks that would hide each other and the theory below them are thinned to about forty in view.
  function stride(series, state) {
    if (series.stride === 1) return 1;
    const seen = series.x.filter((x) => x !== null && x >= state.x[0] && x <= state.x[1]).length;
    return Math.max(1, Math.ceil(seen / 40));
  }

  // The room that the labels of the vertical axis need: tick, label, title.
  function left_room(state, height) {
    const longest = ticks(state.y, state.log_y, height / 48).map((v) => String(Number(v.toPrecision(6))).length);
    return Math.max(least_left, 38 + 6.9 * Math.max(0, ...longest));
  }

  function specification(figure, state, width, height, margin) {
    return {
      width, height, padding: margin, autosize: "none", background: "transparent",
      signals: [{ name: "x_range", value: state.x }, { name: "y_range", value: state.y },
        { name: "log_x", value: state.log_x }, { name: "log_y", value: state.log_y },
        { name: "x_ticks", value: ticks(state.x, state.log_x, width / 65) }, { name: "y_ticks", value: ticks(state.y, state.log_y, height / 48) },
        ...figure.series.map((_, i) => ({ name: "shown" + i, value: !state.hidden.has(i) })),
        ...figure.series.map((series, i) => ({ name: "stride" + i, value: stride(series, state) }))],
      data: figure.series.map((series, i) => ({ name: "series" + i,
        values: series.x.map((x, k) => ({ index: k, x, y: series.y[k],
          low: series.low ? series.low[k] : null, high: series.high ? series.high[k] : null })) })),
      scales: [
        { name: "x", type: state.log_x ? "log" : "linear", domain: { signal: "x_range" }, range: "width", nice: false, zero: false },
        { name: "y", type: state.log_y ? "log" : "linear", domain: { signal: "y_range" }, range: "height", nice: false, zero: false }],
      axes: [axis_of("x", "bottom", figure.x.label), axis_of("y", "left", figure.y.label)],
      marks: [{ type: "group", clip: true, encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
        marks: [...figure.spans.map(span_of), ...figure.series.flatMap(marks_of)] }],
    };
  }

  // ---- ranges --------------------------------------------------------------------------------------------------------
  const forward = (value, log) => (log ? Math.log(value) : value);
  const backward = (value, log) => (log ? Math.exp(value) : value);

  function log_range(figure, axis) {
    const values = figure.series.flatMap((series) => series[axis]).filter((v) => v !== null && v > 0);
    if (values.length === 0) return null;
    const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
    const widen = Math.max(1.08, (high / low) ** 0.05);
    return [low / widen, high * widen];
  }

  function full_view(figure, state, width, height) {
    state.x = state.log_x && !figure.x.logarithmic ? log_range(figure, "x") : [...figure.x.range];
    state.y = state.log_y && !figure.y.logarithmic ? log_range(figure, "y")
      : !state.log_y && figure.y.logarithmic ? [0, figure.y.range[1]] : [...figure.y.range];
    if (!figure.equal_aspect || state.log_x || state.log_y) return;
    const unit = Math.max((state.x[1] - state.x[0]) / width, (state.y[1] - state.y[0]) / height);
    for (const [range, length] of [[state.x, width], [state.y, height]]) {
      const middle = (range[0] + range[1]) / 2;
      range[0] = middle - (unit * length) / 2;
      range[1] = middle + (unit * length) / 2;
    }
  }

  // ---- one figure ----------------------------------------------------------------------------------------------------
  function legend_sign(series) {
    const stroke = colour_of(series);
    const dash = series.dashed ? " stroke-dasharray='5 3'" : "";
    let drawing = "";
    if (series.band) drawing += `<rect x='1' y='1' width='24' height='10' fill='${stroke}' fill-opacity='.2'/>`;
    if (series.line) drawing += `<path d='M1 6h24' stroke='${stroke}' stroke-width='${is_simulation(series) ? 1.5 : 2.2}'${dash}/>`;
    if (series.points) {
      drawing += series.shape === "dash" ? `<path d='M8 6h10' stroke='${stroke}' stroke-width='2.2'/>`
        : series.shape === "diamond" ? `<path d='M13 1l5 5-5 5-5-5Z' fill='none' stroke='${stroke}' stroke-width='1.6'/>`
        : series.shape === "ring" ? `<circle cx='13' cy='6' r='4' fill='none' stroke='${stroke}' stroke-width='1.6'/>`
        : `<circle cx='13' cy='6' r='3.8' fill='${stroke}'/>`;
    }
    return `<svg viewBox='0 0 26 12' aria-hidden='true'>${drawing}</svg>`;
  }

  function interactive(node, figure) {
    const drawing = node.querySelector(".drawing");
    const still = drawing.querySelector("svg");
    const legend = element("div", { class: "legend" });
    const plot = element("div", { class: "plot", tabindex: "0", role: "img", "aria-label": figure.title });
    const canvas = element("div");
    const hair = element("div", { class: "hair", hidden: "" }), box = element("div", { class: "box", hidden: "" });
    const values = element("div", { class: "values", hidden: "" });
    const tools = element("div", { class: "tools" });
    plot.append(canvas, hair, box, values);

    const state = { x: null, y: null, log_x: figure.x.logarithmic, log_y: figure.y.logarithmic, hidden: new Set() };
    const margin = { left: least_left, right: 14, top: 8, bottom: 46 };
    let view = null, width = 0, height = 0;

    async function build(keep_view) {
      if (state.y) margin.left = left_room(state, height || 250);
      width = Math.max(160, drawing.clientWidth - margin.left - margin.right);
      height = Math.round(Math.min(figure.equal_aspect ? 400 : 330, Math.max(200, width * (figure.equal_aspect ? 0.85 : 0.68))));
      if (!keep_view || !state.x) full_view(figure, state, width, height);
      const room = left_room(state, height);
      if (room > margin.left) {
        width = Math.max(160, width + margin.left - room);
        margin.left = room;
        if (!keep_view) full_view(figure, state, width, height);
      }
      if (view) view.finalize();
      const specified = parser.parse(specification(figure, state, width, height, margin), {}, { ast: true });
      view = new runtime_view.View(specified, { renderer: "svg", expr: interpreter.expressionInterpreter, hover: false });
      view.initialize(canvas);
      await view.runAsync();
    }
    function show() {
      if (left_room(state, height) > margin.left) return void build(true);
      view.signal("x_range", state.x).signal("y_range", state.y);
      view.signal("x_ticks", ticks(state.x, state.log_x, width / 65)).signal("y_ticks", ticks(state.y, state.log_y, height / 48));
      figure.series.forEach((series, i) => view.signal("stride" + i, stride(series, state)));
      view.runAsync();
    }
    const reset = () => { full_view(figure, state, width, height); show(); };

    // Places: pixels inside the axes <-> data.
    function inside(event) {
      const frame = canvas.getBoundingClientRect();
      return [event.clientX - frame.left - margin.left, event.clientY - frame.top - margin.top];
    }
    function data_of(pixel, axis) {
      const log = state["log_" + axis], [low, high] = state[axis].map((v) => forward(v, log));
      const part = axis === "x" ? pixel / width : 1 - pixel / height;
      return backward(low + part * (high - low), log);
    }
    function pixel_of(value, axis) {
      const log = state["log_" + axis], [low, high] = state[axis].map((v) => forward(v, log));
      const part = (forward(value, log) - low) / (high - low);
      return axis === "x" ? part * width : (1 - part) * height;
    }
    function change(axis, factor, part, shift = 0) {
      const log = state["log_" + axis], [low, high] = state[axis].map((v) => forward(v, log));
      const fixed = low + part * (high - low), move = shift * (high - low);
      const next = [fixed + (low - fixed) * factor + move, fixed + (high - fixed) * factor + move];
      if (!(next[1] - next[0] > 1e-12 * (Math.abs(next[0]) + Math.abs(next[1])))) return;
      state[axis] = next.map((v) => backward(v, log));
    }
    const zoom = (factor, at = [0.5, 0.5]) => { change("x", factor, at[0]); change("y", factor, at[1]); show(); };

    // Hover: all values at the nearest abscissa; in a plane the nearest point.
    const line_like = figure.series.some((s) => s.line && s.colour !== "reference") && !figure.equal_aspect;
    const with_error = (series, k) => number_text(series.y[k])
      + (series.low && series.low[k] !== null ? " ± " + number_text(Number(((series.high[k] - series.low[k]) / 4).toPrecision(2))) : "");
    function quiet() { hair.hidden = values.hidden = true; }
    function hover(event) {
      const [px, py] = inside(event);
      if (px < 0 || py < 0 || px > width || py > height) return quiet();
      const rows = [];
      let near = null;
      figure.series.forEach((series, i) => {
        if (state.hidden.has(i) || (series.colour === "reference" && !series.points)) return;
        let best = null, least = Infinity;
        series.x.forEach((x, k) => {
          if (x === null || series.y[k] === null) return;
          const dx = pixel_of(x, "x") - px, dy = figure.equal_aspect ? pixel_of(series.y[k], "y") - py : 0;
          const distance = dx * dx + dy * dy;
          if (distance < least) { least = distance; best = k; }
        });
        if (best === null || !Number.isFinite(least)) return;
        if (!near || least < near.least) near = { least, x: series.x[best], y: series.y[best] };
        rows.push({ series, best, least });
      });
      if (!near || (figure.equal_aspect && near.least > 900)) return quiet();
      const shown = line_like ? rows.filter((row) => row.least <= Math.max(900, near.least))
        : figure.equal_aspect ? rows.filter((row) => row.least === near.least)
        : rows.filter((row) => row.series.x[row.best] === near.x);  // all that stands at this unit
      values.replaceChildren();
      const line = (name, text, colour) => {
        const row = element("div");
        if (colour) row.append(swatch(colour));
        row.append(element("span", {}, name + " "), element("b", {}, text));
        values.append(row);
      };
      if (figure.equal_aspect) {
        const { series, best } = shown[0];
        line(series.label, series.unit ? "unit " + series.unit[best] : "", colour_of(series));
        line(figure.x.label, number_text(near.x));
        line(figure.y.label, with_error(series, best));
      } else {
        line(figure.x.label, number_text(near.x));
        for (const { series, best } of shown) line(series.label, with_error(series, best), colour_of(series));
      }
      if (shown.some((row) => row.series.low)) values.append(element("div", { class: "note" }, "± standard error"));
      const left = margin.left + pixel_of(near.x, "x");
      hair.hidden = figure.equal_aspect;
      hair.style.cssText = `left:${left}px;top:${margin.top}px;height:${height}px`;
      values.hidden = false;
      const wide = values.offsetWidth, turn = left + wide + 24 > width + margin.left + margin.right;
      const top = Math.max(0, Math.min(py + margin.top - 20, height - values.offsetHeight));
      values.style.left = Math.max(0, turn ? left - wide - 14 : left + 14) + "px";
      values.style.top = top + "px";
    }

    // Drag: a box to zoom into (mouse), or pan (shift, touch).
    let drag = null;
    plot.addEventListener("pointerdown", (event) => {
      const [px, py] = inside(event);
      if (event.button !== 0 || px < 0 || py < 0 || px > width || py > height) return;
      drag = { px, py, pan: event.shiftKey || event.pointerType === "touch", x: [...state.x], y: [...state.y] };
      plot.setPointerCapture(event.pointerId);
      if (event.pointerType !== "touch") { event.preventDefault(); plot.focus({ preventScroll: true }); }
    });
    plot.addEventListener("pointermove", (event) => {
      if (!drag) return hover(event);
      quiet();
      const [px, py] = inside(event);
      if (drag.pan) {
        state.x = [...drag.x];
        state.y = [...drag.y];
        change("x", 1, 0, (drag.px - px) / width);
        change("y", 1, 0, (py - drag.py) / height);
        show();
        return;
      }
      const clamp = (v, high) => Math.min(high, Math.max(0, v));
      drag.end = [clamp(px, width), clamp(py, height)];
      drag.tall = figure.equal_aspect || Math.abs(drag.end[1] - drag.py) > 14;
      const top = drag.tall ? Math.min(drag.py, drag.end[1]) : 0, high = drag.tall ? Math.abs(drag.end[1] - drag.py) : height;
      box.hidden = false;
      box.style.cssText = `left:${margin.left + Math.min(drag.px, drag.end[0])}px;width:${Math.abs(drag.end[0] - drag.px)}px;top:${margin.top + top}px;height:${high}px`;
    });
    const finish = () => {
      if (drag && drag.end && Math.abs(drag.end[0] - drag.px) > 6) {
        const sorted = (a, b) => [Math.min(a, b), Math.max(a, b)];
        const x = sorted(data_of(drag.px, "x"), data_of(drag.end[0], "x"));
        const y = sorted(data_of(drag.py, "y"), data_of(drag.end[1], "y"));
        state.x = x;
        if (drag.tall && y[1] > y[0]) state.y = y;
        show();
      }
      drag = null;
      box.hidden = true;
    };
    plot.addEventListener("pointerup", finish);
    plot.addEventListener("pointercancel", () => { drag = null; box.hidden = true; });
    plot.addEventListener("pointerleave", quiet);
    plot.addEventListener("dblclick", reset);
    plot.addEventListener("wheel", (event) => {
      if (document.activeElement !== plot && !event.ctrlKey) return;  // the page scrolls unless the figure was clicked
      event.preventDefault();
      const [px, py] = inside(event);
      zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * 0.002))), [px / width, 1 - py / height]);
    }, { passive: false });
    plot.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: ["x", -0.1], ArrowRight: ["x", 0.1], ArrowDown: ["y", -0.1], ArrowUp: ["y", 0.1] };
      if (event.key === "+" || event.key === "=") zoom(0.7);
      else if (event.key === "-") zoom(1 / 0.7);
      else if (event.key === "0" || event.key === "Escape") reset();
      else if (moves[event.key]) { change(moves[event.key][0], 1, 0, moves[event.key][1]); show(); }
      else return;
      event.preventDefault();
    });

    const button = (text, title, act) => {
      const made = element("button", { type: "button", title }, text);
      made.addEventListener("click", () => act(made));
      tools.append(made);
    };
    if (!figure.equal_aspect && log_range(figure, "y")) {
      button("log", "logarithmic vertical axis", (made) => {
        state.log_y = !state.log_y;
        made.setAttribute("aria-pressed", state.log_y);
        state.x = null;
        build(false);
      });
      tools.lastChild.setAttribute("aria-pressed", state.log_y);
    }
    button("+", "zoom in", () => zoom(0.7));
    button("\u2212", "zoom out", () => zoom(1 / 0.7));
    button("reset", "whole view", reset);
    button("SVG", "save this view as SVG", async () => {
      const style = getComputedStyle(document.documentElement);
      const text = (await view.toSVG()).replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
      const link = element("a", { download: figure.id + "-view.svg" });
      link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });

    figure.series.forEach((series, i) => {
      const entry = element("button", { type: "button", "aria-pressed": "true", title: "show or hide" });
      entry.innerHTML = legend_sign(series);
      entry.append(element("span", {}, series.label));
      entry.addEventListener("click", () => {
        state.hidden.has(i) ? state.hidden.delete(i) : state.hidden.add(i);
        entry.setAttribute("aria-pressed", !state.hidden.has(i));
        view.signal("shown" + i, !state.hidden.has(i)).runAsync();
      });
      legend.append(entry);
    });

    drawing.append(legend, plot, tools);
    return build(false).then(() => {
      still.remove();
      node.dataset.drawn = "interactive";
      let known = drawing.clientWidth;
      new ResizeObserver(() => {
        if (Math.abs(drawing.clientWidth - known) < 2) return;
        known = drawing.clientWidth;
        build(!figure.equal_aspect);
      }).observe(drawing);
    }).catch((error) => {
      [legend, plot, tools].forEach((part) => part.remove());
      node.dataset.drawn = "static";
      console.error("figure " + figure.id + ": " + error);
    });
  }

  const figures = new Map(JSON.parse(document.getElementById("figure-data").textContent).map((figure) => [figure.id, figure]));
  document.querySelector("#figures h2").after(element("p", { class: "note hint" }, "Hover for values. Drag to zoom in, shift + drag to pan, "
    + "double-click for the whole view; after a click the wheel zooms too. Legend entries can be switched off."));
  for (const node of document.querySelectorAll("figure[data-figure]")) {
    const figure = figures.get(node.dataset.figure);
    if (figure) interactive(node, figure);
  }
})();
