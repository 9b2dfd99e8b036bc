// Where things lie: values along an axis, ticks, axes across the canvas; colours of the page.

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
      if (p > room) return Infinity;
      return Math.min(high, Math.max(low, backward(from + (p / room) * span))); // rounding may not pass an end
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
