// What the panel asks about a question, in HR's words: groups of fields, by what kind it is.
import { element as make } from '../../designer/page.js';
import { fileGroup } from '../../designer/panel/file.js';
import { areaField, checkField, rowsField, selectField, textField } from '../../designer/panel/fields.js';
import { shownWhen } from './showing.js';

const TEXTS = [{ name: 'email', label: 'an e-mail address' }, { name: 'phone', label: 'a phone number' }];
const MOMENTS = [{ name: 'date', label: 'A day' }, { name: 'time', label: 'A time of day' }, { name: 'datetime', label: 'A day and a time' }];
const WIDTHS = [
  { name: '4', label: 'A quarter of the row' },
  { name: '5', label: 'A third of the row' },
  { name: '6', label: 'Three eighths of the row' },
  { name: '8', label: 'Half of the row' },
  { name: '10', label: 'Five eighths of the row' },
  { name: '12', label: 'Three quarters of the row' },
];

// Fields stay on the page while their question does: what they hand over is put together from what the form says then.
// { title, fields } for the chosen question, or for the form.
export function listGroups(model, vocabulary, field, more) {
  const context = { model, vocabulary, field, more };
  if (field.type === 'default') return [form(context), readers(context), use(context)];
  const groups = [general(context), answers(context), shownWhen(context)];
  if (model.isKeyed(field) || ['group', 'dynamiclist'].includes(field.type)) groups.push(readers(context));
  groups.push(place(context), technical(context));
  return groups.filter(({ fields }) => fields.length);
}

function form({ model, field }) {
  return { title: '', fields: [textField({ name: 'name', label: 'Name of the form', value: field.name ?? '', commit: (name) => model.set(field, { name }) })] };
}

function use({ more }) {
  return fileGroup({ noun: 'form', asked: more.asked, unused: 'No step asks this form yet. Choose it at a step of the diagram.' });
}

function general({ model, field }) {
  if (field.type === 'separator') return { title: '', fields: [] };
  if (field.type === 'text') {
    return { title: '', fields: [areaField({ name: 'text', label: 'Text', hint: '## makes a heading, **bold**, - a list.', value: field.text ?? '', rows: 6, commit: (text) => model.set(field, { text }) })] };
  }
  const fields = [
    areaField({ name: 'label', label: model.isKeyed(field) ? 'Question' : 'Heading', value: field[labelName(field)] ?? '', commit: (text) => model.setLabel(field, labelName(field), text) }),
    areaField({ name: 'description', label: 'Help below it', value: field.description ?? '', commit: (description) => model.set(field, { description }) }),
  ];
  if (field.type !== 'group') fields.push(validation(model, field, 'required', REQUIRED[field.type] ?? 'Must be answered'));
  return { title: '', fields };
}

function labelName({ type, label, subtype }) {
  if (type !== 'datetime' || label) return 'label';
  return subtype === 'time' ? 'timeLabel' : 'dateLabel';
}

const REQUIRED = { checkbox: 'Must be ticked', competencies: 'Every one needs a level', goals: 'At least one is needed', evidence: 'At least one is needed', dynamiclist: 'At least one is needed' };

function validation(model, field, name, label) {
  return checkField({ name, label, value: field.validate?.[name], commit: (on) => model.setIn(field, 'validate', { [name]: on }) });
}

function number(model, field, name, label, extra = {}) {
  return textField({ name, label, value: field.validate?.[name] ?? '', commit: (text) => model.setIn(field, 'validate', { [name]: figure(text) }), ...extra });
}

// A number is written as one; an expression or a mistake stays as it was typed, and the checks say what is wrong with it.
function figure(text) {
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
}

function own(model, field, name, label, extra = {}) {
  return textField({ name, label, value: field[name] ?? '', commit: (text) => model.set(field, { [name]: figure(text) }), ...extra });
}

const lengths = ({ model, field }) => [number(model, field, 'minLength', 'At least so many characters'), number(model, field, 'maxLength', 'At most so many characters')];
const limits = ({ model, field }) => [number(model, field, 'min', 'Not less than'), number(model, field, 'max', 'Not more than')];
const sizes = (noun) => ({ model, field }) => [number(model, field, 'minItems', `At least so many ${noun}`), number(model, field, 'maxItems', `At most so many ${noun}`)];

