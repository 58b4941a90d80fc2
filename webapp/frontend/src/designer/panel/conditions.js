// "When?": a condition as rows of name, comparison and value where it can be written so, and as FEEL otherwise.
import { element as make } from '../page.js';
import { selectField, textField, whenChanged } from './fields.js';

const TERM = /^([A-Za-z_][\w.]*)\s*(!=|<=|>=|=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|date\("\d{4}-\d\d-\d\d"\))$/;
const COMPARISONS = [
  { name: '=', label: 'is' },
  { name: '!=', label: 'is not' },
  { name: '>=', label: 'is at least' },
  { name: '<=', label: 'is at most' },
  { name: '>', label: 'is more than' },
  { name: '<', label: 'is less than' },
];
const WITHOUT_ORDER = ['string', 'boolean'];
const PRESENCE = [{ name: 'known', label: 'has a value' }, { name: 'unknown', label: 'has no value' }];
const BEGINNINGS = { number: '1', boolean: 'true', date: '2027-01-01' };
const ANSWERS = [{ name: 'true', label: 'yes' }, { name: 'false', label: 'no' }, { name: 'null', label: 'not known' }];

// { join: "and" | "or", rows } of a condition that is made of simple comparisons; null for any other.
export function parseCondition(text) {
  if (!text.trim()) return { join: 'and', rows: [] };
  const parts = splitOutsideTexts(text);
  const joins = new Set(parts.joins);
  if (joins.size > 1) return null;
  const rows = parts.terms.map((term) => TERM.exec(term.trim())).map((found) => found && { name: found[1], comparison: found[2], value: found[3] });
  return rows.every(Boolean) ? { join: [...joins][0] ?? 'and', rows } : null;
}

function splitOutsideTexts(text) {
  const terms = [''];
  const joins = [];
  for (const piece of text.match(/"(?:[^"\\]|\\.)*"|\s+(?:and|or)\s+|[^"\s]+|\s+|"/g) ?? []) {
    const join = /^\s+(and|or)\s+$/.exec(piece)?.[1];
    if (join) { joins.push(join); terms.push(''); } else terms[terms.length - 1] += piece;
  }
  return { terms, joins };
}

export function writeCondition({ join, rows }) {
  return rows.map(({ name, comparison, value }) => `${name} ${comparison} ${value}`).join(` ${join} `);
}

