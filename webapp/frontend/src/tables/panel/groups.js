// What the panel asks about the table.
import { areaField, checkField, selectField, textField } from '../../designer/panel/fields.js';
import { fileGroup } from '../../designer/panel/file.js';
import { element as make } from '../../designer/page.js';
import { nameOf, removeDecision } from '../decisions.js';
import { speak } from '../words.js';
import { readChoices } from './columns.js';

const POLICIES = [
  ['UNIQUE', 'Unique'], ['FIRST', 'First'], ['ANY', 'Any'], ['PRIORITY', 'Priority'], ['COLLECT', 'Collect'], ['COLLECT/SUM', 'Collect (Sum)'], ['COLLECT/MIN', 'Collect (Min)'],
  ['COLLECT/MAX', 'Collect (Max)'], ['COLLECT/COUNT', 'Collect (Count)'], ['RULE ORDER', 'Rule order'], ['OUTPUT ORDER', 'Output order'],
].map(([name, word]) => ({ name, label: speak(word) }));

export function listGroups(columns, vocabulary, asked) {
  const logic = columns.isTable ? [general(columns), questions(columns, vocabulary), answers(columns, vocabulary)] : [expression(columns, vocabulary)];
  return [...logic, ...(columns.others.length ? [uses(columns), decisionRemoval(columns)] : []), fileGroup({ noun: 'file', asked, unused: 'No step asks a decision of this file.', closed: true })];
}

function nameField(columns) {
  return textField({ name: 'title', label: 'Name', value: columns.decision.name ?? '', commit: (name) => columns.rename(name) });
}

function expression(columns, vocabulary) {
  const type = columns.decision.variable?.typeRef;
  return {
    title: 'The expression',
    fields: [
      nameField(columns),
      selectField({ name: 'type', label: 'What it answers with', none: 'Anything', value: type ?? '', options: typesOf(vocabulary), commit: (chosen) => columns.answerWith(chosen || undefined) }),
    ],
  };
}

function uses(columns) {
  const fields = columns.others.map((other) => checkField({ name: `use-${other.id}`, label: nameOf(other), value: columns.isUsed(other), commit: (chosen) => columns.use(other, chosen) }));
  return { title: 'Whose answer it uses', fields };
}

function decisionRemoval(columns) {
  const users = columns.users.map((other) => `“${nameOf(other)}”`).join(', ');
  if (users) return { title: 'This decision', closed: true, fields: [make('p', { class: 'text-secondary' }, `Its answer is used by ${users}.`)] };
  const button = make('button', { type: 'button', class: 'btn', 'data-field': 'decision-away' }, 'Take this decision away');
  button.addEventListener('click', () => removeDecision(columns.editor));
  return { title: 'This decision', closed: true, fields: [button] };
}

function general(columns) {
  const { hitPolicy, aggregation } = columns.table;
  return {
    title: 'The table',
    fields: [
      nameField(columns),
      selectField({
        name: 'policy', label: 'Which row decides?', none: POLICIES[0].label, value: aggregation ? `${hitPolicy}/${aggregation}` : hitPolicy === 'UNIQUE' ? '' : hitPolicy,
        options: POLICIES.slice(1), commit: (policy) => columns.decideBy(policy || 'UNIQUE'),
      }),
    ],
  };
}

function questions(columns, vocabulary) {
  const inputs = columns.table.get('input');
  const boxes = inputs.map((input, index) => question(columns, vocabulary, input, index));
  const used = new Set(inputs.map(({ inputExpression }) => inputExpression?.text));
  const more = selectField({
    name: 'ask', label: 'Add a question about', none: 'Choose …', value: '',
    options: [...columns.known().filter(({ name }) => !used.has(name)).map(({ name, label }) => ({ name, label })), { name: '=', label: 'An expression of your own' }],
    commit: (name) => name && columns.ask(name === '=' ? '' : name),
  });
  return { title: 'What it asks', fields: [...boxes, more] };
}

function question(columns, vocabulary, input, index) {
  const number = index + 1;
  const expression = input.inputExpression ?? {};
  return box(columns, input, `Question ${number}`, [
    textField({ name: `look-${input.id}`, label: `Question ${number}: what is looked at`, value: expression.text ?? '', list: columns.known(), commit: (text) => columns.look(input, { text }) }),
    textField({ name: `label-${input.id}`, label: `Question ${number}: title of the column`, value: input.label ?? '', commit: (label) => columns.set(input, { label: label || undefined }) }),
    selectField({ name: `type-${input.id}`, label: `Question ${number}: type`, none: 'Anything', value: expression.typeRef ?? '', options: typesOf(vocabulary), commit: (typeRef) => columns.look(input, { typeRef: typeRef || undefined }) }),
    ...choices(columns, input, input.inputValues, expression.typeRef, `Question ${number}`),
  ]);
}

function answers(columns, vocabulary) {
  const outputs = columns.table.get('output');
  const add = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': 'answer-add' }, 'Add an answer');
  add.addEventListener('click', () => columns.answer());
  const boxes = outputs.map((output, index) => {
    const number = index + 1;
    return box(columns, output, `Answer ${number}`, [
      textField({ name: `name-${output.id}`, label: `Answer ${number}: name in expressions`, value: output.name ?? '', commit: (name) => columns.set(output, { name }) }),
      textField({ name: `label-${output.id}`, label: `Answer ${number}: title of the column`, value: output.label ?? '', commit: (label) => columns.set(output, { label: label || undefined }) }),
      selectField({ name: `type-${output.id}`, label: `Answer ${number}: type`, none: 'Anything', value: output.typeRef ?? '', options: typesOf(vocabulary), commit: (typeRef) => columns.set(output, { typeRef: typeRef || undefined }) }),
      ...choices(columns, output, output.outputValues, output.typeRef, `Answer ${number}`),
    ], outputs.length > 1);
  });
  return { title: 'What it answers', fields: [...boxes, add] };
}

function typesOf({ types }) {
  return types.filter(({ name }) => !['list', 'context'].includes(name));
}

// Only texts have choices here; a list that is no list of texts is kept, and changed in the table.
function choices(columns, clause, values, type, what) {
  const read = readChoices(values);
  if (type !== 'string' || read === null) return [];
  const split = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);
  return [areaField({ name: `choices-${clause.id}`, label: `${what}: choices, one a line`, value: read.join('\n'), commit: (text) => columns.choose(clause, split(text)) })];
}

function box(columns, clause, what, fields, removable = true) {
  const parts = [...fields];
  if (removable) {
    const away = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': `away-${clause.id}` }, `Take ${what.toLowerCase()} away`);
    away.addEventListener('click', () => columns.remove(clause));
    parts.push(away);
  }
  return make('fieldset', { class: 'rf-table-column' }, make('legend', { class: 'form-label' }, clause.label || clause.name || what), ...parts);
}
