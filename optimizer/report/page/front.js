// The front: parallel coordinates and a scatter, brushed together. Used by the report and by the app.
//
// mountFront(root, data, options) draws into `root` and returns a handle:
//   data     { axes: [{name, label, unit, better, limit, scale}], columns: [Float32Array], numbers: [int],
//              today: [number] | null, picks: [design number], labels: [text] }
//   options  { onRanges(ranges), onPick(number, isPicked), ranges, hasTable, x, y }
//   handle   { setRanges(ranges), ranges(), kept(), shown(value, unit), redraw(), destroy() }
// Ranges are closed intervals by the name of the axis, [low, high], null = open; they and the values are
// compared as 32-bit floats, so that Python keeps the same designs.

const STEP = 0.05, NEAR = 18, MOST_ROWS = 10;

function mountFront(root, data, options = {}) {
  const view = newView(root, data, options);
  build(view);
  const handle = {
    setRanges: (ranges) => { readRanges(view, ranges); changed(view, false); },
    ranges: () => toldRanges(view),
    shown: shownNumber,
    kept: () => data.numbers.filter((_, i) => view.kept[i]),
    redraw: () => repaint(view),
    destroy: () => { view.observer.disconnect(); view.dark.removeEventListener("change", view.onDark); root.replaceChildren(); },
  };
  readRanges(view, options.ranges || {});
  changed(view, false);
  root.dataset.mounted = "yes";
  return handle;
}

function newView(root, data, options) {
  const position = new Map(data.numbers.map((number, i) => [number, i]));
  const pick = (name, otherwise) => Math.max(0, data.axes.findIndex((a) => a.name === (name || otherwise)));
  return {
    root, options, position,
    axes: data.axes, columns: data.columns, numbers: data.numbers, count: data.numbers.length,
    layouts: data.axes.map((axis, j) => layOut(axis, data.columns[j])),
    today: data.today, labels: data.labels, marked: data.picks.map((n) => (position.has(n) ? position.get(n) : -1)),
    order: data.axes.map((_, j) => j), flipped: new Set(), ranges: new Map(), kept: new Uint8Array(data.numbers.length).fill(1),
    x: pick(options.x, "cost"), y: pick(options.y, "latency"), colourBy: -1, sizeBy: -1,
    focus: 0, hasFocus: false, hover: -1, pinned: new Set(), box: null, isMoving: false, drawn: 0,
  };
}

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function build(view) {
  const { root } = view;
  const help = "Drag along an axis to keep a range, click it to clear; drag a label to move an axis, click it to " +
    "turn it. Keys: left and right choose an axis, up and down move the worse end of its range, with shift the " +
    "better end; with control left and right move the axis; F turns it, Delete clears it, Escape clears all.";
  view.lines = node("canvas", { "aria-hidden": "true" });
  view.axesCanvas = node("canvas", { tabindex: "0", role: "application", "aria-label": "Parallel coordinates: ranges of the axes", "aria-describedby": `${root.id}-help` });
  view.scatter = node("canvas", { role: "img", "aria-label": "Scatter of two dimensions" });
  view.status = node("p", { class: "front-status", role: "status", "aria-live": "polite" });
  view.chips = node("div", { class: "front-chips" });
  view.tip = node("div", { class: "front-tip", hidden: "" });
  view.table = node("div", { class: "front-rows", tabindex: "0", role: "region", "aria-label": "Designs kept" });
  const chooser = (label, value, hasNone, choose) => {
    const select = node("select", { onchange: (event) => { choose(Number(event.target.value)); repaint(view); } });
    if (hasNone) select.append(node("option", { value: "-1" }, "nothing"));
    view.axes.forEach((axis, j) => select.append(node("option", { value: String(j) }, axis.label)));
    select.value = String(value);
    return node("label", {}, `${label} `, select);
  };
  const choosers = node("div", { class: "front-choosers" },
    chooser("Across", view.x, false, (j) => { view.x = j; }), chooser("Up", view.y, false, (j) => { view.y = j; }),
    chooser("Colour", -1, true, (j) => { view.colourBy = j; }), chooser("Size", -1, true, (j) => { view.sizeBy = j; }));
  root.replaceChildren(
    node("div", { class: "front-charts" },
      node("div", { class: "front-parallel" }, view.lines, view.axesCanvas),
      node("div", { class: "front-scatter" }, choosers, node("div", { class: "front-square" }, view.scatter))),
    view.tip, view.status, view.chips, view.table,
    node("p", { class: "front-help", id: `${root.id}-help` }, help));
  view.table.hidden = view.options.hasTable === false;
  root.classList.add("front");
  view.observer = new ResizeObserver(() => repaint(view));
  view.observer.observe(root);
  view.dark = window.matchMedia("(prefers-color-scheme: dark)");
  view.onDark = () => repaint(view);
  view.dark.addEventListener("change", view.onDark);
  listenAxes(view);
  listenScatter(view);
}

