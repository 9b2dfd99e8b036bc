// Numbers as people read them: the same texts as models/units.py writes (a browser test compares the two).

function shownNumber(value, unit) {
  if (value === null || value === undefined || value === Infinity || value === -Infinity) return "unbounded";
  if (Number.isNaN(value)) return "not known";
  if (unit === "ms") return shownTime(value);
  if (unit === "requests/s") return `${shownGrouped(Math.abs(value) >= 1000 ? threeDigits(value) : value)}/s`;
  if (unit === "USD") return shownMoney(value);
  if (unit === "fraction") return shownShare(value);
  if (unit === "uptime") return value > 0.99999 ? "above 99.999 %" : shownShare(value);
  if (unit === "more") return shownChange(value);
  return `${shownGrouped(value)} ${unit}`.trim();
}

// A large number in three digits, halves to the even one, as Python rounds.
function threeDigits(value) {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2), whole = Math.floor(Math.abs(value) / unit);
  const rest = Math.abs(value) / unit - whole;
  return Math.sign(value) * (whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0)) * unit;
}

function shownTime(value) {
  const size = Math.abs(value);
  if (size < 1e-6) return "0 ms";
  if (size < 1) return `${shownDigits(value * 1000)} µs`;
  if (size < 1000) return `${shownDigits(value)} ms`;
  const seconds = value / 1000;
  if (Math.abs(seconds) < 120) return `${shownDigits(seconds)} s`;
  const minutes = seconds / 60;
  if (Math.abs(minutes) < 120) return `${shownDigits(minutes)} min`;
  return `${shownDigits(minutes / 60)} h`;
}

function shownMoney(value) {
  if (Math.abs(value) < 0.005) return "0 USD";
  if (Math.abs(value) < 10) return `${roundedTo(value, 2)} USD`;
  return `${shownWhole(value)} USD`;
}

// A change by a share, which has no whole: never in nines.
function shownChange(share) {
  return Math.abs(share) <= 5e-13 ? "0 %" : `${shownDigits(100 * share)} %`;
}

// Rounded; close to 100 % with as many nines as a share has, and never up to 100 %.
function shownShare(share) {
  if (share >= 1 - 5e-13 && share <= 1) return "100 %";
  if (Math.abs(share) <= 5e-13) return "0 %";
  if (Math.abs(share) < 1e-8) return `${share > 0 ? "under " : "above -"}0.000001 %`;
  if (!(share > 0.9 && share < 1)) return `${shownDigits(100 * share)} %`;
  const parts = BigInt(share.toFixed(14).replace(".", "")); // of 10^14
  const missing = 10n ** 14n - parts;
  const exponent = missing.toString().length - 1 - 12;
  const decimals = Math.max(1, 1 - exponent);
  const cut = 10n ** BigInt(Math.max(12 - decimals, 0)); // half to even, as Python rounds
  const [whole, rest] = [parts / cut, (parts % cut) * 2n];
  const rounded = (whole + (rest > cut || (rest === cut && whole % 2n === 1n) ? 1n : 0n)) * cut;
  const digits = rounded.toString().padStart(13, "0");
  const fraction = digits.slice(-12).padEnd(decimals, "0").slice(0, decimals);
  return `${digits.slice(0, -12)}.${fraction} %`;
}

function shownGrouped(value) {
  return Math.abs(value) >= 1000 ? shownWhole(value) : shownDigits(value);
}

function shownWhole(value) {
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  return roundedTo(value, 0).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function shownDigits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100) return shownWhole(value);
  if (size >= 10) return roundedTo(value, 1);
  if (size >= 1) return roundedTo(value, 2);
  if (size < 1e-9) return value.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2");
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const rounded = Number(`${mantissa}e${exponent}`);
  return rounded.toFixed(Math.min(2 - Number(exponent), 20)).replace(/0+$/, "").replace(/\.$/, "");
}

// toFixed rounds halves up, Python to the even digit; only a few binary fractions lie exactly on a half.
function roundedTo(value, decimals) {
  const scaled = value * 10 ** decimals;
  const isHalf = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * 2 ** (decimals + 1));
  if (!isHalf) return value.toFixed(decimals);
  const even = 2 * Math.round(scaled / 2);
  return (even / 10 ** decimals).toFixed(decimals);
}