export function writeValue(text, type) {
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return text;
  if (type === 'boolean' || text === 'null') return text;
  if (type === 'date' && /^\d{4}-\d\d-\d\d$/.test(text)) return `date("${text}")`;
  if (type !== 'string' && /^(-?\d+(\.\d+)?|true|false)$/.test(text)) return text;
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

function readValue(value) {
  if (value.startsWith('date(')) return value.slice(6, -2);
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

// asFeel tells whether the text is edited; the panel keeps that while an element stays selected.
export function conditionField({ text, names, commit, asFeel, setAsFeel, legend = 'When is this way taken?', join = 'It is taken when' }) {
  const parsed = parseCondition(text);
  const field = make('fieldset', { class: 'rf-field rf-condition', 'data-rows': text }, make('legend', { class: 'form-label' }, legend));
  if (asFeel || !parsed) field.append(feelArea({ text, names, commit }));
  else field.append(...builder(parsed, names, commit, join));
  if (parsed) {
    const swap = make('button', { type: 'button', class: 'btn btn-sm btn-link', 'data-field': 'swap' }, asFeel ? 'Choose words instead' : 'Write it as an expression');
    swap.addEventListener('click', () => setAsFeel(!asFeel));
    field.append(swap);
  }
  return field;
}

function builder(parsed, names, commit, joined) {
  const parts = [];
  // A value is handed over by the very click that adds or takes away a row, before the rows are shown anew.
  const now = { ...parsed };
  const hand = (change) => {
    Object.assign(now, change(now));
    commit(writeCondition(now));
  };
  if (parsed.rows.length > 1) {
    parts.push(selectField({ name: 'join', label: joined, value: parsed.join, none: '', options: [{ name: 'and', label: 'all of these hold' }, { name: 'or', label: 'one of these holds' }], commit: (join) => hand(() => ({ join: join || 'and' })) }));
  }
  const list = make('ol', { class: 'rf-rows' });
  parsed.rows.forEach((row, index) => list.append(conditionRow({ row, index, names, hand })));
  const add = selectField({ name: 'condition-add', label: parsed.rows.length ? 'Add another condition' : 'Add a condition', value: '', options: offered(names), commit: (name) => name && begin(name) });
  const begin = (name) => {
    const chosen = names.find((each) => each.name === name);
    hand(({ rows }) => ({ rows: [...rows, { name: chosen.keep?.() ?? name, comparison: '=', value: beginning(chosen) }] }));
  };
  return [...parts, list, add];
}

function offered(names) {
  return names.map(({ name, label }) => ({ name, label: label || name }));
}

function beginning(variable) {
  return writeValue(variable?.options?.[0]?.name ?? BEGINNINGS[variable?.type] ?? '', variable?.type);
}

function conditionRow({ row, index, names, hand }) {
  const variable = names.find(({ name }) => name === row.name);
  const change = (part) => hand(({ rows }) => ({ rows: rows.map((each, at) => (at === index ? { ...each, ...part } : each)) }));
  // A value of another type says nothing about what is asked now.
  const rename = (name) => {
    const next = names.find((each) => each.name === name);
    const fits = next?.type === variable?.type && !next?.options && !variable?.options;
    const known = next?.keep ? next.keep() : name;
    change(fits || presence ? { name: known } : { name: known, value: beginning(next) });
  };
  const presence = row.value !== 'null' || variable?.type === 'boolean' ? null : { '=': 'unknown', '!=': 'known' }[row.comparison];
  const options = offered(names);
  const fitting = WITHOUT_ORDER.includes(variable?.type) ? COMPARISONS.filter(({ name }) => ['=', '!=', row.comparison].includes(name)) : COMPARISONS;
  const item = make('li', {},
    selectField({ name: `name-${index}`, label: `Condition ${index + 1}: what`, value: row.name, options, commit: (name) => name && rename(name) }),
    selectField({ name: `comparison-${index}`, label: `Condition ${index + 1}: comparison`, none: '', value: presence ?? row.comparison, options: [...fitting, ...PRESENCE], commit: (comparison) => comparison && change(compare(comparison, presence, variable)) }),
    ...(presence ? [] : [valueField(row, variable, index, change)]));
  item.querySelectorAll('label').forEach((label) => label.classList.add('visually-hidden'));
  const away = make('button', { type: 'button', class: 'rf-icon-button', 'aria-label': `Take condition ${index + 1} away`, title: 'Take it away' }, '×');
  away.addEventListener('click', () => hand(({ rows }) => ({ rows: rows.filter((_each, at) => at !== index) })));
  item.append(away);
  return item;
}

function compare(comparison, presence, variable) {
  if (comparison === 'known') return { comparison: '!=', value: 'null' };
  if (comparison === 'unknown') return { comparison: '=', value: 'null' };
  return presence ? { comparison, value: beginning(variable) } : { comparison };
}

function valueField(row, variable, index, change) {
  const shared = { name: `value-${index}`, label: `Condition ${index + 1}: value`, value: readValue(row.value) };
  if (variable?.type === 'boolean') return selectField({ ...shared, options: ANSWERS, commit: (value) => change({ value: value || 'null' }) });
  if (variable?.type === 'date') return textField({ ...shared, type: 'date', commit: (text) => change({ value: writeValue(text, 'date') }) });
  if (variable?.options) return selectField({ ...shared, options: variable.options, commit: (value) => change({ value: writeValue(value, variable.type) }) });
  return textField({ ...shared, commit: (text) => change({ value: writeValue(text, variable?.type) }) });
}

// FEEL with the names that fit what is being typed, as buttons that complete it.
export function feelArea({ name = 'feel', label = 'Expression (FEEL)', text, names, commit }) {
  const area = make('textarea', { class: 'form-control rf-feel', rows: 3, spellcheck: 'false', 'aria-label': label, 'data-field': name });
  area.value = text;
  const fitting = make('div', { class: 'rf-names', role: 'group', 'aria-label': 'Names that fit' });
  const suggest = () => {
    const typed = /[A-Za-z_][\w.]*$/.exec(area.value.slice(0, area.selectionStart))?.[0] ?? '';
    const found = names.filter((each) => each.name.toLowerCase().includes(typed.toLowerCase()) && each.name !== typed).slice(0, 8);
    fitting.replaceChildren(...found.map((each) => nameButton(area, each, typed)));
  };
  area.addEventListener('input', suggest);
  area.addEventListener('focus', suggest);
  whenChanged(area, () => area.value.trim(), commit);
  return make('div', {}, area, fitting);
}

function nameButton(area, { name, label }, typed) {
  const button = make('button', { type: 'button', class: 'rf-name', title: label || name }, name);
  // The field must not lose the focus, or it would hand over half a name.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', () => {
    const end = area.selectionStart;
    area.setRangeText(name, end - typed.length, end, 'end');
    area.focus();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return button;
}
