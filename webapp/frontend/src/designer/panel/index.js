// The panel beside the diagram: what the selected element says, or the process when nothing is selected.
import { element as make } from '../page.js';
import { findStep, listSteps } from '../steps.js';
import { listGroups } from './groups.js';
import { Model } from './model.js';
import { drawCalmly, renew } from './renewing.js';

export function openPanel(root, modeler, vocabulary) {
  const place = root.querySelector('[data-panel]');
  const model = new Model(modeler);
  const steps = listSteps(vocabulary.steps);
  const more = { asFeel: false, setAsFeel: (on) => { more.asFeel = on; draw(); } };
  const unfolded = new Map();
  let shown = null;

  function draw() {
    const [selected, second] = modeler.get('selection').get();
    const canvasRoot = modeler.get('canvas').getRootElement();
    const target = second ? null : selected?.labelTarget ?? selected ?? model.process(canvasRoot);
    if (shown !== target) more.asFeel = false;
    const parts = target?.businessObject ? describe(target) : [make('p', { class: 'text-secondary' }, 'Several elements are selected. Choose one to see what it says.')];
    if (shown === target) renew(place, parts);
    else place.replaceChildren(...parts);
    shown = target;
  }

  function describe(target) {
    const step = findStep(steps, target);
    const kind = target.businessObject.$instanceOf('bpmn:Process') ? 'The process' : step?.label ?? (target.waypoints ? 'Way' : 'Element');
    return [make('h2', { class: 'rf-panel-kind' }, kind), ...listGroups(model, vocabulary, target, more).map((group) => section(group, unfolded))];
  }

  modeler.on(['selection.changed', 'elements.changed', 'import.done', 'root.set'], drawCalmly(place, draw));
}

// A group that was folded or unfolded by hand stays so, also for the next element.
function section({ title, fields, closed }, unfolded) {
  if (!title) return make('div', { class: 'rf-panel-group' }, ...fields);
  const details = make('details', { class: 'rf-panel-group', open: unfolded.get(title) ?? !closed }, make('summary', {}, title), ...fields);
  details.querySelector('summary').addEventListener('click', () => unfolded.set(title, !details.open));
  return details;
}