const ANSWERS = {
  textfield: (context) => [
    selectField({ name: 'kind', label: 'It must be', value: context.field.validate?.validationType ?? '', none: 'any text', options: TEXTS, commit: (validationType) => context.model.setIn(context.field, 'validate', { validationType }) }),
    ...lengths(context),
  ],
  textarea: lengths,
  number: (context) => [
    ...limits(context),
    own(context.model, context.field, 'decimalDigits', 'Digits after the point', { hint: '0 for whole numbers; empty for any.' }),
    textField({ name: 'unit', label: 'Unit', hint: 'Shown behind it: %, days.', value: context.field.appearance?.suffixAdorner ?? '', commit: (suffixAdorner) => context.model.setIn(context.field, 'appearance', { suffixAdorner }) }),
  ],
  money: (context) => [currencies(context), ...limits(context)],
  datetime: ({ model, field }) => [
    selectField({ name: 'subtype', label: 'It is', value: field.subtype ?? 'date', none: '', options: MOMENTS, commit: (subtype) => subtype && model.set(field, { subtype }) }),
    checkField({ name: 'no-past', label: 'Not in the past', value: field.disallowPassedDates, commit: (on) => model.set(field, { disallowPassedDates: on || undefined }) }),
  ],
  radio: (context) => [options(context, 'Choices', 'Add a choice')],
  select: (context) => [options(context, 'Choices', 'Add a choice')],
  checklist: (context) => [options(context, 'Choices', 'Add a choice'), ...sizes('choices')(context)],
  taglist: (context) => [options(context, 'Choices', 'Add a choice'), ...sizes('choices')(context)],
  rating: scale,
  competencies: (context) => [
    options(context, 'Competencies', 'Add a competency', [{ name: 'description', label: 'What it means' }]),
    checkField({ name: 'comments', label: 'Each with a comment: where did it show?', value: context.field.comments !== false, commit: (on) => context.model.set(context.field, { comments: on ? undefined : false }) }),
    ...scale(context),
  ],
  goals: (context) => [...weights(context), ...sizes('goals')(context), ...beginning(context)],
  evidence: (context) => [...sizes('examples')(context), ...beginning(context)],
  dynamiclist: (context) => [...sizes('rows')(context), ...beginning(context)],
  group: ({ model, field }) => [checkField({ name: 'outline', label: 'With a frame around it', value: field.showOutline, commit: (on) => model.set(field, { showOutline: on }) })],
};

function answers(context) {
  return { title: context.field.type === 'group' ? 'Look' : 'Answers', fields: ANSWERS[context.field.type]?.(context) ?? [] };
}

function beginning({ model, field }) {
  return [own(model, field, 'defaultRepetitions', 'Rows to begin with')];
}

function weights({ model, field }) {
  const on = field.weights !== false;
  const fields = [checkField({ name: 'weights', label: 'Each goal has a weight', value: on, commit: (checked) => model.set(field, { weights: checked ? true : false }) })];
  if (on) fields.push(own(model, field, 'totalWeight', 'The weights must sum to', { hint: '100 counts them in per cent.' }));
  return fields;
}

function currencies({ model, field }) {
  const value = (field.currencies ?? [field.currency]).filter(Boolean).join(', ');
  return textField({
    name: 'currencies', label: 'Currencies', hint: 'For instance: EUR, CHF. The first one is proposed.', value,
    commit: (text) => {
      if (text.startsWith('=')) model.set(field, { currency: text, currencies: undefined });
      else model.set(field, { currencies: text.toUpperCase().split(/[\s,;]+/).filter(Boolean), currency: undefined });
    },
  });
}

function scale({ model, field }) {
  const labels = Array.isArray(field.labels) ? field.labels : [];
  const named = labels.length > 0;
  const fields = [
    textField({ name: 'points', label: 'Points of the scale, 2 to 10', value: field.points ?? 5, commit: (text) => model.set(field, { points: figure(text), labels: field.labels?.length ? fit(field.labels, Number(text)) : undefined }) }),
    checkField({ name: 'named', label: 'Each point has a name', value: named, commit: (on) => model.set(field, { labels: on ? fit([], Number(field.points)) : undefined }) }),
  ];
  if (named) {
    labels.forEach((text, at) => fields.push(textField({ name: `point-${at}`, label: `Name of point ${at + 1}`, value: text, commit: (name) => model.set(field, { labels: field.labels.map((each, index) => (index === at ? name : each)) }) })));
    return fields;
  }
  return [...fields, own(model, field, 'lowLabel', 'Words at the low end'), own(model, field, 'highLabel', 'Words at the high end')];
}

function fit(labels, points) {
  const count = Math.min(Math.max(points || 5, 2), 10);
  return Array.from({ length: count }, (_each, at) => labels[at] ?? `Level ${at + 1}`);
}