// ---- ranges --------------------------------------------------------------------------------------------

function readRanges(view, ranges) {
  view.ranges.clear();
  view.axes.forEach((axis, j) => {
    const range = ranges[axis.name];
    if (range) view.ranges.set(j, [range[0] ?? -Infinity, range[1] ?? Infinity]);
  });
}

function toldRanges(view) {
  const told = {};
  const bound = (v) => (Number.isFinite(v) ? v : null);
  for (const [j, [low, high]] of view.ranges) told[view.axes[j].name] = [bound(low), bound(high)];
  return told;
}

function keep(view) {
  view.kept.fill(1);
  for (const [j, range] of view.ranges) {
    const low = Math.fround(range[0]), high = Math.fround(range[1]), column = view.columns[j];
    for (let i = 0; i < view.count; i++) if (!(column[i] >= low && column[i] <= high)) view.kept[i] = 0;
  }
}

// Everything that follows from the ranges; `tells` once a gesture has ended.
function changed(view, tells) {
  keep(view);
  repaint(view);
  tellKept(view);
  if (tells && view.options.onRanges) view.options.onRanges(toldRanges(view));
}

function repaint(view) {
  if (view.isWaiting) return;
  view.isWaiting = true;
  requestAnimationFrame(() => {
    view.isWaiting = false;
    view.colours = coloursOf(view.root);
    paintLines(view);
    paintAxes(view);
    paintScatter(view);
    view.root.dataset.drawn = String(view.drawn);
  });
}

function rangeText(view, j) {
  const [low, high] = view.ranges.get(j), { label, unit } = view.axes[j];
  if (!Number.isFinite(low) && !Number.isFinite(high)) return `${label} any`;
  if (!Number.isFinite(low)) return `${label} at most ${shownNumber(high, unit)}`;
  if (!Number.isFinite(high)) return `${label} at least ${shownNumber(low, unit)}`;
  return `${label} ${shownNumber(low, unit)} to ${shownNumber(high, unit)}`;
}

function tellKept(view) {
  let many = 0;
  for (const k of view.kept) many += k;
  const drawn = view.count > LINES_RESTING ? `, at most ${(2 * LINES_RESTING).toLocaleString("en-US")} drawn` : "";
  view.root.dataset.kept = String(many);
  view.status.textContent = `${many.toLocaleString("en-US")} of ${view.count.toLocaleString("en-US")} designs kept${drawn}.`;
  view.chips.replaceChildren(...[...view.ranges.keys()].map((j) =>
    node("button", { type: "button", onclick: () => { view.ranges.delete(j); changed(view, true); }, "aria-label": `Remove the range of ${view.axes[j].label}` }, `${rangeText(view, j)} ×`)));
  if (!view.isMoving && !view.table.hidden) tellRows(view, many);
}

