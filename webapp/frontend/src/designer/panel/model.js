// Reading and changing what the diagram says of an element; every change goes through the command stack.
export class Model {
  constructor(modeler) {
    this.modeler = modeler;
    this.modeling = modeler.get('modeling');
    this.factory = modeler.get('bpmnFactory');
  }

  of(element) {
    const { businessObject } = element;
    if (!businessObject.$instanceOf('bpmn:Collaboration')) return businessObject;
    return businessObject.participants.map(({ processRef }) => processRef).find((process) => process?.isExecutable) ?? businessObject;
  }

  is(element, type) {
    return this.of(element).$instanceOf(`bpmn:${type}`);
  }

  get(element, name) {
    return this.of(element).get(name) ?? '';
  }

  set(element, properties) {
    const cleaned = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' ? undefined : value]));
    const object = this.of(element);
    if (object === element.businessObject) this.modeling.updateProperties(element, cleaned);
    else this.modeling.updateModdleProperties(element, object, cleaned);
  }

  setIn(element, object, properties) {
    this.modeling.updateModdleProperties(element, object, properties);
  }

  create(type, attributes, parent) {
    const made = this.factory.create(type, attributes);
    if (parent) made.$parent = parent;
    return made;
  }

  // Elements of our extension, such as rf:Set, as plain objects.
  rows(element, type) {
    const values = this.of(element).extensionElements?.values ?? [];
    return values.filter(({ $type }) => $type === type);
  }

  setRows(element, type, rows) {
    const object = this.of(element);
    const others = (object.extensionElements?.values ?? []).filter(({ $type }) => $type !== type);
    const container = this.create('bpmn:ExtensionElements', { values: [] }, object);
    container.values = [...others, ...rows.map((row) => this.create(type, row, container))];
    for (const value of others) value.$parent = container;
    this.setIn(element, object, { extensionElements: container.values.length ? container : undefined });
  }

  documentation(element) {
    return this.of(element).documentation?.[0]?.text ?? '';
  }

  setDocumentation(element, text) {
    const object = this.of(element);
    const documentation = text ? [this.create('bpmn:Documentation', { text }, object)] : [];
    this.setIn(element, object, { documentation });
  }

  expression(body, parent) {
    return body ? this.create('bpmn:FormalExpression', { body }, parent) : undefined;
  }

  event(element) {
    return this.of(element).eventDefinitions?.[0];
  }

  // A message, signal or error by its name or code (the first attribute): found in the file, or added to it.
  named(type, attributes) {
    const definitions = this.modeler.getDefinitions();
    const [[key, value]] = Object.entries(attributes);
    const known = definitions.rootElements.find((each) => each.$type === type && each[key] === value);
    if (known) return known;
    const made = this.create(type, attributes, definitions);
    definitions.rootElements.push(made);
    return made;
  }

  // Everything an expression can name here: what every case has, what is declared, what steps set.
  names(vocabulary) {
    const found = new Map(vocabulary.variables.map((variable) => [variable.name, variable]));
    const elements = this.modeler.get('elementRegistry').getAll();
    for (const element of elements.filter(({ type }) => type !== 'label')) {
      for (const { name } of this.rows(element, 'rf:Set')) if (name && !found.has(name)) found.set(name, { name, type: 'Any', label: '' });
      const result = this.of(element).get?.('rf:result');
      if (result && !found.has(result)) found.set(result, { name: result, type: 'Any', label: '' });
    }
    const root = this.modeler.get('canvas').getRootElement();
    for (const { name, type, label } of this.rows(this.process(root), 'rf:Variable')) if (name) found.set(name, { name, type, label });
    // What is chosen in a form is chosen in a condition, too.
    for (const { step, question } of this.questions(vocabulary)) {
      const kept = this.keptAs(step, question);
      if (kept && question.options) found.set(kept, { ...found.get(kept), options: question.options });
    }
    return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  // Every question that a step asks, with the step.
  questions(vocabulary) {
    const steps = this.modeler.get('elementRegistry').filter(({ type }) => type === 'bpmn:UserTask');
    return steps.flatMap((step) => {
      const form = vocabulary.forms.find(({ name }) => name === this.get(step, 'rf:form'));
      return (form?.questions ?? []).map((question) => ({ step, question }));
    });
  }

  keptAs(step, question) {
    return this.rows(step, 'rf:Set').find(({ value }) => value === question.value)?.name;
  }

  // The answers that no variable keeps yet; one that is chosen is kept from then on, and stands in the data dictionary.
  answers(vocabulary) {
    const open = this.questions(vocabulary).filter(({ step, question }) => !this.keptAs(step, question));
    return open.map(({ step, question }) => ({
      ...question,
      name: `answer ${step.id} ${question.value}`,
      label: `${question.label} (${this.get(step, 'name') || step.id})`,
      keep: () => this.keep(step, question, vocabulary),
    }));
  }

  keep(step, question, vocabulary) {
    const name = this.freeName(step, question, vocabulary);
    this.setRows(step, 'rf:Set', [...this.rows(step, 'rf:Set').map(plain), { name, value: question.value }]);
    const root = this.modeler.get('canvas').getRootElement();
    const declared = this.rows(this.process(root), 'rf:Variable').map(plain);
    if (!declared.some((one) => one.name === name)) {
      this.setRows(this.process(root), 'rf:Variable', [...declared, { name, type: question.type, label: question.label }]);
    }
    return name;
  }

  // As variable_for of workflows.designs.outline.deciding: the plainest name that means nothing else.
  freeName(step, question, vocabulary) {
    const taken = new Set(this.names(vocabulary).map(({ name }) => name));
    const own = question.value.split('.')[0];
    const long = `${step.id}_${own}`.replace(/\W/g, '_');
    let name = taken.has(own) ? long : own;
    for (let number = 2; taken.has(name); number += 1) name = `${long}_${number}`;
    return name;
  }

  // The element that stands for the process: the root, also when a sub-process is open in it.
  process(root) {
    const registry = this.modeler.get('elementRegistry');
    return registry.find(({ businessObject }) => businessObject?.$instanceOf('bpmn:Process')) ?? root;
  }
}

// The attributes of an element of our extension.
function plain(row) {
  return Object.fromEntries(['name', 'value', 'type', 'label', 'example'].filter((key) => row[key] !== undefined).map((key) => [key, row[key]]));
}
