// Why the table answered as it did: at its rows and cells, and in sentences.
import { element as make } from '../../designer/page.js';
import { tableOf } from '../editor.js';

export class Trace {
  constructor(root, editor) {
    this.editor = editor;
    this.canvas = root.querySelector('[data-canvas]');
    this.place = root.querySelector('[data-why]');
    this.marks = new Map();
    // dmn-js draws its rows anew whenever it likes.
    new MutationObserver(() => this.mark()).observe(this.canvas, { childList: true, subtree: true });
  }

  show(tried, what) {
    this.marks = new Map();
    this.place.replaceChildren();
    if (tried) {
      const rows = tableOf(this.editor)?.rows ?? [];
      const said = Object.entries(tried.cells).map(([number, cells]) => this.row(Number(number), cells, rows[number - 1], tried));
      const none = tried.matched.length ? [] : [tried.used_default ? 'No row holds: the answer is the one for all other cases.' : 'No row holds, so there is no answer.'];
      if (said.length) this.place.append(make('p', {}, `${what}: ${none.join('') || `${named(tried.decided)} ${tried.decided.length > 1 ? 'decide' : 'decides'}.`}`), make('ul', {}, ...said.filter(Boolean).map((text) => make('li', {}, text))));
    }
    this.mark();
  }

  row(number, cells, row, { matched, decided }) {
    if (!row) return null;
    cells.forEach((held, index) => { if (row.cells[index]) this.marks.set(row.cells[index].id, held ? 'held' : 'failed'); });
    this.marks.set(row.id, decided.includes(number) ? 'held' : matched.includes(number) ? 'also' : 'failed');
    if (decided.includes(number)) return `Row ${number} holds and decides.`;
    if (matched.includes(number)) return `Row ${number} holds, too.`;
    const column = tableOf(this.editor).cols[cells.length - 1]?.businessObject;
    const title = column?.label || column?.inputExpression?.text || 'a cell';
    return `Row ${number} does not hold: “${title}” ${cells.at(-1) === null ? 'cannot be told' : 'is another'}.`;
  }

  mark() {
    for (const place of this.canvas.querySelectorAll('td[data-element-id]')) {
      const mark = place.matches('.annotation') ? undefined : this.marks.get(place.dataset.elementId);
      if (mark === place.dataset.trace) continue;
      if (mark) place.dataset.trace = mark;
      else delete place.dataset.trace;
    }
  }
}

function named(rows) {
  return rows.length > 1 ? `Rows ${rows.join(', ')}` : `Row ${rows[0]}`;
}
