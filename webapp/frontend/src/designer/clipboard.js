// Copying from one diagram into another: what is copied is kept in the browser, for every page of the designer.
const KEY = 'rf-designer-clipboard';

export function shareClipboard(modeler) {
  modeler.on('copyPaste.elementsCopied', ({ tree }) => {
    try { localStorage.setItem(KEY, JSON.stringify(tree)); } catch { /* copying within this page works all the same */ }
  });
  const take = () => {
    const copied = read(modeler.get('moddle'));
    if (copied) modeler.get('clipboard').set(copied);
  };
  take();
  window.addEventListener('storage', ({ key }) => { if (key === KEY) take(); });
}

function read(moddle) {
  try {
    const known = new Map();
    return JSON.parse(localStorage.getItem(KEY), (_key, value) => revive(moddle, known, value));
  } catch {
    return null;
  }
}

// An element that is named twice, as a message or a default flow is, becomes one object again.
function revive(moddle, known, value) {
  if (value === null || typeof value !== 'object' || typeof value.$type !== 'string') return value;
  if (value.id && known.has(value.id)) return known.get(value.id);
  const { $type, ...attributes } = value;
  const made = moddle.create($type, attributes);
  if (value.id) known.set(value.id, made);
  return made;
}