function tellRows(view, many) {
  const first = [...view.pinned];
  for (const i of [...view.marked.filter((m) => m >= 0), ...view.kept.keys()]) {
    if (first.length >= MOST_ROWS) break;
    if (view.kept[i] && !first.includes(i)) first.push(i);
  }
  const head = node("tr", {}, node("th", { scope: "col" }, "design"), ...view.axes.map((a) => node("th", { scope: "col" }, a.label)));
  const rows = first.map((i) => {
    const mark = view.marked.indexOf(i), name = mark >= 0 ? `${view.numbers[i]} (${view.labels[mark]})` : `${view.numbers[i]}`;
    return node("tr", {}, node("th", { scope: "row" }, name), ...view.axes.map((a, j) => node("td", {}, shownNumber(view.columns[j][i], a.unit))));
  });
  const caption = `${first.length.toLocaleString("en-US")} of the ${many.toLocaleString("en-US")} designs kept`;
  view.table.replaceChildren(node("table", {}, node("caption", {}, caption), node("thead", {}, head), node("tbody", {}, ...rows)));
}

// ---- hands: parallel coordinates -----------------------------------------------------------------------

function spot(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top, box.width, box.height];
}

function nearestAxis(view, x, width) {
  let best = 0;
  view.order.forEach((_, k) => { if (Math.abs(axisX(view, k, width) - x) < Math.abs(axisX(view, best, width) - x)) best = k; });
  return best;
}

// The range from one height to another; beyond the ends of the axis it is open.
function rangeBetween(view, j, y0, y1, height) {
  const span = height - BOX.top - BOX.bottom;
  const at = (y) => { const p = (height - BOX.bottom - y) / span; return view.flipped.has(j) ? 1 - p : p; };
  return rangeOf(view, j, at(y0), at(y1));
}

function rangeOf(view, j, p0, p1) {
  const [worse, better] = [Math.min(p0, p1), Math.max(p0, p1)], layout = view.layouts[j];
  const isLower = view.axes[j].better === "lower";
  const worst = worse <= 0 ? (isLower ? Infinity : -Infinity) : layout.value(worse);
  const best = better >= 1 ? (isLower ? -Infinity : Infinity) : layout.value(better);
  return isLower ? [best, worst] : [worst, best];
}

function setRange(view, j, range) {
  if (range[0] === -Infinity && range[1] === Infinity) view.ranges.delete(j);
  else view.ranges.set(j, range);
}

function listenAxes(view) {
  const canvas = view.axesCanvas;
  let drag = null;
  canvas.style.touchAction = "pan-y";
  canvas.onpointerdown = (event) => {
    const [x, y, width, height] = spot(canvas, event), k = nearestAxis(view, x, width), j = view.order[k];
    view.focus = k;
    if (y < BOX.top - 8) drag = { kind: "label", k, x };
    else if (Math.abs(axisX(view, k, width) - x) > NEAR) { pinAt(view, lineAt(view, x, y, width, height)); return; }
    else {
      const range = view.ranges.get(j);
      const [a, b] = range ? rangeY(view, j, range, height) : [NaN, NaN];
      if (range && Math.abs(y - a) < 7) drag = { kind: "range", k, from: b, y };
      else if (range && Math.abs(y - b) < 7) drag = { kind: "range", k, from: a, y };
      else if (range && y > a && y < b) drag = { kind: "move", k, y, a, b };
      else drag = { kind: "range", k, from: y, y };
    }
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    const [x, y, width, height] = spot(canvas, event);
    if (!drag) { hoverAt(view, event, lineAt(view, x, y, width, height)); return; }
    if (drag.kind !== "label" && Math.abs(y - drag.y) < 3 && !drag.moved) return;
    drag.moved = drag.kind !== "label" || Math.abs(x - drag.x) > 6;
    const j = view.order[drag.k];
    view.isMoving = drag.kind !== "label";
    if (drag.kind === "range") setRange(view, j, rangeBetween(view, j, drag.from, y, height));
    else if (drag.kind === "move") setRange(view, j, rangeBetween(view, j, drag.a + y - drag.y, drag.b + y - drag.y, height));
    else if (drag.moved) {
      const to = nearestAxis(view, x, width);
      if (to !== drag.k) { moveAxis(view, drag.k, to); drag.k = to; }
    }
    changed(view, false);
  };
  canvas.onpointerup = () => {
    if (!drag) return;
    const j = view.order[drag.k], { kind, moved } = drag;
    drag = null;
    view.isMoving = false;
    if (!moved && kind === "label") flip(view, j);
    else if (!moved) view.ranges.delete(j);
    changed(view, kind !== "label");
  };
  canvas.onpointercancel = () => { drag = null; view.isMoving = false; changed(view, true); };
  canvas.onpointerleave = (event) => { if (!drag) hoverAt(view, event, -1); };
  canvas.ondblclick = () => { view.ranges.clear(); changed(view, true); };
  canvas.onfocus = () => { view.hasFocus = true; repaint(view); };
  canvas.onblur = () => { view.hasFocus = false; repaint(view); };
  canvas.onkeydown = (event) => onKey(view, event);
}