// What an option says besides, for another tool, stays with its value.
function options({ model, field }, label, add, columns = []) {
  if (field.valuesKey || field.valuesExpression) {
    return textField({ name: 'source', label: `${label}: where they come from`, hint: 'An expression that gives a list.', value: field.valuesExpression ?? field.valuesKey, commit: (text) => model.set(field, { valuesExpression: text }) });
  }
  const rows = (Array.isArray(field.values) ? field.values : []).map((option) => (option !== null && typeof option === 'object' ? option : { value: option, label: String(option) }));
  return rowsField({
    name: 'options', label, add, rows,
    columns: [{ name: 'label', label: 'What people read' }, ...columns, { name: 'value', label: 'Kept as' }],
    commit: (values) => model.set(field, { values: values.map((row, at) => kept(model, row, rows, values, at)) }),
  });
}

function kept(model, row, before, all, at) {
  const old = before.find(({ value }) => String(value) === String(row.value));
  const cleaned = Object.fromEntries(Object.entries(row).filter(([name, text]) => text !== '' || name === 'label'));
  const value = row.value === '' || model.followsLabel(row.value, old?.label, row.label) ? model.madeValue(freeValue(row.label, all, at)) : old ? old.value : row.value;
  return { ...old, ...(row.description === '' ? { description: undefined } : {}), ...cleaned, value };
}

function freeValue(label, all, at) {
  const stem = label.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40) || `choice_${at + 1}`;
  const taken = new Set(all.filter((_row, index) => index !== at).map(({ value }) => String(value)));
  let value = stem;
  for (let number = 2; taken.has(value); number += 1) value = `${stem}_${number}`;
  return value;
}

function readers({ model, vocabulary, field }) {
  const isForm = field.type === 'default';
  const properties = field.properties ?? {};
  const own = isForm || 'visibleTo' in properties || 'from' in properties;
  const { readers: chosen, since } = model.contract(field);
  const write = (change) => {
    const { readers: names, since: from } = model.contract(field);
    const next = { names, from, ...change(names) };
    const visibleTo = vocabulary.readers.map(({ name }) => name).filter((name) => next.names.has(name)).join(' ');
    model.set(field, { properties: { ...field.properties, visibleTo, from: next.from } });
  };
  const fields = [];
  if (!isForm) {
    fields.push(checkField({
      name: 'as-around', label: 'As the form says', value: !own,
      commit: (on) => (on ? model.setIn(field, 'properties', { visibleTo: undefined, from: undefined }) : write(() => ({}))),
    }));
  }
  if (own) fields.push(...vocabulary.readers.map(({ name, label }) => readerField({ name, label, chosen, write })));
  if (own && chosen.has('subject')) {
    fields.push(selectField({ name: 'since', label: 'The person reviewed reads it', value: since, none: '', options: vocabulary.states, commit: (from) => from && write(() => ({ from })) }));
  }
  if (!own) fields.push(make('p', { class: 'text-secondary' }, inWords(chosen, since, vocabulary)));
  return { title: isForm ? 'Who reads the answers' : 'Who reads the answer', closed: !own, fields };
}

function readerField({ name, label, chosen, write }) {
  return checkField({
    name: `reader-${name}`, label: label[0].toUpperCase() + label.slice(1), value: chosen.has(name),
    commit: (on) => write((names) => ({ names: new Set(on ? [...names, name] : [...names].filter((each) => each !== name)) })),
  });
}

function inWords(chosen, since, { readers: all, states }) {
  const names = all.filter(({ name }) => chosen.has(name)).map(({ label }) => label);
  const when = chosen.has('subject') ? `; the person reviewed ${states.find(({ name }) => name === since)?.label ?? since}` : '';
  return names.length ? `Read by whoever wrote it, ${names.join(', ')}${when}.` : 'Read by whoever wrote it alone.';
}

function place({ model, field }) {
  const columns = field.layout?.columns;
  return {
    title: 'Width', closed: true,
    fields: [selectField({ name: 'columns', label: 'How wide', hint: 'Drag a question beside another to share a row.', value: columns ? String(columns) : '', none: 'As wide as there is room', options: WIDTHS, commit: (text) => model.set(field, { layout: { ...field.layout, columns: text ? Number(text) : null } }) })],
  };
}

function technical({ model, field }) {
  const name = model.isKeyed(field) ? 'key' : model.isRepeatable(field) ? 'path' : '';
  if (!name) return { title: '', fields: [] };
  return {
    title: 'For the process', closed: true,
    fields: [
      textField({ name: 'key', label: 'Name of the answer', hint: 'Steps and conditions call it so. Changing it here does not change them.', value: field[name] ?? '', commit: (key) => model.setKey(field, name, key) }),
      textField({ name: 'readonly', label: 'Only shown when (expression)', hint: 'true: it is read and never written here.', value: field.readonly === true ? 'true' : field.readonly || '', commit: (text) => model.set(field, { readonly: text === 'true' ? true : text ? `=${text.replace(/^=\s*/, '')}` : undefined }) }),
    ],
  };
}
