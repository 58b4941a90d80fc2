// The test rows of the open decision, kept in its extension elements; every change can be undone.
import { decisionOf, service } from '../editor.js';

const ROW = 'rf:TestRow';

export class TestRows {
  constructor(editor) {
    this.editor = editor;
  }

  list() {
    return this.all().filter(({ $type }) => $type === ROW);
  }

  all() {
    return decisionOf(this.editor).extensionElements?.get('values') ?? [];
  }

  read(row, kind, name) {
    return row.get(kind).find((one) => one.name === name)?.value ?? '';
  }

  add(given, expected) {
    const row = this.create(ROW, { id: service(this.editor, 'moddle').ids.nextPrefixed('TestRow_') });
    row.given = this.values('rf:Given', given);
    row.expected = this.values('rf:Expected', expected);
    this.replace([...this.all(), row]);
  }

  name(index, name) {
    this.change(index, (row) => { row.name = name || undefined; });
  }

  write(index, kind, name, text) {
    const type = kind === 'given' ? 'rf:Given' : 'rf:Expected';
    this.change(index, (row) => {
      const others = row.get(kind).filter((one) => one.name !== name);
      row[kind] = [...others, ...(text ? this.values(type, { [name]: text }) : [])];
    });
  }

  remove(index) {
    const gone = this.list()[index];
    this.replace(this.all().filter((one) => one !== gone));
  }

  // A row that changes is a new one, so that undoing finds the old one as it was.
  change(index, action) {
    const old = this.list()[index];
    const row = this.create(ROW, { id: old.id, name: old.name, given: old.get('given'), expected: old.get('expected') });
    Object.assign(row.$attrs, old.$attrs);
    action(row);
    this.replace(this.all().map((one) => (one === old ? row : one)));
  }

  replace(values) {
    const decision = decisionOf(this.editor);
    const extensionElements = values.length ? this.create('dmn:ExtensionElements', { values }) : undefined;
    if (extensionElements) extensionElements.$parent = decision;
    service(this.editor, 'modeling').updateProperties(decision, { extensionElements });
  }

  values(type, texts) {
    return Object.entries(texts).map(([name, value]) => this.create(type, { name, value }));
  }

  create(type, attributes) {
    return service(this.editor, 'moddle').create(type, attributes);
  }
}
