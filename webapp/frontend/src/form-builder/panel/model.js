// Reading and changing what a question says; every change goes through the command stack and can be undone.
import { parentOf, schemaOf } from '../editor.js';
import { findFreeKey, isNamed } from '../keys.js';

const LISTS = ['dynamiclist'];

export class Model {
  constructor(editor) {
    this.editor = editor;
    this.modeling = editor.get('modeling');
    // The keys of questions that were added here follow their words; those of files are named elsewhere, and stay.
    this.fresh = new Set();
    this.made = new Set();
    editor.on('commandStack.formField.add.postExecuted', ({ context }) => this.fresh.add(context.formField.id));
  }

  // What is empty is left out of the file; everything that is not changed stays as it was written.
  set(field, properties) {
    const cleaned = Object.entries(properties).map(([name, value]) => [name, value === '' || isEmptyObject(value) ? undefined : value]);
    this.modeling.editFormField(field, Object.fromEntries(cleaned));
  }

  setIn(field, name, properties) {
    const merged = Object.entries({ ...field[name], ...properties }).filter(([, value]) => value !== '' && value !== undefined && value !== false);
    this.set(field, { [name]: Object.fromEntries(merged) });
  }

  setLabel(field, name, label) {
    const follows = field.key && this.fresh.has(field.id) && !isNamed(schemaOf(this.editor), field.key);
    this.set(field, { [name]: label, ...(follows && label ? { key: findFreeKey(label, this.all(), field) } : {}) });
  }

  setKey(field, name, key) {
    if (!key) return;
    this.fresh.delete(field.id);
    this.set(field, { [name]: findFreeKey(key, this.all(), field) });
  }

  // The value of a choice that was added here follows its words, too, as long as no condition names it.
  madeValue(value) {
    this.made.add(value);
    return value;
  }

  followsLabel(value, before, label) {
    return Boolean(label) && before !== label && this.made.has(value) && !isNamed(schemaOf(this.editor), value);
  }

  all() {
    return this.editor.get('formFieldRegistry').getAll();
  }

  isKeyed(field) {
    return Boolean(this.editor.get('formFields').get(field.type)?.config.keyed);
  }

  isRepeatable(field) {
    return Boolean(this.editor.get('formFields').get(field.type)?.config.repeatable);
  }

  parents(field) {
    const found = [];
    for (let parent = field; parent.type !== 'default';) {
      parent = parentOf(this.editor, parent);
      found.push(parent);
    }
    return found;
  }

  // What a condition can ask: the other answers, and what the process knows. Those of rows count within their row only.
  names(field, vocabulary) {
    const lists = new Set(this.parents(field).filter(({ type }) => LISTS.includes(type)).map(({ id }) => id));
    const answers = this.all()
      .filter((other) => other !== field && other.key && this.parents(other).every(({ id, type, path }) => (LISTS.includes(type) ? lists.has(id) : !path)))
      .map((other) => ({ name: other.key, label: other.label || other.dateLabel || other.key, type: typeOf(other), options: optionsOf(other) }))
      .filter(({ type }) => type !== 'list');
    const known = new Set(answers.map(({ name }) => name));
    return [...answers, ...vocabulary.variables.filter(({ name }) => !known.has(name)).map((variable) => ({ ...variable, label: `${variable.label || variable.name} (process)` }))];
  }

  // The contract that holds for a question: its own, completed by those around it.
  contract(field) {
    const chain = field.type === 'default' ? [field] : [field, ...this.parents(field)];
    const found = (name, none) => chain.map(({ properties }) => properties?.[name]).find((value) => value !== undefined) ?? none;
    return { readers: new Set(String(found('visibleTo', 'hr')).split(/\s+/).filter(Boolean)), since: found('from', 'released') };
  }
}

const TYPES = { number: 'number', rating: 'number', checkbox: 'boolean', goals: 'list', evidence: 'list', competencies: 'list', checklist: 'list', taglist: 'list', money: 'list' };

function typeOf({ type, subtype }) {
  if (type === 'datetime' && (subtype ?? 'date') === 'date') return 'date';
  return TYPES[type] ?? 'string';
}

function optionsOf({ type, values }) {
  if (!['radio', 'select'].includes(type) || !Array.isArray(values)) return undefined;
  return values.map((option) => ({ name: String(option?.value ?? option), label: String(option?.label ?? option) }));
}

function isEmptyObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !Object.keys(value).length;
}
