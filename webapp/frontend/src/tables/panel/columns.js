// Reading and changing the columns of the open table; every change can be undone.
import { answerOf, nameOf, setUse, update, usedBy } from '../decisions.js';
import { decisionOf, decisionsOf, isTable, service, tableOf } from '../editor.js';

// What a column cannot say is a list or a group of values is taken as it comes.
const UNTYPED = ['context', 'list'];

export class Columns {
  constructor(editor, vocabulary) {
    this.editor = editor;
    this.variables = vocabulary.variables;
  }

  get decision() {
    return decisionOf(this.editor);
  }

  get table() {
    return this.decision.decisionLogic;
  }

  get isTable() {
    return isTable(this.decision);
  }

  get others() {
    return decisionsOf(this.editor).filter((each) => each !== this.decision);
  }

  // The other decisions that use this one.
  get users() {
    return this.others.filter((other) => usedBy(other).has(this.decision.id));
  }

  isUsed(other) {
    return usedBy(this.decision).has(other.id);
  }

  use(other, uses) {
    setUse(this.editor, this.decision, other, uses);
  }

  get modeling() {
    return service(this.editor, 'modeling');
  }

  column(clause) {
    return tableOf(this.editor).cols.find(({ businessObject }) => businessObject === clause);
  }

  // What a question can be about: variables of the process, and what the other decisions answer.
  known() {
    const answers = this.others.map((other) => {
      const { typeRef, values } = answerOf(other);
      return { name: nameOf(other), label: nameOf(other), type: typeRef ?? 'context', choices: readChoices(values) ?? [], decision: other };
    });
    return [...answers, ...this.variables];
  }

  // A new question brings its words, its type and its choices along.
  ask(name) {
    const { label, type, choices, decision } = this.known().find((one) => one.name === name) ?? { label: '', type: 'string', choices: [] };
    if (decision) this.use(decision, true);
    const input = this.create('dmn:InputClause', { label });
    input.inputExpression = this.create('dmn:LiteralExpression', { text: name, typeRef: UNTYPED.includes(type.split('<')[0]) ? undefined : type });
    input.inputExpression.$parent = input;
    if (choices.length) {
      input.inputValues = this.create('dmn:UnaryTests', { text: quoteAll(choices) });
      input.inputValues.$parent = input;
    }
    this.modeling.addCol({ businessObject: input, id: input.id }, this.table.get('input').length);
  }

  answer() {
    const taken = this.table.get('output').map(({ name }) => name);
    let number = taken.length + 1;
    while (taken.includes(`answer_${number}`)) number += 1;
    const output = this.create('dmn:OutputClause', { name: `answer_${number}`, label: `Answer ${number}`, typeRef: 'string' });
    this.modeling.addCol({ businessObject: output, id: output.id }, this.table.get('input').length + taken.length);
  }

  create(type, attributes) {
    return service(this.editor, 'dmnFactory').create(type, attributes);
  }

  // dmn-js draws a column anew when the column, not only what it holds, is told to have changed.
  set(clause, properties) {
    this.modeling.updateProperties(clause, properties);
  }

  look(input, properties) {
    const other = this.others.find((each) => nameOf(each) === properties.text);
    if (other) this.use(other, true);
    this.modeling.editInputExpression(input.inputExpression, properties);
  }

  choose(clause, texts) {
    this.modeling.editAllowedValues(clause, texts.length ? texts.map(quote) : null);
  }

  remove(clause) {
    this.modeling.removeCol(this.column(clause));
  }

  rename(name) {
    update(this.editor, this.decision, { name });
  }

  answerWith(typeRef) {
    this.modeling.editVariableType(typeRef);
  }

  decideBy(policy) {
    const [hitPolicy, aggregation] = policy.split('/');
    this.modeling.editHitPolicy(hitPolicy, aggregation || undefined);
  }
}

export function quote(text) {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function quoteAll(texts) {
  return texts.map(quote).join(',');
}

// The texts of a list such as "a","b"; null for anything else, such as a range.
export function readChoices(values) {
  const text = values?.text?.trim();
  if (!text) return [];
  try {
    const read = JSON.parse(`[${text}]`);
    return read.every((each) => typeof each === 'string') ? read : null;
  } catch {
    return null;
  }
}
