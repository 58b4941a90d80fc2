// How often a step is done: once, for each of some people, for each of a list, so many times, or again and again.
import { checkField, rowsField, selectField, textField } from './fields.js';

const MULTI = 'bpmn:MultiInstanceLoopCharacteristics';
const LOOP = 'bpmn:StandardLoopCharacteristics';
const KINDS = [
  { name: 'once', label: 'Once' },
  { name: 'over', label: 'For each of some people' },
  { name: 'items', label: 'For each of a list' },
  { name: 'number', label: 'So many times' },
  { name: 'loop', label: 'Again and again' },
];

function kindOf(loop) {
  if (!loop) return 'once';
  if (loop.$instanceOf(LOOP)) return 'loop';
  if (loop.get('rf:over') !== undefined) return 'over';
  return loop.loopCardinality ? 'number' : 'items';
}

function begin(model, element, kind) {
  const parent = model.of(element);
  if (kind === 'once') return undefined;
  if (kind === 'loop') {
    const loop = model.create(LOOP, { loopMaximum: 10 }, parent);
    loop.loopCondition = model.expression('loopCounter < 3', loop);
    return loop;
  }
  const loop = model.create(MULTI, { over: { 'rf:over': 'participants' }, items: { 'rf:items': '[]', 'rf:item': 'item' }, number: {} }[kind], parent);
  if (kind === 'number') loop.loopCardinality = model.expression('2', loop);
  return loop;
}

export function repetition({ model, vocabulary, element }) {
  const loop = model.of(element).loopCharacteristics;
  const kind = kindOf(loop);
  const isGroup = model.is(element, 'SubProcess');
  // People are gone through by a group of steps; anything else repeats over what the case knows.
  const kinds = KINDS.filter(({ name }) => name !== 'over' || isGroup || kind === 'over');
  const fields = [selectField({
    name: 'repeats', label: 'How often', value: kind, none: '', options: kinds,
    commit: (name) => name && model.set(element, { loopCharacteristics: begin(model, element, name) }),
  })];
  if (loop) fields.push(...DETAILS[kind]({ model, vocabulary, element, loop }), ...(kind === 'loop' ? [] : members({ model, vocabulary, element, loop })));
  return [{ title: isGroup ? 'For whom' : 'How often', closed: !loop && !isGroup, fields }];
}

const DETAILS = {
  over: ({ model, vocabulary, element, loop }) => [
    selectField({ name: 'over', label: 'Runs once for …', hint: 'Each at their own pace; the process goes on when all are through.', value: loop.get('rf:over') ?? '', options: vocabulary.populations, commit: (name) => name && model.setIn(element, loop, { 'rf:over': name }) }),
    checkField({ name: 'closes', label: 'Each case is closed at its end', value: loop.get('rf:closes') === 'case', commit: (on) => model.setIn(element, loop, { 'rf:closes': on ? 'case' : undefined }) }),
  ],
  items: ({ model, vocabulary, element, loop }) => [
    textField({ name: 'items', label: 'For each of (a list)', value: loop.get('rf:items') ?? '', list: model.names(vocabulary), commit: (text) => model.setIn(element, loop, { 'rf:items': text || undefined }) }),
    textField({ name: 'item', label: 'Called', hint: 'The steps know each one by this name.', value: loop.get('rf:item') ?? '', commit: (text) => model.setIn(element, loop, { 'rf:item': text || undefined }) }),
  ],
  number: ({ model, element, loop }) => [
    textField({ name: 'number', label: 'How many times', hint: 'A number, or an expression that gives one.', value: loop.loopCardinality?.body ?? '', commit: (text) => model.setIn(element, loop, { loopCardinality: model.expression(text || '1', loop) }) }),
  ],
  loop: ({ model, element, loop }) => [
    textField({ name: 'while', label: 'As long as', hint: 'loopCounter is the number of the round, from 1. Each round begins with an empty form.', value: loop.loopCondition?.body ?? '', commit: (text) => model.setIn(element, loop, { loopCondition: model.expression(text, loop) }) }),
    textField({ name: 'most', label: 'At most so many rounds', type: 'number', value: loop.loopMaximum ?? '', commit: (text) => model.setIn(element, loop, { loopMaximum: text ? Number(text) : undefined }) }),
    checkField({ name: 'before', label: 'Asked before each round', hint: 'Otherwise it is done at least once.', value: loop.testBefore, commit: (on) => model.setIn(element, loop, { testBefore: on || undefined }) }),
  ],
};

function members({ model, vocabulary, element, loop }) {
  return [
    checkField({ name: 'sequential', label: 'One after the other', value: loop.isSequential, commit: (on) => model.setIn(element, loop, { isSequential: on || undefined }) }),
    textField({ name: 'completion', label: 'Goes on when', hint: 'Empty: when all are done. For instance: done / total >= 0.8', value: loop.completionCondition?.body ?? '', commit: (text) => model.setIn(element, loop, { completionCondition: model.expression(text, loop) }) }),
    rowsField({
      name: 'collect', label: 'What is collected', hint: 'A list, with one value of each.', rows: model.rows(element, 'rf:Collect'), add: 'Collect a value',
      columns: [{ name: 'name', label: 'List' }, { name: 'value', label: 'Value of each (expression)', list: model.names(vocabulary) }],
      commit: (values) => model.setRows(element, 'rf:Collect', values),
    }),
  ];
}
