// Adds and removes rows of a list in the page. Without scripts the same buttons post the form.
const NUMBERED = ['id', 'name', 'for', 'value', 'data-field', 'data-counts', 'data-list', 'data-add-row', 'aria-describedby'];

function renumber(row, list, number) {
  const path = list.replaceAll('.', '\\.');
  const id = `f-${list.replaceAll('.', '-')}`;
  const inPath = new RegExp(`^${path}\\[\\d+\\]`);
  const inIds = new RegExp(`(^| )${id}-\\d+(?=[- ]|$)`, 'g');
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const attribute of NUMBERED) {
      // What a person wrote lives in properties; of values only those of buttons carry a path.
      if (!element.hasAttribute(attribute) || (attribute === 'value' && element.localName !== 'button')) continue;
      const text = element.getAttribute(attribute);
      element.setAttribute(attribute, text.replace(inPath, `${list}[${number}]`).replace(inIds, `$1${id}-${number}`));
    }
  }
  row.querySelectorAll('[data-row-number]').forEach((place) => { place.textContent = number + 1; });
  row.setAttribute('aria-label', row.getAttribute('aria-label').replace(/\d+$/, number + 1));
}

// Radio buttons of two rows must never share a name, not even for a moment: the browser would untick one.
function renumberAll(rows, list) {
  [...rows.children].forEach((row, number) => renumber(row, list, number + 100_000));
  [...rows.children].forEach((row, number) => renumber(row, list, number));
}

function changed(form) {
  form.dispatchEvent(new Event('input', { bubbles: true }));
  form.dispatchEvent(new Event('change', { bubbles: true }));
}

export function addRow(form, list) {
  const template = form.querySelector(`template[data-row-template="${CSS.escape(list)}"]`);
  const rows = form.querySelector(`[data-rows-of="${CSS.escape(list)}"]`);
  if (!template || !rows) return null;
  const row = template.content.firstElementChild.cloneNode(true);
  rows.append(row);
  renumber(row, list, rows.children.length - 1);
  return row;
}

function removeRow(form, row) {
  const rows = row.parentElement;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  const list = rows.dataset.rowsOf;
  row.remove();
  renumberAll(rows, list);
  const next = neighbour?.querySelector('[data-remove-row]') ?? form.querySelector(`[data-add-row="${CSS.escape(list)}"]`);
  next?.focus();
}

export function editRows(form) {
  form.addEventListener('click', (event) => {
    const adds = event.target.closest('[data-add-row]');
    const removes = event.target.closest('[data-remove-row]');
    if (!adds && !removes) return;
    event.preventDefault();
    if (adds) addRow(form, adds.dataset.addRow)?.querySelector('input:not([type="hidden"]), textarea, select')?.focus();
    else removeRow(form, removes.closest('[data-row]'));
    changed(form);
  });
}
