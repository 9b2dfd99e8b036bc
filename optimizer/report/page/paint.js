// Drawing of the front: axes, lines and points on canvas.

const SHADES = ["#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [12, 4, 4, 4], [1, 4], [6, 2, 1, 2]];
// What is picked: a colour, a dash and a letter each, marked, as decisions may be called A too. Groups: a colour each. Both Okabe and Ito's (2008).
const PICK_COLOURS = ["#D55E00", "#009E73", "#CC79A7", "#E69F00"], PICK_DASHES = [[], [9, 5], [3, 3], [10, 3, 3, 3]];
const PICK_NAMES = ["[A]", "[B]", "[C]", "[D]"];
const GROUP_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8c6d31", "#7f7f7f"];
const BY_GROUP = 99; // colour by group instead of by an axis
const LINES_MOVING = 2500, LINES_RESTING = 12000;

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
  if (view.colourBy === BY_GROUP) return 100 + (view.groups[i] % GROUP_COLOURS.length);
  const p = view.layouts[view.colourBy].position(view.columns[view.colourBy][i]);
  return Math.max(0, Math.min(SHADES.length - 1, Math.floor(p * SHADES.length)));
}

function colourOf(shade, otherwise) {
  return shade < 0 ? otherwise : shade >= 100 ? GROUP_COLOURS[shade - 100] : SHADES[shade];
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
  paintOthers(view, pen, xs, height);
  stroke(out, colours.out, Math.min(0.25, Math.max(0.03, 40 / Math.max(out.length, 1))));
  const alpha = Math.min(0.8, Math.max(0.05, 150 / Math.max(kept.length, 1)));
  const shades = new Map();
  for (const i of kept) {
    const shade = shadeOf(view, i);
    if (!shades.has(shade)) shades.set(shade, []);
    shades.get(shade).push(i);
  }
  for (const [shade, rows] of shades) stroke(rows, colourOf(shade, colours.kept), alpha);
  pen.globalAlpha = 1;
}

// Designs that are not on the front, grey: dashed where they break a limit.
function paintOthers(view, pen, xs, height) {
  const others = view.others;
  if (!others) return;
  const most = Math.min(others.kinds.length, 400), every = others.kinds.length / Math.max(most, 1);
  pen.strokeStyle = view.colours.out;
  pen.globalAlpha = Math.min(0.45, Math.max(0.08, 40 / Math.max(most, 1)));
  for (const kind of [0, 1]) {
    pen.setLineDash(kind ? [2, 4] : []);
    pen.beginPath();
    for (let k = 0; k < most; k++) {
      const i = Math.floor(k * every);
      if (others.kinds[i] !== kind) continue;
      view.order.forEach((j, n) => {
        const y = axisY(view, j, others.columns[j][i], height);
        if (n) pen.lineTo(xs[n], y); else pen.moveTo(xs[n], y);
      });
    }
    pen.stroke();
  }
  pen.setLineDash([]);
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
    const isThick = k === 0 || (isPicked(view, i) && !view.options.hasLetters);
    if (i >= 0 && (isThick || view.options.hasMarkLines)) line(valuesOf(view, i), DASHES[k % DASHES.length], view.colours.mark, isThick ? 3 : 1.5);
  });
  if (view.closest >= 0) line(valuesOf(view, view.closest), [14, 5], view.colours.text, 2.5);
  view.pins.forEach(({ i, values }, k) => {
    if (!values) return;
    if (view.options.hasLetters) {
      line(values, PICK_DASHES[k % 4], PICK_COLOURS[k % 4], 3);
      const j = view.order[0];
      pen.font = "bold 12px system-ui, sans-serif";
      pen.textAlign = "left";
      halo(pen, PICK_NAMES[k % 4], Math.max(1, axisX(view, 0, width) - 20), axisY(view, j, values[j], height) + 4, view.colours);
    } else if (!view.marked.includes(i)) line(values, [], view.colours.mark, 2.5);
  });
  if (view.hover >= 0) line(valuesOf(view, view.hover), [], view.colours.text, 2.5);
}

function isPicked(view, i) {
  return view.pins.some((pin) => pin.i === i);
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

// Better is up, as on the axes.
function scatterY(view, value, height) {
  const p = Math.min(1.02, Math.max(-0.02, view.layouts[view.y].position(value)));
  return height - SQUARE.bottom - p * (height - SQUARE.top - SQUARE.bottom);
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
  const others = view.others;
  for (let i = 0; others && i < others.kinds.length; i++) {
    const [x, y] = [scatterX(view, others.columns[view.x][i], width), scatterY(view, others.columns[view.y][i], height)];
    pen.globalAlpha = 0.45;
    pen.strokeStyle = pen.fillStyle = colours.out;
    if (others.kinds[i]) { pen.beginPath(); pen.moveTo(x - 3, y - 3); pen.lineTo(x + 3, y + 3); pen.moveTo(x - 3, y + 3); pen.lineTo(x + 3, y - 3); pen.stroke(); }
    else pen.fillRect(x - 1.5, y - 1.5, 3, 3);
  }
  for (const i of drawnRows(view, false, most)) dot(i, colours.out, 0.3, 2);
  for (const i of drawnRows(view, true, most)) {
    const shade = shadeOf(view, i);
    dot(i, colourOf(shade, colours.kept), 0.75, sizeOf(i));
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
  const spotOf = (values) => [scatterX(view, values[view.x], width), scatterY(view, values[view.y], height)];
  const ring = (values, colour) => {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(...spotOf(values), 8, 0, 7);
    pen.stroke();
  };
  if (view.closest >= 0) {
    const [x, y] = spotOf(valuesOf(view, view.closest));
    pen.strokeStyle = colours.text;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.moveTo(x, y - 11); pen.lineTo(x + 11, y); pen.lineTo(x, y + 11); pen.lineTo(x - 11, y); pen.closePath();
    pen.stroke();
  }
  view.pins.forEach(({ values }, k) => {
    if (!values) return;
    ring(values, view.options.hasLetters ? PICK_COLOURS[k % 4] : colours.mark);
    if (!view.options.hasLetters) return;
    pen.font = "bold 12px system-ui, sans-serif";
    pen.textAlign = "left";
    const [x, y] = spotOf(values);
    halo(pen, PICK_NAMES[k % 4], Math.min(x + 9, width - 22), Math.max(y - 7, 12), colours);
  });
  if (view.hover >= 0) ring(valuesOf(view, view.hover), colours.text);
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
