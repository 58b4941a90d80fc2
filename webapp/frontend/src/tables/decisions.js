// The decisions of the file: which one is open, what it uses of the others, another one, one less.
import { element as make } from '../designer/page.js';
import { decisionOf, decisionsOf, isTable, openDecision, service, whenChanged, whenOpened } from './editor.js';

const NO_TABLE = 'This decision is neither a table nor an expression. It is kept as it is.';

export function showDecisions(root, editor) {
  const place = root.querySelector('[data-decisions]');
  const draw = () => {
    const open = decisionOf(editor);
    const all = decisionsOf(editor);
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.decision : null;
    place.replaceChildren(...(all.length > 1 ? all.map((decision) => button(editor, decision, open)) : []), ...addButtons(editor));
    if (focused) place.querySelector(`[data-decision="${CSS.escape(focused)}"]`)?.focus();
  };
  whenChanged(editor, draw);
  whenOpened(editor, draw);
  draw();
}

function button(editor, decision, open) {
  const can = Boolean(editor.getView(decision));
  const made = make('button', { type: 'button', class: 'rf-decision', 'data-decision': decision.id, 'aria-current': decision === open && 'true', disabled: !can, title: can ? undefined : NO_TABLE }, nameOf(decision));
  made.addEventListener('click', () => openDecision(editor, decision));
  return made;
}

function addButtons(editor) {
  return [['Add a table', addTable], ['Add an expression', addExpression]].map(([text, add]) => {
    const made = make('button', { type: 'button', class: 'btn btn-sm', 'data-decision': text }, text);
    made.addEventListener('click', () => add(editor));
    return made;
  });
}

export function nameOf({ name, id }) {
  return name || id;
}

function addTable(editor) {
  const make = (type, attributes) => service(editor, 'moddle').create(type, attributes);
  const logic = make('dmn:DecisionTable', { id: newId(editor, 'table'), hitPolicy: 'UNIQUE' });
  const output = make('dmn:OutputClause', { id: newId(editor, 'answer'), name: 'answer', label: 'Answer', typeRef: 'string' });
  output.$parent = logic;
  logic.output = [output];
  return addDecision(editor, logic);
}

function addExpression(editor) {
  return addDecision(editor, service(editor, 'moddle').create('dmn:LiteralExpression', { id: newId(editor, 'expression') }));
}

async function addDecision(editor, logic) {
  const definitions = editor.getDefinitions();
  const name = freeName(editor);
  const decision = service(editor, 'moddle').create('dmn:Decision', { id: newId(editor, 'decision'), name, decisionLogic: logic });
  logic.$parent = decision;
  decision.$parent = definitions;
  update(editor, definitions, { drgElement: [...definitions.get('drgElement'), decision] });
  await openDecision(editor, decision);
}

function freeName(editor) {
  const taken = new Set(decisionsOf(editor).map(nameOf));
  let number = taken.size + 1;
  while (taken.has(`Decision ${number}`)) number += 1;
  return `Decision ${number}`;
}

function newId(editor, kind) {
  return service(editor, 'moddle').ids.nextPrefixed(`${kind}-`);
}

export function update(editor, element, properties) {
  service(editor, 'modeling').updateProperties(element, properties);
}

// What an arrow leads from: the ids of the decisions that this one uses.
export function usedBy(decision) {
  return new Set(decision.get('informationRequirement').map(({ requiredDecision }) => requiredDecision?.href?.replace(/^#/, '')).filter(Boolean));
}

export function setUse(editor, decision, other, uses) {
  if (usedBy(decision).has(other.id) === uses) return;
  const all = decision.get('informationRequirement');
  update(editor, decision, { informationRequirement: uses ? [...all, arrow(editor, decision, other)] : all.filter(({ requiredDecision }) => requiredDecision?.href !== `#${other.id}`) });
}

function arrow(editor, decision, other) {
  const moddle = service(editor, 'moddle');
  const made = moddle.create('dmn:InformationRequirement', { id: newId(editor, 'uses') });
  made.requiredDecision = moddle.create('dmn:DMNElementReference', { href: `#${other.id}` });
  made.requiredDecision.$parent = made;
  made.$parent = decision;
  return made;
}

// Takes the open decision away, with its place in a picture; the first of the others is shown.
export async function removeDecision(editor) {
  const gone = decisionOf(editor);
  const definitions = editor.getDefinitions();
  const next = decisionsOf(editor).find((each) => each !== gone && editor.getView(each));
  await openDecision(editor, next);
  const arrows = new Set(gone.get('informationRequirement').map(({ id }) => id));
  for (const diagram of definitions.dmnDI?.get('diagrams') ?? []) {
    const drawn = diagram.get('diagramElements');
    const kept = drawn.filter(({ dmnElementRef }) => dmnElementRef !== gone && dmnElementRef?.id !== gone.id && !arrows.has(dmnElementRef?.id));
    if (kept.length < drawn.length) update(editor, diagram, { diagramElements: kept });
  }
  update(editor, definitions, { drgElement: definitions.get('drgElement').filter((each) => each !== gone) });
}

const PARTS = ['decisionLogic', 'input', 'output', 'rule', 'inputEntry', 'outputEntry', 'inputExpression', 'extensionElements', 'values'];

// The decision in which something with this id stands.
export function decisionWith(editor, id) {
  const holds = (part) => part.id === id || PARTS.some((name) => [part[name] ?? []].flat().some(holds));
  return decisionsOf(editor).find(holds);
}

// What a decision answers with, where it is one value: a type, and the texts to choose from.
export function answerOf(decision) {
  if (!isTable(decision)) return { typeRef: decision.variable?.typeRef, values: undefined };
  const outputs = decision.decisionLogic.get('output');
  return outputs.length === 1 ? { typeRef: outputs[0].typeRef, values: outputs[0].outputValues } : { typeRef: undefined, values: undefined };
}
