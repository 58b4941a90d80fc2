// What the panel asks about an element, in HR's words: groups of fields, by what the element is.
import { areaField, checkField, reminderField, rowsField, selectField, textField, timeField } from './fields.js';
import { conditionField } from './conditions.js';
import { ask, element as make } from '../page.js';
import { approval, asksSeveral } from './approval.js';
import { correlated, event } from './events.js';
import { repetition } from './repetition.js';

// { title, fields } for the selected element; `more` is what the panel remembers while it stays selected.
export function listGroups(model, vocabulary, element, more) {
  const groups = [general(model, element)];
  for (const [type, describe] of BY_TYPE) if (model.is(element, type)) groups.push(...describe({ model, vocabulary, element, more }));
  groups.push(documentation(model, element));
  return groups.filter(({ fields }) => fields.length);
}

const BY_TYPE = [
  ['Process', process],
  ['UserTask', person],
  ['ManualTask', person],
  ['ServiceTask', machine],
  ['SendTask', machine],
  ['BusinessRuleTask', decision],
  ['ScriptTask', script],
  ['ReceiveTask', message],
  ['CallActivity', call],
  ['Event', event],
  ['ExclusiveGateway', ways],
  ['InclusiveGateway', ways],
  ['SequenceFlow', flow],
  ['Activity', repetition],
];

function general(model, element) {
  const type = model.of(element);
  const fields = [textField({ name: 'name', label: 'Name', value: model.get(element, 'name'), commit: (name) => model.set(element, { name }) })];
  if (type.$instanceOf('bpmn:TextAnnotation')) {
    fields[0] = areaField({ name: 'text', label: 'Note', value: model.get(element, 'text'), commit: (text) => model.set(element, { text }) });
  }
  return { title: '', fields };
}

function documentation(model, element) {
  return {
    title: 'Explanation',
    closed: true,
    fields: [areaField({ name: 'documentation', label: 'What everybody should know about it', value: model.documentation(element), rows: 3, commit: (text) => model.setDocumentation(element, text) })],
  };
}

function attribute(model, element, name) {
  return { name, value: model.get(element, `rf:${name}`), commit: (value) => model.set(element, { [`rf:${name}`]: value }) };
}

function process({ model, vocabulary, element }) {
  const rows = model.rows(element, 'rf:Variable');
  return [{
    title: 'What the process knows',
    fields: [rowsField({
      name: 'variables',
      label: 'Variables',
      hint: 'Conditions and decision tables use these names. Once one is declared, every name is checked.',
      rows,
      add: 'Add a variable',
      columns: [
        { name: 'name', label: 'Name' },
        { name: 'type', label: 'Type', options: vocabulary.types, start: 'string' },
        { name: 'label', label: 'What people call it' },
        { name: 'example', label: 'Example' },
      ],
      commit: (values) => model.setRows(element, 'rf:Variable', values.map(withoutEmpty)),
    })],
  }];
}

function person({ model, vocabulary, element }) {
  const [first, ...parts] = vocabulary.parts.map((part) => asked(model, vocabulary, element, part));
  return [
    { ...first, fields: [...who(model, vocabulary, element), ...first.fields] },
    approval(model, vocabulary, element),
    ...parts,
    answers(model, vocabulary, element),
  ];
}

function who(model, vocabulary, element) {
  const actor = vocabulary.actors.find(({ name }) => name === model.get(element, 'rf:actor'));
  const fields = [selectField({
    ...attribute(model, element, 'actor'),
    label: 'Who does this?',
    hint: 'Worked out for each person when the task is handed out.',
    options: vocabulary.actors.filter(({ several }) => several === asksSeveral(model, element)),
    commit: (name) => model.set(element, { 'rf:actor': name, 'rf:actorArgument': undefined }),
  })];
  if (actor?.argument) fields.push(argument(model, vocabulary, element, actor));
  return fields;
}

