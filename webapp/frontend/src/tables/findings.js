// What the server's checks say of this file: at its rows and cells, and in a list that leads there.
import { FileChecks } from '../designer/checks.js';
import { decisionWith } from './decisions.js';
import { openDecision } from './editor.js';

export class TableFindings extends FileChecks {
  constructor(root, editor, settings) {
    super(root, settings, 'table', 'editing');
    this.root = root;
    this.editor = editor;
  }

  mark() {
    const said = this.said();
    for (const marked of this.canvas.querySelectorAll('[data-finding]')) if (!said.has(idOf(marked))) marked.removeAttribute('data-finding');
    for (const [id, texts] of said) {
      const place = this.placeOf(id);
      if (place && place.getAttribute('data-finding') !== texts.join('\n')) place.setAttribute('data-finding', texts.join('\n'));
    }
  }

  // Another decision than the open one can be gone to, too.
  find(id) {
    return this.placeOf(id) ?? decisionWith(this.editor, id);
  }

  // A cell or a column by its id, a row by the cell with its number; a test row.
  placeOf(id) {
    const name = CSS.escape(id);
    return this.root.querySelector(`[data-canvas] :is([data-element-id="${name}"], th[data-col-id="${name}"], td.rule-index[data-row-id="${name}"]), [data-test-row="${name}"]`);
  }

  async goTo(id) {
    if (!id) return;
    const decision = decisionWith(this.editor, id);
    if (decision) await openDecision(this.editor, decision);
    const place = this.placeOf(id);
    if (!place) return;
    place.scrollIntoView({ block: 'center', inline: 'center' });
    (place.querySelector('[contenteditable], input') ?? place).focus();
  }
}

function idOf(place) {
  return place.dataset.elementId ?? place.dataset.rowId ?? place.dataset.colId;
}
