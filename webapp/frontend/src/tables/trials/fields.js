// A value of the grid: chosen from a list, or typed as people write it; kept as FEEL.
import { element as make } from '../../designer/page.js';
import { whenChanged } from '../../designer/panel/fields.js';
import { decisionOf, isTable } from '../editor.js';
import { quote, readChoices } from '../panel/columns.js';

const LISTS = ['COLLECT', 'RULE ORDER', 'OUTPUT ORDER'];
const DATE = /^date\("(\d{4}-\d\d-\d\d)"\)$/;

// How a value is written: by the type and the choices of the column that is about it.
export function kindOf(editor, { name, type }, isAnswer = false) {
  const { decisionLogic: table, variable } = decisionOf(editor);
  if (!isTable(decisionOf(editor))) return { type: isAnswer ? variable?.typeRef : type };
  const output = isAnswer ? table.get('output').find((one) => one.name === name) ?? table.get('output')[0] : null;
  const input = isAnswer ? null : table.get('input').find(({ inputExpression }) => inputExpression?.text === name);
  if (isAnswer && LISTS.includes(table.hitPolicy)) return { type: table.aggregation ? 'number' : 'Any' };
  const wanted = output?.typeRef ?? input?.inputExpression?.typeRef ?? type;
  return { type: wanted, choices: readChoices(output?.outputValues ?? input?.inputValues) ?? [] };
}

export function valueField({ name, label, kind, value, commit }) {
  const [read, write] = WAYS[kind.type] ?? PLAIN;
  const shown = read(value);
  const plain = shown === null;
  const options = kind.type === 'boolean' ? [['true', 'Yes'], ['false', 'No']] : kind.type === 'string' ? kind.choices?.map((text) => [text, text]) : [];
  const input = options?.length && !plain ? choosing(options, shown) : make('input', { class: 'form-control', type: kind.type === 'date' && !plain ? 'date' : 'text', inputmode: kind.type === 'number' ? 'decimal' : undefined, autocomplete: 'off', spellcheck: 'false' });
  input.value = plain ? value : shown;
  input.dataset.field = name;
  if (plain) input.dataset.feel = '';
  input.setAttribute('aria-label', label);
  whenChanged(input, () => input.value.trim(), (text) => commit(text === '' || plain ? text : write(text)));
  return input;
}

function choosing(options, shown) {
  const all = [['', '–'], ...options, ...(shown && !options.some(([value]) => value === shown) ? [[shown, shown]] : [])];
  return make('select', { class: 'form-select' }, ...all.map(([value, text]) => make('option', { value }, text)));
}

function unquote(text) {
  try {
    const read = text ? JSON.parse(text) : '';
    return typeof read === 'string' ? read : null;
  } catch {
    return null;
  }
}

// By type: how FEEL is shown (null: as the expression it is), and how what is typed becomes FEEL.
const PLAIN = [(text) => text, (text) => text];
const WAYS = {
  string: [unquote, quote],
  date: [(text) => (text ? DATE.exec(text)?.[1] ?? null : ''), (text) => `date("${text}")`],
};