function argument(model, vocabulary, element, actor) {
  const shared = { ...attribute(model, element, 'actorArgument'), label: `Which? ${actor.argument[0].toUpperCase()}${actor.argument.slice(1)}` };
  if (actor.name === 'committee') return selectField({ ...shared, label: 'Which committee?', hint: 'HR keeps them on the page “Committees”.', options: vocabulary.committees });
  if (actor.name === 'group' || actor.name === 'everybody of group') return selectField({ ...shared, label: 'Which group?', options: vocabulary.groups });
  if (actor.name === 'person who did') {
    const registry = model.modeler.get('elementRegistry');
    const steps = registry.filter((each) => each.type === 'bpmn:UserTask' && each !== element);
    return selectField({ ...shared, label: 'Which step?', options: steps.map(({ id, businessObject }) => ({ name: id, label: businessObject.name || id })) });
  }
  return textField(shared);
}

// The questions under one heading, as `workflows/designs/questions.py` lists them for this panel and the step list.
function asked(model, vocabulary, element, { title, closed, questions }) {
  const here = questions.filter(({ only }) => (only === 'one person' ? !asksSeveral(model, element) : !only || model.get(element, 'rf:actor') === only));
  const fields = here.flatMap((question) => [field(model, vocabulary, element, question), ...(question.name === 'form' ? [formDoor(model, vocabulary, element)] : [])]);
  return { title, closed, fields };
}

function field(model, vocabulary, element, { name, label, kind, hint, none, options, source, value }) {
  const shared = { ...attribute(model, element, name), label, hint };
  if (kind === 'choice') return selectField({ ...shared, options: source ? vocabulary[source] : options, none });
  if (kind === 'time') return timeField(shared);
  if (kind === 'reminders') return reminderField(shared);
  if (kind === 'text') return textField(shared);
  // Of a setting that is yes or no, the diagram keeps the boolean.
  const on = value === 'true' || value;
  return checkField({ ...shared, value: shared.value === on, commit: (isOn) => model.set(element, { [`rf:${name}`]: isOn ? on : undefined }) });
}

// The way to the form of the step; a step without one gets a form that is called as the step is.
function formDoor(model, vocabulary, element) {
  const form = model.get(element, 'rf:form');
  const known = vocabulary.forms.some(({ name }) => name === form);
  if (form) return make('div', { class: 'rf-field' }, ...(known ? [door(`${vocabulary.formsAddress}/${encodeURIComponent(form)}`, 'Open the form')] : []));
  const take = async (about) => {
    const made = await (await ask(vocabulary.formsAddress, { method: 'POST', body: new URLSearchParams(about) })).json();
    if (!vocabulary.forms.some(({ name }) => name === made.name)) vocabulary.forms.push(made);
    model.set(element, { 'rf:form': made.name });
  };
  const title = (model.get(element, 'name') || 'New form').slice(0, 120);
  const ready = vocabulary.ready.filter(({ name }) => !vocabulary.forms.some((form) => form.name === name));
  return make('div', {},
    maker('new-form', 'Make a form for this step', () => take({ title })),
    ...ready.map(({ name, label }) => maker(`ready-${name}`, `Take the form “${label}”`, () => take({ ready: name }))));
}

function tableDoor(model, vocabulary, element) {
  const decision = model.get(element, 'rf:decision');
  const known = vocabulary.decisions.find(({ name }) => name === decision);
  if (decision) return make('div', { class: 'rf-field' }, ...(known ? [door(`${vocabulary.tablesAddress}/${encodeURIComponent(known.file)}`, 'Open the table')] : []));
  return maker('new-table', 'Make a table for this step', async () => {
    const body = new URLSearchParams({ title: (model.get(element, 'name') || 'New table').slice(0, 120) });
    const made = await (await ask(vocabulary.tablesAddress, { method: 'POST', body })).json();
    vocabulary.decisions.push(made);
    model.set(element, { 'rf:decision': made.name });
  });
}

function door(href, text) {
  return make('a', { class: 'btn btn-sm', href, 'data-leaves': true }, text);
}

// A button that has something made by the server; a refusal is shown below it.
function maker(name, text, action) {
  const button = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': name }, text);
  const problem = make('p', { class: 'invalid-feedback d-block', role: 'alert' });
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await action();
    } catch (refusal) {
      problem.textContent = refusal.message;
      button.disabled = false;
    }
  });
  return make('div', { class: 'rf-field' }, button, problem);
}

