// Drawing of the front: axes, lines and points on canvas. State and gestures are in front.js.

const SHADES = ["#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [12, 4, 4, 4], [1, 4], [6, 2, 1, 2]];
const LINES_MOVING = 2500, LINES_RESTING = 12000;

// Where the values of an axis lie: 0 = worst, 1 = best; what is infinite lies at the end, a little apart.
function layOut(axis, column) {
  const forward = {
    linear: (v) => v,
    log: (v) => Math.log10(Math.max(v, 1e-300)),
    nines: (v) => -Math.log10(Math.max(1 - v, 1e-12)),
  }[axis.scale];
  const backward = { linear: (f) => f, log: (f) => 10 ** f, nines: (f) => 1 - 10 ** -f }[axis.scale];
  let low = Infinity, high = -Infinity, hasInfinite = false;
  for (const value of column) {
    if (!Number.isFinite(value)) { hasInfinite = true; continue; }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) { low = 0; high = 1; }
  const from = forward(low), span = forward(high) - from || 1;
  const isConstant = forward(high) === from;
  const room = hasInfinite ? 0.93 : 1; // infinite is larger than all: beyond the upper end
  const place = (value) => {
    if (value === Infinity) return 1;
    if (isConstant && value === low) return room / 2;
    return ((forward(value) - from) / span) * room;
  };
  const lowerIsBetter = axis.better === "lower";
  return {
    low, high, hasInfinite, isConstant,
    position: (value) => (lowerIsBetter ? 1 - place(value) : place(value)),
    value: (position) => {
      const p = lowerIsBetter ? 1 - position : position;
      return p > room ? Infinity : backward(from + (p / room) * span);
    },
    ticks: () => ticksOf(axis, low, high, isConstant, hasInfinite),
  };
}

function ticksOf(axis, low, high, isConstant, hasInfinite) {
  const found = [low];
  if (!isConstant) {
    if (axis.scale === "log") {
      for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
        for (const m of [1, 2, 5]) if (m * 10 ** e > low && m * 10 ** e < high) found.push(m * 10 ** e);
      }
    } else if (axis.scale === "nines") {
      for (let e = 1; e <= 12; e++) {
        for (const m of high < 0.9999 || low > 0.99 ? [5, 1] : [1]) {
          const v = 1 - m * 10 ** -e;
          if (v > low && v < high) found.push(v);
        }
      }
    } else {
      const raw = (high - low) / 4, unit = 10 ** Math.floor(Math.log10(raw));
      const step = [1, 2, 5, 10].find((m) => m * unit >= raw) * unit;
      for (let k = Math.ceil(low / step); k * step < high; k++) if (k * step > low) found.push(k * step);
    }
    found.push(high);
  }
  if (hasInfinite) found.push(Infinity);
  return found;
}

function coloursOf(root) {
  const style = getComputedStyle(root);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read("--front-text", "#1b1b1f"), muted: read("--front-muted", "#5c5f66"),
    out: read("--front-out", "#9aa0a8"), line: read("--front-line", "#c9ccd1"),
    kept: read("--front-accent", "#0072b2"), mark: read("--front-mark", "#b34700"),
    back: read("--front-back", "#ffffff"), warn: read("--front-warn", "#b34700"),
  };
}

