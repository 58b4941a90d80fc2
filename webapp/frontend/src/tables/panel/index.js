// The panel beside the table: what it is called, which row decides, what it asks and what it answers.
import { drawCalmly, renew } from '../../designer/panel/renewing.js';
import { element as make } from '../../designer/page.js';
import { decisionOf, whenChanged, whenOpened } from '../editor.js';
import { listGroups } from './groups.js';
import { Columns } from './columns.js';

export function openPanel(root, editor, vocabulary) {
  const place = root.querySelector('[data-panel]');
  const columns = new Columns(editor, vocabulary);
  const asked = document.querySelector('[data-asked]')?.innerHTML ?? '';
  let shown = null;

  function draw() {
    const decision = decisionOf(editor);
    const parts = listGroups(columns, vocabulary, asked).map(section);
    if (shown === decision) renew(place, parts);
    else place.replaceChildren(...parts);
    shown = decision;
    root.querySelector('[data-title]').textContent = decision.name || 'Decision without a name';
  }

  const plan = drawCalmly(place, draw);
  whenChanged(editor, plan);
  whenOpened(editor, plan);
  draw();
}

function section({ title, fields, closed }) {
  return make('details', { class: 'rf-panel-group', open: !closed }, make('summary', {}, title), ...fields);
}
