// What of the diagram one sees: where one was last while this window is open, else as much as can be read.
import { getMid } from 'diagram-js/lib/layout/LayoutUtil';
import { showAll } from './modeler.js';

const READABLE = 0.6;
const AROUND = 40;

export function beginWhereOneWas(modeler) {
  const canvas = modeler.get('canvas');
  const key = `view:${window.location.pathname}`;
  const kept = read(key);
  if (kept) canvas.viewbox(kept);
  else showWhatCanBeRead(modeler, canvas);
  modeler.on('canvas.viewbox.changed', ({ viewbox: { x, y, width, height } }) => keep(key, { x, y, width, height }));
}

// A large diagram begins at its start: all of it at once would be letters that nobody can read.
function showWhatCanBeRead(modeler, canvas) {
  showAll(modeler);
  const { scale, inner, outer } = canvas.viewbox();
  const start = modeler.get('elementRegistry').find(({ type, parent }) => type === 'bpmn:StartEvent' && parent === canvas.getRootElement());
  if (scale >= READABLE || !start) return;
  const [width, height, around] = [outer.width / READABLE, outer.height / READABLE, AROUND / READABLE];
  const [top, bottom] = [inner.y - around, inner.y + inner.height + around - height];
  const y = bottom < top ? (top + bottom) / 2 : Math.min(Math.max(start.y + start.height / 2 - height / 2, top), bottom);
  canvas.viewbox({ x: start.x - around, y, width, height });
}

// Brings an element into sight, large enough to be read.
export function comeTo(canvas, element) {
  const { scale, outer } = canvas.viewbox();
  if (scale < READABLE) {
    const [width, height, middle] = [outer.width / READABLE, outer.height / READABLE, getMid(element)];
    canvas.viewbox({ x: middle.x - width / 2, y: middle.y - height / 2, width, height });
  }
  canvas.scrollToElement(element, { top: 120, right: 120, bottom: 120, left: 120 });
}

function read(key) {
  try {
    return JSON.parse(window.sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, view) {
  try {
    window.sessionStorage.setItem(key, JSON.stringify(view));
  } catch {
    // A window that may keep nothing shows the beginning again.
  }
}
