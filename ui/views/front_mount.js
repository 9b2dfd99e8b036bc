// Mounts the front of the report in the app and tells Python what a person does in it.
//
// It is mounted twice, for what is told again is sent again, and the designs of a front are large:
// data  { key, front }: the designs, which are kept here by their key and draw nothing.
// data  { key, told, view, layout }: another `key` is another front; `view` is what Python wants to be seen, and
// is taken over whenever `told` grows. Ranges are told once a gesture has ended, together with the `told` they
// build on, so that Python knows whether it has moved on since.

const MOUNTED = new WeakMap();
const MOST_FRONTS = 2;
// Shared by both, whichever comes first: the fronts by their key, and who waits for one.
const SHARED = (globalThis.tradespaceFronts ??= { fronts: new Map(), waiting: new Map() });

function keepFront({ key, front }) {
  if (SHARED.fronts.has(key)) return;
  SHARED.fronts.set(key, decoded(front));
  for (const old of SHARED.fronts.keys()) if (SHARED.fronts.size > MOST_FRONTS) SHARED.fronts.delete(old);
  const show = SHARED.waiting.get(key);
  SHARED.waiting.delete(key);
  if (show) show();
}

function decoded(front) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const floats = (columns) => columns.map((text) => new Float64Array(bytes(text)));
  const others = front.others && {
    columns: floats(front.others.columns),
    kinds: Array.from(new Int32Array(bytes(front.others.kinds))),
    words: front.others.words,
  };
  return {
    ...front,
    columns: floats(front.columns),
    numbers: Array.from(new Int32Array(bytes(front.numbers))),
    groups: front.groups ? Array.from(new Int32Array(bytes(front.groups))) : undefined,
    today: front.today && front.today.map((v) => (v === null ? Infinity : v)),
    others: others || undefined,
  };
}

export default function (component) {
  const { parentElement, data } = component;
  if (data.front) {
    keepFront(data);
    return undefined;
  }
  const show = () => mounted(component);
  if (SHARED.fronts.has(data.key) || MOUNTED.get(parentElement)?.key === data.key) show();
  else SHARED.waiting.set(data.key, show);
  return () => {
    if (SHARED.waiting.get(data.key) === show) SHARED.waiting.delete(data.key);
    const here = MOUNTED.get(parentElement);
    if (!here) return;
    here.handle.destroy();
    here.root.remove();
    MOUNTED.delete(parentElement);
  };
}

function mounted(component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  let here = MOUNTED.get(parentElement);
  if (here && here.key !== data.key) {
    here.handle.destroy();
    here.root.remove();
    here = undefined;
  }
  if (!here) {
    const root = document.createElement("div");
    root.id = "front";
    parentElement.append(root);
    here = { key: data.key, root, told: -1 };
    MOUNTED.set(parentElement, here);
    here.handle = mountFront(root, SHARED.fronts.get(data.key), {
      ...data.layout,
      hasTable: false,
      hasLetters: true,
      hasMarkLines: true,
      onRanges: (ranges, isWhole) => here.setStateValue("kept", { told: here.told, ranges, isWhole }),
      onAxes: (axes) => here.setStateValue("layout", { told: here.told, axes }),
      onPick: (number) => here.setTriggerValue("picked", number),
    });
  }
  Object.assign(here, { setStateValue, setTriggerValue });
  if (data.told !== here.told && !here.handle.isBusy()) {
    here.told = data.told;
    here.handle.apply(data.view);
  }
  here.root.dataset.told = String(here.told);
  here.handle.redraw();
}