// A canvas as large as its box, sharp on every screen; nothing when it is not shown.
function sharp(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

const BOX = { left: 16, right: 82, top: 46, bottom: 22 };

function axisX(view, k, width) {
  const many = view.order.length;
  return many === 1 ? width / 2 : BOX.left + ((width - BOX.left - BOX.right) * k) / (many - 1);
}

function axisY(view, j, value, height) {
  const p = view.layouts[j].position(value);
  const q = Math.min(1.02, Math.max(-0.02, view.flipped.has(j) ? 1 - p : p));
  return height - BOX.bottom - q * (height - BOX.top - BOX.bottom);
}

// Which rows are drawn: all, or every k-th where there are more than can be seen.
function drawnRows(view, isKept, most) {
  const rows = [];
  for (let i = 0; i < view.count; i++) if (Boolean(view.kept[i]) === isKept) rows.push(i);
  if (rows.length <= most) return rows;
  const thinned = [];
  for (let k = 0; k < most; k++) thinned.push(rows[Math.floor((k * rows.length) / most)]);
  return thinned;
}

function shadeOf(view, i) {
  if (view.colourBy < 0) return -1;
  const p = view.layouts[view.colourBy].position(view.columns[view.colourBy][i]);
  return Math.max(0, Math.min(SHADES.length - 1, Math.floor(p * SHADES.length)));
}

function paintLines(view) {
  const { pen, width, height } = sharp(view.lines);
  if (!width) return;
  const colours = view.colours, most = view.isMoving ? LINES_MOVING : LINES_RESTING;
  const xs = view.order.map((_, k) => axisX(view, k, width));
  const trace = (i) => {
    view.order.forEach((j, k) => {
      const y = axisY(view, j, view.columns[j][i], height);
      if (k) pen.lineTo(xs[k], y); else pen.moveTo(xs[k], y);
    });
  };
  const stroke = (rows, colour, alpha) => {
    pen.globalAlpha = alpha;
    pen.strokeStyle = colour;
    for (let from = 0; from < rows.length; from += 200) { // one path of thousands of lines is slow
      pen.beginPath();
      for (const i of rows.slice(from, from + 200)) trace(i);
      pen.stroke();
    }
  };
  const out = drawnRows(view, false, most), kept = drawnRows(view, true, most);
  view.drawn = out.length + kept.length;
  pen.lineWidth = 1;
  stroke(out, colours.out, Math.min(0.25, Math.max(0.03, 40 / Math.max(out.length, 1))));
  const alpha = Math.min(0.8, Math.max(0.05, 150 / Math.max(kept.length, 1)));
  const shades = new Map();
  for (const i of kept) {
    const shade = shadeOf(view, i);
    if (!shades.has(shade)) shades.set(shade, []);
    shades.get(shade).push(i);
  }
  for (const [shade, rows] of shades) stroke(rows, shade < 0 ? colours.kept : SHADES[shade], alpha);
  pen.globalAlpha = 1;
}

function paintAxes(view) {
  const { pen, width, height } = sharp(view.axesCanvas);
  if (!width) return;
  const colours = view.colours;
  const bottom = height - BOX.bottom, isNarrow = (width - BOX.left - BOX.right) / view.order.length < 92;
  pen.font = "12px system-ui, sans-serif";
  paintMarked(view, pen, width, height);
  view.order.forEach((j, k) => {
    const x = axisX(view, k, width), axis = view.axes[j], layout = view.layouts[j];
    pen.strokeStyle = colours.text;
    pen.lineWidth = view.focus === k && view.hasFocus ? 3 : 1;
    pen.beginPath(); pen.moveTo(x, BOX.top); pen.lineTo(x, bottom); pen.stroke();
    pen.fillStyle = colours.text;
    pen.textAlign = k === 0 ? "left" : "center";
    const labelX = k === 0 ? 2 : x;
    const top = isNarrow && k % 2 ? 14 : 30;
    pen.font = "bold 12px system-ui, sans-serif";
    pen.fillText(view.flipped.has(j) ? `${axis.label} (turned)` : axis.label, labelX, top);
    pen.font = `${isNarrow ? 10 : 11}px system-ui, sans-serif`;
    pen.textAlign = "left";
    const wanted = layout.ticks(), ends = [wanted[0], wanted[wanted.length - 1]];
    const ordered = [...new Set([...ends, ...wanted])].map((v) => [v, axisY(view, j, v, height)]);
    const taken = [];
    for (const [value, y] of ordered) { // the ends first: they say how far the front reaches
      if (taken.some((other) => Math.abs(other - y) < (isNarrow ? 40 : 15))) continue;
      taken.push(y);
      pen.fillRect(x - 3, y - 0.5, 7, 1);
      halo(pen, shownNumber(value, axis.unit), x + 6, y + (y < BOX.top + 4 ? 10 : 3.5), colours);
    }
    if (axis.limit !== null) paintLimit(view, pen, x, j, height);
    const range = view.ranges.get(j);
    if (range) {
      const [a, b] = rangeY(view, j, range, height);
      pen.fillStyle = colours.kept;
      pen.globalAlpha = 0.3; pen.fillRect(x - 8, a, 16, b - a); pen.globalAlpha = 1;
      pen.fillRect(x - 10, a - 1.5, 20, 3); pen.fillRect(x - 10, b - 1.5, 20, 3);
    }
  });
}

function paintLimit(view, pen, x, j, height) {
  const y = axisY(view, j, view.axes[j].limit, height);
  pen.strokeStyle = view.colours.warn;
  pen.lineWidth = 2;
  pen.setLineDash([4, 3]);
  pen.beginPath(); pen.moveTo(x - 14, y); pen.lineTo(x + 14, y); pen.stroke();
  pen.setLineDash([]);
}

// From where to where a range reaches on its axis, top first, in pixels.
function rangeY(view, j, [low, high], height) {
  const end = (value, fallback) => (value === -Infinity || value === Infinity ? fallback : value);
  const layout = view.layouts[j];
  const a = axisY(view, j, end(low, layout.low), height);
  const b = axisY(view, j, high === Infinity && layout.hasInfinite ? Infinity : end(high, layout.high), height);
  return [Math.min(a, b), Math.max(a, b)];
}

function halo(pen, words, x, y, colours) {
  pen.lineWidth = 3;
  pen.strokeStyle = colours.back;
  pen.strokeText(words, x, y);
  pen.fillStyle = colours.text;
  pen.fillText(words, x, y);
}

function paintMarked(view, pen, width, height) {
  const line = (values, dash, colour, thickness) => {
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = thickness;
    pen.beginPath();
    view.order.forEach((j, k) => {
      const x = axisX(view, k, width), y = axisY(view, j, values[j], height);
      if (k) pen.lineTo(x, y); else pen.moveTo(x, y);
    });
    pen.stroke();
    pen.setLineDash([]);
  };
  if (view.today) line(view.today, [2, 4], view.colours.text, 2);
  view.marked.forEach((i, k) => {
    if (i >= 0 && (k === 0 || view.pinned.has(i))) line(valuesOf(view, i), DASHES[k % DASHES.length], view.colours.mark, 3);
  });
  for (const i of view.pinned) if (!view.marked.includes(i)) line(valuesOf(view, i), [], view.colours.mark, 2.5);
  if (view.hover >= 0) line(valuesOf(view, view.hover), [], view.colours.text, 2.5);
}

function valuesOf(view, i) {
  return view.columns.map((column) => column[i]);
}

const SQUARE = { left: 64, right: 14, top: 14, bottom: 40 };

function scatterX(view, value, width) {
  const p = Math.min(1.02, Math.max(-0.02, view.layouts[view.x].position(value)));
  const q = view.axes[view.x].better === "lower" ? 1 - p : p; // numbers grow to the right
  return SQUARE.left + q * (width - SQUARE.left - SQUARE.right);
}

function scatterY(view, value, height) {
  const p = Math.min(1.02, Math.max(-0.02, view.layouts[view.y].position(value)));
  const q = view.axes[view.y].better === "lower" ? 1 - p : p;
  return height - SQUARE.bottom - q * (height - SQUARE.top - SQUARE.bottom);
}

function paintScatter(view) {
  const { pen, width, height } = sharp(view.scatter);
  if (!width) return;
  const colours = view.colours, most = view.isMoving ? LINES_MOVING : LINES_RESTING;
  const [X, Y] = [view.columns[view.x], view.columns[view.y]];
  const dot = (i, colour, alpha, size) => {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(scatterX(view, X[i], width), scatterY(view, Y[i], height), size, 0, 7);
    pen.fill();
  };
  const sizeOf = (i) => (view.sizeBy < 0 ? 3 : 2 + 5 * Math.max(0, view.layouts[view.sizeBy].position(view.columns[view.sizeBy][i])));
  for (const i of drawnRows(view, false, most)) dot(i, colours.out, 0.3, 2);
  for (const i of drawnRows(view, true, most)) {
    const shade = shadeOf(view, i);
    dot(i, shade < 0 ? colours.kept : SHADES[shade], 0.75, sizeOf(i));
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.text;
  pen.lineWidth = 1;
  pen.strokeRect(SQUARE.left, SQUARE.top, width - SQUARE.left - SQUARE.right, height - SQUARE.top - SQUARE.bottom);
  pen.font = "11px system-ui, sans-serif";
  scatterTicks(view, pen, width, height);
  view.marked.forEach((i, k) => {
    if (i < 0) return;
    pen.strokeStyle = colours.mark;
    pen.lineWidth = k === 0 ? 3 : 1.5;
    pen.strokeRect(scatterX(view, X[i], width) - 5, scatterY(view, Y[i], height) - 5, 10, 10);
  });
  const ring = (i, colour) => {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(scatterX(view, X[i], width), scatterY(view, Y[i], height), 8, 0, 7);
    pen.stroke();
  };
  for (const i of view.pinned) ring(i, colours.mark);
  if (view.hover >= 0) ring(view.hover, colours.text);
  if (view.box) {
    const [x0, y0, x1, y1] = view.box;
    pen.fillStyle = colours.kept;
    pen.globalAlpha = 0.2;
    pen.fillRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
    pen.globalAlpha = 1;
  }
}

function scatterTicks(view, pen, width, height) {
  const colours = view.colours, [ax, ay] = [view.axes[view.x], view.axes[view.y]];
  let last = -Infinity;
  pen.textAlign = "center";
  for (const value of view.layouts[view.x].ticks()) {
    const x = scatterX(view, value, width), words = shownNumber(value, ax.unit);
    const half = pen.measureText(words).width / 2, at = Math.min(Math.max(x, half + 2), width - half - 2);
    if (at - half < last + 6) continue;
    last = at + half;
    pen.fillStyle = colours.text;
    pen.fillRect(x - 0.5, height - SQUARE.bottom, 1, 4);
    pen.fillText(words, at, height - SQUARE.bottom + 15);
  }
  pen.textAlign = "right";
  let lastY = Infinity;
  for (const value of view.layouts[view.y].ticks()) {
    const y = scatterY(view, value, height);
    if (Math.abs(lastY - y) < 14) continue;
    lastY = y;
    pen.fillRect(SQUARE.left - 4, y - 0.5, 4, 1);
    pen.fillText(shownNumber(value, ay.unit), SQUARE.left - 6, y + 4);
  }
  pen.textAlign = "center";
  pen.font = "bold 12px system-ui, sans-serif";
  pen.fillText(ax.label, (SQUARE.left + width) / 2, height - 6);
  pen.save();
  pen.translate(11, height / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(ay.label, 0, 0);
  pen.restore();
}
