// The front: parallel coordinates and a scatter, brushed together. Used by the report and by the app.
//
// mountFront(root, data, options) draws into `root` and returns a handle:
//   data     { axes: [{name, label, unit, better, limit, scale}], columns: [Float64Array], numbers: [int],
//              today: [number] | null, picks: [design number], labels: [text],
//              groups: [int] | undefined, groupNames: [text], a group a design;
//              others: { columns, kinds: [0 dominated, 1 infeasible], words: [text] } | undefined }
//   options  { onRanges(ranges, isWhole), onPick(number, isPicked), onAxes(axes), hasTable, hasLetters,
//              ranges, x, y, colour, size, order, flipped; hasMarkLines: whether each marked design has a line,
//              marksAre: what the marked designs are, in the legend }
//   handle   { apply(wanted), setRanges(ranges), ranges(), kept(), shown(value, unit), redraw(), isBusy(), destroy() }
//              apply takes { ranges, only: [design number] | null, onlyLabel, closest: design number | null,
//              pinned: [design number, or the values of a design that is not on the front] }: what somebody
//              else has chosen; it is not told back
// Ranges are closed intervals by the name of the axis, [low, high], null = open; values and ranges
// have all their 64 bits, so that Python keeps the same designs and what is shown is what it writes.

const MOST_ROWS = 10;

function mountFront(root, data, options = {}) {
  const view = newView(root, data, options);
  build(view);
  const handle = {
    apply: (wanted) => { applied(view, wanted); changed(view, false); },
    setRanges: (ranges) => { readRanges(view, ranges); changed(view, false); },
    isBusy: () => view.isMoving,
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
    groups: data.groups, groupNames: data.groupNames || [], others: data.others, only: null, onlyLabel: "",
    order: orderFrom(data.axes, options.order), flipped: new Set(placesOf(data.axes, options.flipped)), ranges: new Map(), kept: new Uint8Array(data.numbers.length).fill(1),
    x: pick(options.x, "cost"), y: pick(options.y, "latency"), 
    colourBy: options.colour === "group" && data.groups ? BY_GROUP : data.axes.findIndex((a) => a.name === options.colour),
    sizeBy: data.axes.findIndex((a) => a.name === options.size),
    focus: 0, hasFocus: false, hover: -1, closest: -1, pins: [], box: null, isMoving: false, drawn: 0,
  };
}

function placesOf(axes, names) {
  return (names || []).map((name) => axes.findIndex((a) => a.name === name)).filter((j) => j >= 0);
}

// Axes in a wished order; those that it doesn't name follow.
function orderFrom(axes, names) {
  return [...new Set([...placesOf(axes, names), ...axes.map((_, j) => j)])];
}

function toldAxes(view) {
  const name = (j) => (j === BY_GROUP ? "group" : j < 0 ? "" : view.axes[j].name);
  return {
    x: name(view.x), y: name(view.y), colour: name(view.colourBy), size: name(view.sizeBy),
    order: view.order.map(name), flipped: [...view.flipped].map(name),
  };
}

function tellAxes(view) {
  if (view.options.onAxes) view.options.onAxes(toldAxes(view));
}

