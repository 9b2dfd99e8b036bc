// Reads the front that stands in the page and mounts it.
(function () {
  const told = document.getElementById("front-data");
  if (!told) return;
  const data = JSON.parse(told.textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  data.columns = data.columns.map((text) => new Float64Array(bytes(text)));
  data.numbers = Array.from(new Int32Array(bytes(data.numbers)));
  const number = (v) => (v === null ? Infinity : v);
  data.today = data.today.map(number);
  const root = document.getElementById("front-view");
  const handle = mountFront(root, data, {});
  window.tradespaceFront = handle;
  window.addEventListener("beforeprint", () => handle.redraw());
})();
