// The panel beside the form: what the chosen question says, or the form when none is chosen.
import { element as make } from '../../designer/page.js';
import { drawCalmly, renew } from '../../designer/panel/renewing.js';
import { schemaOf, selectedField } from '../editor.js';
import { listGroups } from './groups.js';
import { Model } from './model.js';

export function openPanel(root, editor, vocabulary, findings) {
  const place = root.querySelector('[data-panel]');
  const model = new Model(editor);
  const more = { asFeel: false, setAsFeel: (on) => { more.asFeel = on; draw(); }, asked: root.ownerDocument.querySelector('[data-asked]')?.innerHTML ?? '' };
  const labels = new Map(vocabulary.kinds.map(({ type, label }) => [type, label]));
  const unfolded = new Map();
  let shown = null;

  function draw() {
    const field = selectedField(editor) ?? schemaOf(editor);
    if (shown?.id !== field.id) more.asFeel = false;
    const kind = field.type === 'default' ? 'The form' : labels.get(field.type) ?? `Not known here: ${field.type}`;
    const said = field.type === 'default' ? [] : findings.of(field.id);
    const parts = [
      make('h2', { class: 'rf-panel-kind' }, kind),
      ...said.map(({ problem, remedy }) => make('p', { class: 'rf-panel-finding' }, `${problem} ${remedy}`)),
      ...listGroups(model, vocabulary, field, more).map((group) => section(group, unfolded)),
    ];
    if (shown?.id === field.id) renew(place, parts);
    else place.replaceChildren(...parts);
    shown = field;
    root.querySelector('[data-title]').textContent = schemaOf(editor).name || 'Form without a name';
  }

  const plan = drawCalmly(place, draw);
  for (const event of ['selection.changed', 'commandStack.changed', 'import.done']) editor.on(event, plan);
  findings.listeners.push(plan);
  draw();
}

// A group that was folded or unfolded by hand stays so, also for the next question.
function section({ title, fields, closed }, unfolded) {
  if (!title) return make('div', { class: 'rf-panel-group' }, ...fields);
  const details = make('details', { class: 'rf-panel-group', open: unfolded.get(title) ?? !closed }, make('summary', {}, title), ...fields);
  details.querySelector('summary').addEventListener('click', () => unfolded.set(title, !details.open));
  return details;
}