function applied(view, wanted) {
  readRanges(view, wanted.ranges || {});
  view.only = wanted.only ? new Set(wanted.only) : null;
  view.onlyLabel = wanted.onlyLabel || "";
  const at = (number) => (view.position.has(number) ? view.position.get(number) : -1);
  view.closest = at(wanted.closest);
  view.pins = (wanted.pinned || []).map((pin) => (Array.isArray(pin)
    ? { i: -1, values: pin.map((v) => (v === null ? Infinity : v)) } // a design that is not on the front
    : { i: at(pin), values: at(pin) < 0 ? null : valuesOf(view, at(pin)) }));
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

function legendOf(view) {
  const first = view.labels.length ? "the thick one is the recommended or chosen design, " : "";
  const picked = view.options.hasLetters ? " Lines and rings with a letter are picked; the dashed line and the diamond are closest to the wishes." : "";
  return `Each line is a design, better is up: ${first}the dotted one today's, dashes are limits. Each dot is a design too, better is up there too, and numbers grow to the right; squares are ${view.options.marksAre || "the few that stand for all"}.${picked}`;
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
  view.scales = node("div", { class: "front-scales" });
  view.tip = node("div", { class: "front-tip", hidden: "" });
  view.table = node("div", { class: "front-rows", tabindex: "0", role: "region", "aria-label": "Designs kept" });
  const chooser = (label, value, hasNone, choose) => {
    const select = node("select", { onchange: (event) => { choose(Number(event.target.value)); tellScales(view); repaint(view); tellAxes(view); } });
    if (hasNone) select.append(node("option", { value: "-1" }, "nothing"));
    view.axes.forEach((axis, j) => select.append(node("option", { value: String(j) }, axis.label)));
    if (label === "Colour" && view.groups) select.append(node("option", { value: String(BY_GROUP) }, "group"));
    select.value = String(value);
    return node("label", {}, `${label} `, select);
  };
  const choosers = node("div", { class: "front-choosers" },
    chooser("Across", view.x, false, (j) => { view.x = j; }), chooser("Up", view.y, false, (j) => { view.y = j; }),
    chooser("Colour", view.colourBy, true, (j) => { view.colourBy = j; }), chooser("Size", view.sizeBy, true, (j) => { view.sizeBy = j; }));
  root.replaceChildren(
    node("div", { class: "front-charts" },
      node("div", { class: "front-parallel" }, view.lines, view.axesCanvas),
      node("div", { class: "front-scatter" }, choosers, node("div", { class: "front-square" }, view.scatter))),
    view.tip, view.status, view.chips, view.scales, view.table,
    node("p", { class: "front-legend" }, legendOf(view)),
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
  tellScales(view);
}

// What colours and sizes mean, worst first, with units; nothing where they mean nothing.
function tellScales(view) {
  const swatch = (colour) => node("span", { class: "front-swatch", style: `background:${colour}`, "aria-hidden": "true" });
  const ends = (j) => {
    const { low, high, hasInfinite } = view.layouts[j], { better, unit } = view.axes[j];
    const told = [low, hasInfinite ? Infinity : high].map((v) => shownNumber(v, unit));
    return better === "lower" ? told.reverse() : told;
  };
  const lines = [];
  if (view.colourBy === BY_GROUP) {
    const names = view.groupNames.map((name, k) => node("span", {}, swatch(GROUP_COLOURS[k % GROUP_COLOURS.length]), ` ${name}`));
    lines.push(node("p", {}, "Colour, group: ", ...names));
  } else if (view.colourBy >= 0) {
    const [worst, best] = ends(view.colourBy);
    lines.push(node("p", {}, `Colour, ${view.axes[view.colourBy].label}: ${worst} (worst) `, ...SHADES.map(swatch), ` ${best} (best)`));
  }
  if (view.sizeBy >= 0) {
    const [worst, best] = ends(view.sizeBy);
    lines.push(node("p", {}, `Size, ${view.axes[view.sizeBy].label}: small ${worst} (worst), large ${best} (best)`));
  }
  view.scales.replaceChildren(...lines);
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
  if (view.only) for (let i = 0; i < view.count; i++) if (!view.only.has(view.numbers[i])) view.kept[i] = 0;
  for (const [j, range] of view.ranges) {
    const [low, high] = range, column = view.columns[j];
    for (let i = 0; i < view.count; i++) if (!(column[i] >= low && column[i] <= high)) view.kept[i] = 0;
  }
}

// Everything that follows from the ranges; `tells` once a gesture has ended.
function changed(view, tells) {
  keep(view);
  repaint(view);
  tellKept(view);
  if (tells) view.closest = -1; // wishes have moved; who works out the closest tells it again
  if (tells && view.options.onRanges) view.options.onRanges(toldRanges(view), !view.only);
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
    view.root.dataset.closest = view.closest < 0 ? "" : String(view.numbers[view.closest]);
    view.root.dataset.picked = view.pins.map(({ i, values }, k) => (values ? `${PICK_NAMES[k % 4]}${i < 0 ? "" : view.numbers[i]}` : "")).join(" ");
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
  const group = view.only ? [node("button", { type: "button", onclick: () => { view.only = null; changed(view, true); }, "aria-label": `Keep all again, not only ${view.onlyLabel}` }, `${view.onlyLabel} ×`)] : [];
  view.chips.replaceChildren(...group, ...[...view.ranges.keys()].map((j) =>
    node("button", { type: "button", onclick: () => { view.ranges.delete(j); changed(view, true); }, "aria-label": `Remove the range of ${view.axes[j].label}` }, `${rangeText(view, j)} ×`)));
  if (!view.isMoving && !view.table.hidden) tellRows(view, many);
}

function tellRows(view, many) {
  const first = view.pins.map((pin) => pin.i).filter((i) => i >= 0);
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