function moveAxis(view, from, to) {
  view.order.splice(to, 0, ...view.order.splice(from, 1));
  view.focus = to;
}

function flip(view, j) {
  if (view.flipped.has(j)) view.flipped.delete(j); else view.flipped.add(j);
}

function onKey(view, event) {
  const j = view.order[view.focus], many = view.order.length;
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key], up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (side !== undefined) {
    const to = Math.min(many - 1, Math.max(0, view.focus + side));
    if (event.ctrlKey) moveAxis(view, view.focus, to); else view.focus = to;
  } else if (up !== undefined) nudge(view, j, up, event.shiftKey);
  else if (event.key === "Delete" || event.key === "Backspace") view.ranges.delete(j);
  else if (event.key === "Escape") view.ranges.clear();
  else if (event.key === "f" || event.key === "F") flip(view, j);
  else return;
  event.preventDefault();
  changed(view, false);
  view.axesCanvas.setAttribute("aria-label", `Parallel coordinates, axis ${view.axes[view.order[view.focus]].label}${view.ranges.has(view.order[view.focus]) ? `: ${rangeText(view, view.order[view.focus])}` : ""}`);
  clearTimeout(view.telling);
  view.telling = setTimeout(() => { if (view.options.onRanges) view.options.onRanges(toldRanges(view)); }, 300);
}

// Moves one end of a range by a step of its axis: the worse end, or the better one.
function nudge(view, j, up, isBetter) {
  const layout = view.layouts[j], isLower = view.axes[j].better === "lower";
  const [low, high] = view.ranges.get(j) || [-Infinity, Infinity];
  const [worst, best] = isLower ? [high, low] : [low, high];
  const open = (value, otherwise) => (Math.abs(value) === Infinity ? otherwise : layout.position(value));
  let [p0, p1] = [open(worst, 0), open(best, 1)];
  if (isBetter) p1 = Math.max(p0, Math.min(1, p1 + up * STEP));
  else p0 = Math.min(p1, Math.max(0, p0 + up * STEP));
  setRange(view, j, rangeOf(view, j, Math.abs(p0) < 1e-9 ? 0 : p0, Math.abs(p1 - 1) < 1e-9 ? 1 : p1));
}

// ---- hands: scatter, hover, pins -----------------------------------------------------------------------

