// Mounts the front of the report in the app and tells Python what a person does in it.
//
// data  { key, told, front, view, layout }: another `key` is another front; `view` is what Python wants to be
// seen, and is taken over whenever `told` grows. Ranges are told once a gesture has ended, together with the
// `told` they build on, so that Python knows whether it has moved on since.

const MOUNTED = new WeakMap();

function decoded(front) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const floats = (columns) => columns.map((text) => new Float32Array(bytes(text)));
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
    here.handle = mountFront(root, decoded(data.front), {
      ...data.layout,
      hasTable: false,
      hasLetters: true,
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
  return () => {
    here.handle.destroy();
    here.root.remove();
    MOUNTED.delete(parentElement);
  };
}
