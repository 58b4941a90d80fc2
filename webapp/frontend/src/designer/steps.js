// Everything that can be drawn, in HR's words. What is offered is what the server says that runs.
const ENDING = 'EventDefinition';

const ACTIVITIES = [
  { kind: 'userTask', label: 'Task for a person', hint: 'Comes into somebody’s inbox', icon: 'user-task', first: true },
  { kind: 'businessRuleTask', label: 'Ask a decision table', hint: 'A table of the package answers', icon: 'business-rule', first: true },
  { kind: 'serviceTask', label: 'Machine step', hint: 'Done by Reviewflow, such as opening the results', icon: 'service-task', first: true },
  { kind: 'scriptTask', label: 'Set values', hint: 'Works out variables', icon: 'script-task' },
  { kind: 'sendTask', label: 'Send something', hint: 'Done by Reviewflow', icon: 'send-task' },
  { kind: 'receiveTask', label: 'Wait for another system', hint: 'Goes on when its message comes', icon: 'receive-task' },
  { kind: 'manualTask', label: 'Something done elsewhere', hint: 'Somebody confirms that it is done', icon: 'manual-task' },
  { kind: 'subProcess', id: 'group', label: 'Group of steps', hint: 'Several steps as one', icon: 'subprocess-expanded', more: { isExpanded: true } },
  { kind: 'subProcess', id: 'each', label: 'For each …', hint: 'The same steps for each of several people', icon: 'parallel-mi-marker', more: { isExpanded: true }, each: true, first: true },
  { kind: 'subProcess', id: 'whenever', label: 'Whenever something happens', hint: 'Steps that begin by themselves', icon: 'event-subprocess-expanded', more: { isExpanded: true, triggeredByEvent: true } },
  { kind: 'transaction', label: 'All or nothing', hint: 'What was done is undone if it is cancelled', icon: 'transaction', more: { isExpanded: true } },
  { kind: 'callActivity', label: 'Another process', hint: 'Runs it and waits for its end', icon: 'call-activity' },
];

const WAYS = [
  { kind: 'exclusiveGateway', label: 'Choose one way', hint: 'The first condition that holds', icon: 'gateway-xor', first: true },
  { kind: 'parallelGateway', label: 'Do several at once', hint: 'All ways, or wait for all of them', icon: 'gateway-parallel', first: true },
  { kind: 'inclusiveGateway', label: 'Choose one or more ways', hint: 'Every condition that holds', icon: 'gateway-or' },
  { kind: 'eventBasedGateway', label: 'Whatever happens first', hint: 'A time or a message decides', icon: 'gateway-eventbased' },
];

// What an event is called, by its kind and by what it waits for or tells; the icon has the middle part of the name.
const EVENTS = {
  startEvent: { icon: 'start-event', labels: { '': 'Start', timer: 'Start at a time', message: 'Start when a message comes', signal: 'Start when a signal comes', conditional: 'Start when something becomes true', error: 'Start after an error', escalation: 'Start after an escalation', compensate: 'Start to undo' } },
  intermediateCatchEvent: { icon: 'intermediate-event-catch', labels: { timer: 'Wait for a time', message: 'Wait for a message', signal: 'Wait for a signal', conditional: 'Wait until something is true', link: 'Continue from a jump' } },
  intermediateThrowEvent: { icon: 'intermediate-event-throw', labels: { '': 'Milestone', message: 'Send a message', signal: 'Tell everybody who waits', escalation: 'Escalate', compensate: 'Undo what was done', link: 'Jump' } },
  boundaryEvent: { icon: 'intermediate-event-catch', labels: { timer: 'If it takes too long', message: 'If a message comes', signal: 'If a signal comes', conditional: 'If something becomes true', error: 'If it fails', escalation: 'If it is escalated', compensate: 'To undo it', cancel: 'If it is cancelled' } },
  endEvent: { icon: 'end-event', labels: { '': 'End', terminate: 'End everything at once', message: 'End with a message', signal: 'End with a signal', error: 'End with an error', escalation: 'End with an escalation', compensate: 'End and undo', cancel: 'End and cancel' } },
};
const ICONS = { '': 'none', conditional: 'condition', compensate: 'compensation' };
const FIRST = new Set(['endEvent', 'intermediateCatchEvent:timer']);

function capitalise(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function describeEvent(kind, event) {
  const { icon, labels } = EVENTS[kind];
  const id = event ? `${kind}:${event}` : kind;
  return {
    id,
    kind,
    event,
    type: `bpmn:${capitalise(kind)}`,
    label: labels[event],
    hint: '',
    icon: `bpmn-icon-${icon}-${ICONS[event] ?? event}`,
    group: kind === 'boundaryEvent' ? 'At its border' : 'Events',
    family: kind,
    first: FIRST.has(id),
    options: event ? { eventDefinitionType: `bpmn:${capitalise(event)}${ENDING}` } : {},
  };
}

function describeStep(step, group) {
  return {
    ...step,
    id: step.id ?? step.kind,
    type: `bpmn:${capitalise(step.kind)}`,
    icon: `bpmn-icon-${step.icon}`,
    group,
    family: group,
    options: step.more ?? {},
  };
}

function hasPlain(kind) {
  return '' in EVENTS[kind].labels;
}

// The steps that run, by the table of the server: kind → the event definitions that it may carry.
export function listSteps(runs) {
  const steps = [
    ...ACTIVITIES.map((step) => describeStep(step, 'Steps')),
    ...WAYS.map((step) => describeStep(step, 'Ways')),
  ].filter(({ kind }) => kind in runs);
  for (const kind of Object.keys(EVENTS).filter((each) => each in runs)) {
    const events = runs[kind].map((name) => name.replace(ENDING, ''));
    for (const event of [...(hasPlain(kind) ? [''] : []), ...events]) {
      if (event in EVENTS[kind].labels) steps.push(describeEvent(kind, event));
    }
  }
  return steps;
}

export function createShape(modeler, step) {
  const shape = modeler.get('elementFactory').createShape({ type: step.type, ...step.options });
  const { businessObject } = shape;
  if (step.kind === 'scriptTask') businessObject.scriptFormat = 'feel';
  if (step.each) {
    const loop = modeler.get('bpmnFactory').create('bpmn:MultiInstanceLoopCharacteristics', { 'rf:over': 'participants' });
    loop.$parent = businessObject;
    businessObject.loopCharacteristics = loop;
  }
  return shape;
}

// The step of the list that an element is; undefined when the list has none like it.
export function findStep(steps, element) {
  const { businessObject } = element;
  const kind = businessObject.$type.replace('bpmn:', '').replace(/^./, (letter) => letter.toLowerCase());
  const event = businessObject.eventDefinitions?.[0]?.$type.replace('bpmn:', '').replace(ENDING, '').toLowerCase() ?? '';
  const each = kind === 'subProcess' && Boolean(businessObject.loopCharacteristics);
  const whenever = Boolean(businessObject.triggeredByEvent);
  return steps.find((step) => step.kind === kind && (step.event ?? '') === event && Boolean(step.each) === each && Boolean(step.options.triggeredByEvent) === whenever)
    ?? steps.find((step) => step.kind === kind);
}
