// What an event waits for or tells, and at which moment.
import { conditionField } from './conditions.js';
import { checkField, rowsField, selectField, textField, timeField } from './fields.js';

const TIMES = [
  { name: 'timeDuration', label: 'so long' },
  { name: 'timeDate', label: 'until a day' },
  { name: 'timeCycle', label: 'again and again' },
];
const FIRST_TIMES = { timeDuration: 'P7D', timeDate: '2027-01-31', timeCycle: 'R3/P7D' };

const DETAILS = {
  'bpmn:TimerEventDefinition': timer,
  'bpmn:MessageEventDefinition': message,
  'bpmn:SignalEventDefinition': (context) => [reference(context, 'signalRef', 'bpmn:Signal', 'Name of the signal')],
  'bpmn:ErrorEventDefinition': (context) => [coded(context, 'errorRef', 'bpmn:Error', 'errorCode', 'Code of the error'), caught(context)],
  'bpmn:EscalationEventDefinition': (context) => [coded(context, 'escalationRef', 'bpmn:Escalation', 'escalationCode', 'Code of the escalation'), caught(context)],
  'bpmn:ConditionalEventDefinition': condition,
  'bpmn:LinkEventDefinition': ({ model, element, definition }) => [textField({ name: 'link', label: 'Name of the jump', hint: 'Both of its ends have the same name.', value: definition.name ?? '', commit: (name) => model.setIn(element, definition, { name }) })],
};

function throwsIt({ model, element }) {
  return model.is(element, 'ThrowEvent');
}

export function event({ model, vocabulary, element, more }) {
  const definition = model.event(element);
  if (!definition) return [];
  const context = { model, vocabulary, element, more, definition };
  const fields = (DETAILS[definition.$type]?.(context) ?? []).filter(Boolean);
  if (throwsIt(context) && /Message|Signal/.test(definition.$type)) fields.push(payload(context));
  const interrupting = interruption(context);
  if (interrupting) fields.push(interrupting);
  return [{ title: throwsIt(context) ? 'What it tells' : 'What it waits for', fields }];
}

function interruption({ model, element, definition }) {
  if (/Error|Compensate|Cancel/.test(definition.$type)) return null;
  if (model.is(element, 'BoundaryEvent')) {
    return checkField({ name: 'interrupts', label: 'The step stops then', hint: 'Otherwise it goes on beside it.', value: model.of(element).cancelActivity !== false, commit: (on) => model.set(element, { cancelActivity: on }) });
  }
  if (model.is(element, 'StartEvent') && model.of(element).$parent?.triggeredByEvent) {
    return checkField({ name: 'interrupts', label: 'Everything around it stops then', value: model.of(element).isInterrupting !== false, commit: (on) => model.set(element, { isInterrupting: on }) });
  }
  return null;
}

function timer({ model, element, definition }) {
  const kind = TIMES.map(({ name }) => name).find((name) => definition[name]) ?? 'timeDuration';
  const value = definition[kind]?.body ?? '';
  const write = (name, text) => model.setIn(element, definition, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [name]: model.expression(text, definition) });
  const shared = { name: 'time', value, commit: (text) => write(kind, text) };
  const hint = kind === 'timeDate' ? 'A day such as 2027-01-31, or an expression.' : 'For instance R3/P7D: three times, a week apart; R/P7D: every week.';
  return [
    selectField({ name: 'time-kind', label: 'It waits', value: kind, none: '', options: TIMES, commit: (name) => name && write(name, FIRST_TIMES[name]) }),
    kind === 'timeDuration' ? timeField({ ...shared, label: 'How long' }) : textField({ ...shared, label: 'When', hint }),
  ];
}

function condition({ model, vocabulary, element, more, definition }) {
  return [conditionField({ text: definition.condition?.body ?? '', names: model.names(vocabulary), asFeel: more.asFeel, setAsFeel: more.setAsFeel, commit: (text) => model.setIn(element, definition, { condition: model.expression(text, definition) }) })];
}

function reference({ model, element, definition }, property, type, label) {
  return textField({ name: property, label, value: definition[property]?.name ?? '', commit: (name) => model.setIn(element, definition, { [property]: name ? model.named(type, { name }) : undefined }) });
}

function coded({ model, element, definition }, property, type, code, label) {
  return textField({ name: property, label, hint: 'Empty where any is meant.', value: definition[property]?.[code] ?? '', commit: (text) => model.setIn(element, definition, { [property]: text ? model.named(type, { [code]: text, name: text }) : undefined }) });
}

function caught(context) {
  const { model, element, definition } = context;
  if (throwsIt(context)) return null;
  return textField({ name: 'result', label: 'Variable that tells what happened', value: definition.get('rf:result') ?? '', commit: (text) => model.setIn(element, definition, { 'rf:result': text || undefined }) });
}

function message(context) {
  const { model, vocabulary, element } = context;
  const fields = correlated(context);
  if (model.is(element, 'StartEvent')) {
    fields.push(textField({ name: 'subject', label: 'Whom it is about', hint: 'An expression over the message.', value: model.get(element, 'rf:subject'), list: model.names(vocabulary), commit: (text) => model.set(element, { 'rf:subject': text }) }));
  }
  return fields;
}

export function correlated({ model, element, definition }) {
  return [
    reference({ model, element, definition }, 'messageRef', 'bpmn:Message', 'Name of the message'),
    textField({ name: 'correlate', label: 'For which case', hint: 'An expression that is the same in the message, for instance: subject', value: definition.get('rf:correlate') ?? '', commit: (text) => model.setIn(element, definition, { 'rf:correlate': text || undefined }) }),
  ];
}

function payload({ model, vocabulary, element }) {
  return rowsField({
    name: 'parameters', label: 'What goes along', rows: model.rows(element, 'rf:Parameter'), add: 'Add a value',
    columns: [{ name: 'name', label: 'Name' }, { name: 'value', label: 'Value (expression)', list: model.names(vocabulary) }],
    commit: (values) => model.setRows(element, 'rf:Parameter', values),
  });
}