function answers(model, vocabulary, element) {
  const form = vocabulary.forms.find(({ name }) => name === model.get(element, 'rf:form'));
  return { title: 'What is kept of the answers', closed: !model.rows(element, 'rf:Set').length, fields: [pairs({
    model, element, type: 'rf:Set', name: 'sets', label: 'Variables', add: 'Keep a value',
    hint: 'Conditions later in the process can use them.', first: 'Variable', second: 'Becomes (answer or expression)',
    firstList: model.names(vocabulary), secondList: asksSeveral(model, element) ? vocabulary.approvals.answers : (form?.keys ?? []).map((key) => ({ name: key })),
  })] };
}

function pairs({ model, element, type, name, label, hint, add, first, second, firstList, secondList }) {
  return rowsField({
    name, label, hint, add,
    rows: model.rows(element, type),
    columns: [{ name: 'name', label: first, list: firstList }, { name: 'value', label: second, list: secondList }],
    commit: (values) => model.setRows(element, type, values),
  });
}

function machine({ model, vocabulary, element }) {
  return [{
    title: 'What is done',
    fields: [
      selectField({ ...attribute(model, element, 'handler'), label: 'What does Reviewflow do here?', options: vocabulary.handlers }),
      pairs({ model, element, type: 'rf:Parameter', name: 'parameters', label: 'With these values', add: 'Add a value', first: 'Name', second: 'Value (expression)', firstList: [], secondList: model.names(vocabulary) }),
    ],
  }];
}

function decision({ model, vocabulary, element }) {
  return [{
    title: 'Decision table',
    fields: [
      selectField({ ...attribute(model, element, 'decision'), label: 'Which table answers?', options: vocabulary.decisions }),
      tableDoor(model, vocabulary, element),
      textField({ ...attribute(model, element, 'result'), label: 'Variable for the answer', list: model.names(vocabulary) }),
    ],
  }];
}

function script({ model, element }) {
  return [{
    title: 'Values',
    fields: [areaField({ name: 'script', label: 'One line each: name = expression', value: model.get(element, 'script'), rows: 4, commit: (text) => model.set(element, { script: text, scriptFormat: 'feel' }) })],
  }];
}

function call({ model, vocabulary, element }) {
  const values = (type, name, label, add) => pairs({ model, element, type, name, label, add, first: 'Name', second: 'Value (expression)', firstList: [], secondList: model.names(vocabulary) });
  return [{
    title: 'Which process',
    fields: [
      selectField({ name: 'called', label: 'Runs', hint: 'Its newest version at that moment.', value: model.get(element, 'calledElement'), options: vocabulary.processes, commit: (calledElement) => model.set(element, { calledElement }) }),
      values('rf:In', 'in', 'What it is given', 'Give it a value'),
      values('rf:Out', 'out', 'What it brings back', 'Take a value'),
    ],
  }];
}

function message({ model, element }) {
  return [{ title: 'What it waits for', fields: correlated({ model, element, definition: model.of(element) }) }];
}

function ways({ model, element }) {
  const outgoing = model.of(element).outgoing ?? [];
  if (outgoing.length < 2) return [];
  const options = outgoing.map((each) => ({ name: each.id, label: each.name || `to ${each.targetRef?.name || each.targetRef?.id}` }));
  return [{
    title: 'Ways',
    fields: [selectField({
      name: 'default', label: 'Which way when no condition holds?', value: model.of(element).default?.id ?? '', options,
      commit: (id) => model.set(element, { default: outgoing.find((each) => each.id === id) }),
    })],
  }];
}

function flow({ model, vocabulary, element, more }) {
  const object = model.of(element);
  const source = object.sourceRef;
  if (!source || !/ExclusiveGateway|InclusiveGateway/.test(source.$type)) return [];
  const isDefault = source.default === object;
  const shape = model.modeler.get('elementRegistry').get(source.id);
  const fields = [checkField({
    name: 'otherwise', label: 'Taken when no other condition holds', value: isDefault,
    commit: (on) => {
      if (on && object.conditionExpression) model.set(element, { conditionExpression: undefined });
      model.set(shape, { default: on ? object : undefined });
    },
  })];
  if (!isDefault) {
    fields.push(conditionField({
      text: object.conditionExpression?.body ?? '', names: [...model.names(vocabulary), ...model.answers(vocabulary)], asFeel: more.asFeel, setAsFeel: more.setAsFeel,
      commit: (text) => model.set(element, { conditionExpression: model.expression(text, object) }),
    }));
  }
  return [{ title: 'When', fields }];
}

function withoutEmpty(row) {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ''));
}
