// The fields of the panel: label, hint and input, tied together; each hands its value over when it is left.
import { element as make } from '../page.js';

let counter = 0;

const handedOver = new WeakMap();

// Hands a value over when it is another one than the diagram has, however often the browser says that it changed.
export function whenChanged(input, read, commit) {
  const state = { read, last: read() };
  handedOver.set(input, state);
  input.addEventListener('change', () => {
    const now = read();
    if (now === state.last) return;
    state.last = now;
    commit(now);
  });
}

// What the field shows now is what the diagram has.
export function settle(input) {
  const state = handedOver.get(input);
  if (state) state.last = state.read();
}

function frame(name, label, hint, input, ...beside) {
  const id = `rf-field-${++counter}`;
  input.id = id;
  input.dataset.field = name;
  const parts = [make('label', { class: 'form-label', for: id }, label)];
  if (hint) {
    parts.push(make('p', { class: 'form-hint', id: `${id}-hint` }, hint));
    input.setAttribute('aria-describedby', `${id}-hint`);
  }
  return make('div', { class: 'rf-field' }, ...parts, input, ...beside);
}

export function textField({ name, label, hint, value, commit, list, type = 'text' }) {
  const input = make('input', { class: 'form-control', type, autocomplete: 'off', spellcheck: 'false' });
  input.value = value;
  whenChanged(input, () => input.value.trim(), commit);
  if (!list) return frame(name, label, hint, input);
  const choices = make('datalist', { id: `rf-list-${++counter}` }, ...list.map(({ name: each, label: text }) => make('option', { value: each }, text || each)));
  input.setAttribute('list', choices.id);
  return frame(name, label, hint, input, choices);
}

export function areaField({ name, label, hint, value, commit, rows = 2 }) {
  const input = make('textarea', { class: 'form-control', rows });
  input.value = value;
  whenChanged(input, () => input.value.trim(), commit);
  return frame(name, label, hint, input);
}

// options: [{ name, label }]; a value that is not among them is kept and shown as it is.
export function selectField({ name, label, hint, value, options, none = 'Choose …', commit }) {
  const input = make('select', { class: 'form-select' });
  const known = options.some((option) => option.name === value);
  const all = [{ name: '', label: none }, ...options, ...(value && !known ? [{ name: value, label: `${value} (not known here)` }] : [])];
  input.append(...all.map((option) => make('option', { value: option.name }, option.label)));
  input.value = value;
  whenChanged(input, () => input.value, commit);
  return frame(name, label, hint, input);
}

export function checkField({ name, label, hint, value, commit }) {
  const id = `rf-field-${++counter}`;
  const input = make('input', { class: 'form-check-input', type: 'checkbox', id, 'data-field': name });
  input.checked = Boolean(value);
  whenChanged(input, () => input.checked, commit);
  const parts = [make('label', { class: 'form-check' }, input, make('span', { class: 'form-check-label' }, label))];
  if (hint) {
    parts.push(make('p', { class: 'form-hint', id: `${id}-hint` }, hint));
    input.setAttribute('aria-describedby', `${id}-hint`);
  }
  return make('div', { class: 'rf-field' }, ...parts);
}

const UNITS = [['D', 'days'], ['N', 'working days'], ['W', 'weeks'], ['H', 'hours']];
const SIMPLE = /^P(?:(\d+)([DW])|T(\d+)(H))$/;
const WORKING_DAYS = /^(\d+) working days?$/;

// A time as a number and a unit; anything else, such as FEEL, in a line of its own.
export function timeField({ name, label, hint, value, commit }) {
  const working = WORKING_DAYS.exec(value);
  const simple = working ? [value, working[1], 'N'] : SIMPLE.exec(value);
  if (value && !simple) {
    return textField({ name, label, hint: `${hint ?? ''} Written as an expression; empty it to choose days again.`.trim(), value, commit });
  }
  const number = make('input', { class: 'form-control', type: 'number', min: '1', max: '9999', inputmode: 'numeric' });
  number.value = simple ? simple[1] ?? simple[3] : '';
  const unit = make('select', { class: 'form-select', 'aria-label': `${label}: unit`, 'data-field': `${name}-unit` }, ...UNITS.map(([code, text]) => make('option', { value: code }, text)));
  unit.value = simple ? simple[2] ?? simple[4] : 'D';
  const read = () => (number.value ? writeTime(Math.trunc(Number(number.value)), unit.value) : '');
  whenChanged(number, read, commit);
  whenChanged(unit, read, commit);
  const field = frame(name, label, hint, number);
  const pair = make('div', { class: 'rf-time' });
  number.replaceWith(pair);
  pair.append(number, unit);
  return field;
}

function writeTime(count, unit) {
  if (unit === 'N') return `${count} working day${count === 1 ? '' : 's'}`;
  return `P${unit === 'H' ? 'T' : ''}${count}${unit}`;
}

// Reminders as days before: "7, 1" for "P7D P1D"; what is not written in days is shown as it is.
export function reminderField({ name, label, hint, value, commit }) {
  const parts = value.split(/\s+/).filter(Boolean);
  const inDays = parts.every((part) => /^P\d+D$/.test(part));
  const shown = inDays ? parts.map((part) => part.slice(1, -1)).join(', ') : value;
  return textField({ name, label, hint, value: shown, commit: (text) => commit(text.split(/[\s,;]+/).filter(Boolean).map((part) => (/^\d+$/.test(part) ? `P${part}D` : part)).join(' ')) });
}

// Rows of texts, with a button to add one and one to take each away. A text is handed over by the very click that changes
// the rows, before they are shown anew: `values` has it then. columns: [{ name, label, list?, options? }]
export function rowsField({ name, label, hint, rows, columns, add, commit }) {
  const values = rows.map((row) => Object.fromEntries(columns.map((column) => [column.name, row[column.name] ?? ''])));
  const list = make('ol', { class: 'rf-rows' });
  values.forEach((value, index) => list.append(rowItem({ name, values, value, index, columns, commit })));
  const button = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': `${name}-add` }, add);
  button.addEventListener('click', () => commit([...copyOf(values), Object.fromEntries(columns.map((column) => [column.name, column.start ?? '']))]));
  return make('fieldset', { class: 'rf-field', 'data-rows': JSON.stringify(values) }, make('legend', { class: 'form-label' }, label), ...(hint ? [make('p', { class: 'form-hint' }, hint)] : []), list, button);
}

const copyOf = (rows) => rows.map((row) => ({ ...row }));

function rowItem({ name, values, value, index, columns, commit }) {
  const item = make('li');
  for (const column of columns) {
    const label = `${column.label} ${index + 1}`;
    const field = `${name}-${index}-${column.name}`;
    const hand = (text) => {
      value[column.name] = text;
      commit(copyOf(values));
    };
    const made = column.options
      ? selectField({ name: field, label, value: value[column.name], options: column.options, commit: hand })
      : textField({ name: field, label, value: value[column.name], list: column.list, commit: hand });
    made.querySelector('label').classList.add('visually-hidden');
    made.querySelector('input, select').setAttribute('placeholder', column.label);
    item.append(made);
  }
  const away = make('button', { type: 'button', class: 'rf-icon-button', 'aria-label': `Take row ${index + 1} away`, title: 'Take it away' }, '×');
  away.addEventListener('click', () => commit(copyOf(values.filter((row) => row !== value))));
  item.append(away);
  return item;
}