function listenScatter(view) {
  const canvas = view.scatter;
  let from = null;
  canvas.style.touchAction = "pan-y";
  canvas.onpointerdown = (event) => { from = spot(canvas, event).slice(0, 2); canvas.setPointerCapture(event.pointerId); };
  canvas.onpointermove = (event) => {
    const [x, y, width, height] = spot(canvas, event);
    if (!from) { hoverAt(view, event, pointAt(view, x, y, width, height)); return; }
    if (Math.hypot(x - from[0], y - from[1]) < 4 && !view.box) return;
    view.box = [...from, x, y];
    view.isMoving = true;
    boxRanges(view, width, height);
    changed(view, false);
  };
  canvas.onpointerup = (event) => {
    const [x, y, width, height] = spot(canvas, event);
    const wasBox = Boolean(view.box);
    from = null; view.box = null; view.isMoving = false;
    if (!wasBox) pinAt(view, pointAt(view, x, y, width, height));
    changed(view, wasBox);
  };
  canvas.onpointercancel = () => { from = null; view.box = null; view.isMoving = false; changed(view, true); };
  canvas.onpointerleave = (event) => { if (!from) hoverAt(view, event, -1); };
  canvas.ondblclick = () => { view.ranges.delete(view.x); view.ranges.delete(view.y); changed(view, true); };
}

function boxRanges(view, width, height) {
  const [x0, y0, x1, y1] = view.box;
  const across = (x) => (x - SQUARE.left) / (width - SQUARE.left - SQUARE.right);
  const upward = (y) => (height - SQUARE.bottom - y) / (height - SQUARE.top - SQUARE.bottom);
  const set = (j, a, b) => {
    const turn = (p) => (view.axes[j].better === "lower" ? 1 - p : p);
    setRange(view, j, rangeOf(view, j, turn(a), turn(b)));
  };
  set(view.x, across(x0), across(x1));
  if (view.y !== view.x) set(view.y, upward(y0), upward(y1));
}

function pointAt(view, x, y, width, height) {
  let best = -1, least = 12;
  for (let i = 0; i < view.count; i++) {
    if (!view.kept[i]) continue;
    const d = Math.hypot(scatterX(view, view.columns[view.x][i], width) - x, scatterY(view, view.columns[view.y][i], height) - y);
    if (d < least) { least = d; best = i; }
  }
  return best;
}

// The kept line nearest to a spot between two axes.
function lineAt(view, x, y, width, height) {
  const k = view.order.findIndex((_, n) => n + 1 < view.order.length && axisX(view, n, width) <= x && x <= axisX(view, n + 1, width));
  if (k < 0 || y < BOX.top || view.count > LINES_RESTING) return -1;
  const x0 = axisX(view, k, width), t = (x - x0) / (axisX(view, k + 1, width) - x0);
  const [a, b] = [view.order[k], view.order[k + 1]];
  let best = -1, least = 6;
  for (let i = 0; i < view.count; i++) {
    if (!view.kept[i]) continue;
    const at = (1 - t) * axisY(view, a, view.columns[a][i], height) + t * axisY(view, b, view.columns[b][i], height);
    if (Math.abs(at - y) < least) { least = Math.abs(at - y); best = i; }
  }
  return best;
}

function hoverAt(view, event, i) {
  view.tip.hidden = i < 0;
  if (i >= 0) {
    const mark = view.marked.indexOf(i);
    const values = view.axes.map((axis, j) => node("div", {}, `${axis.label} ${shownNumber(view.columns[j][i], axis.unit)}`));
    view.tip.replaceChildren(node("strong", {}, `Design ${view.numbers[i]}${mark >= 0 ? `: ${view.labels[mark]}` : ""}`), ...values);
    const box = view.root.getBoundingClientRect();
    const x = event.clientX - box.left, half = box.width / 2;
    view.tip.style.left = x > half ? "auto" : `${x + 14}px`;
    view.tip.style.right = x > half ? `${box.width - x + 14}px` : "auto";
    view.tip.style.top = `${event.clientY - box.top + 14}px`;
  }
  if (i === view.hover) return;
  view.hover = i;
  requestAnimationFrame(() => { view.colours = coloursOf(view.root); paintAxes(view); paintScatter(view); });
}

function pinAt(view, i) {
  if (i < 0) return;
  const isPinned = !view.pinned.has(i);
  if (isPinned) view.pinned.add(i); else view.pinned.delete(i);
  if (view.options.onPick) view.options.onPick(view.numbers[i], isPinned);
  changed(view, false);
}
