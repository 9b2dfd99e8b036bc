// Hands on the front: dragging ranges and axes, keys, boxes in the scatter, hovering, picking.

const STEP = 0.05, NEAR = 18;

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
    if (kind === "label") tellAxes(view);
  };
  canvas.onpointercancel = () => { drag = null; view.isMoving = false; changed(view, true); };
  canvas.onpointerleave = (event) => { if (!drag) hoverAt(view, event, -1); };
  canvas.ondblclick = () => { view.ranges.clear(); view.only = null; changed(view, true); };
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
  else if (event.key === "Escape") { view.ranges.clear(); view.only = null; }
  else if (event.key === "f" || event.key === "F") flip(view, j);
  else return;
  event.preventDefault();
  changed(view, false);
  view.axesCanvas.setAttribute("aria-label", `Parallel coordinates, axis ${view.axes[view.order[view.focus]].label}${view.ranges.has(view.order[view.focus]) ? `: ${rangeText(view, view.order[view.focus])}` : ""}`);
  clearTimeout(view.telling);
  const isLayout = event.key === "f" || event.key === "F" || (side !== undefined && event.ctrlKey);
  const isFocus = side !== undefined && !event.ctrlKey;
  if (isFocus) return;
  view.telling = setTimeout(() => {
    if (isLayout) tellAxes(view);
    else changed(view, true);
  }, 300);
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
    if (!from) {
      const i = pointAt(view, x, y, width, height);
      hoverAt(view, event, i);
      if (i < 0) tellOther(view, event, otherAt(view, x, y, width, height));
      return;
    }
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
  const turn = (p) => (view.axes[view.x].better === "lower" ? 1 - p : p); // numbers grow to the right
  setRange(view, view.x, rangeOf(view, view.x, turn(across(x0)), turn(across(x1))));
  if (view.y !== view.x) setRange(view, view.y, rangeOf(view, view.y, upward(y0), upward(y1)));
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

// The design that is not on the front nearest to a spot of the scatter.
function otherAt(view, x, y, width, height) {
  let best = -1, least = 8;
  const others = view.others;
  for (let i = 0; others && i < others.kinds.length; i++) {
    const d = Math.hypot(scatterX(view, others.columns[view.x][i], width) - x, scatterY(view, others.columns[view.y][i], height) - y);
    if (d < least) { least = d; best = i; }
  }
  return best;
}

function tellOther(view, event, i) {
  if (i < 0) return;
  const others = view.others;
  const values = view.axes.map((axis, j) => node("div", {}, `${axis.label} ${shownNumber(others.columns[j][i], axis.unit)}`));
  showTip(view, event, node("strong", {}, "Not on the front"), ...values, node("div", {}, others.words[i]));
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
    showTip(view, event, node("strong", {}, `Design ${view.numbers[i]}${mark >= 0 ? `: ${view.labels[mark]}` : ""}`), ...values);
  }
  if (i === view.hover) return;
  view.hover = i;
  requestAnimationFrame(() => { view.colours = coloursOf(view.root); paintAxes(view); paintScatter(view); });
}

function showTip(view, event, ...words) {
  view.tip.hidden = false;
  view.tip.replaceChildren(...words);
  const box = view.root.getBoundingClientRect();
  const x = event.clientX - box.left, half = box.width / 2;
  view.tip.style.left = x > half ? "auto" : `${x + 14}px`;
  view.tip.style.right = x > half ? `${box.width - x + 14}px` : "auto";
  view.tip.style.top = `${event.clientY - box.top + 14}px`;
}

function pinAt(view, i) {
  if (i < 0) return;
  const isPinned = !isPicked(view, i);
  if (isPinned) view.pins.push({ i, values: valuesOf(view, i) }); else view.pins = view.pins.filter((pin) => pin.i !== i);
  if (view.options.onPick) view.options.onPick(view.numbers[i], isPinned);
  changed(view, false);
}
