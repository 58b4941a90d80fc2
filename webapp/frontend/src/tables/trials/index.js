// Trying the table out: values that are typed and asked at once, and the test rows, with what became of them.
import { ask, element as make } from '../../designer/page.js';
import { drawCalmly, renew } from '../../designer/panel/renewing.js';
import { decisionOf, whenChanged, whenOpened } from '../editor.js';
import { kindOf, valueField } from './fields.js';
import { TestRows } from './rows.js';
import { Trace } from './trace.js';

export class Trials {
  constructor(root, editor, settings, saving) {
    this.editor = editor;
    this.saving = saving;
    this.address = settings.addresses.trials;
    this.place = root.querySelector('[data-trials]');
    this.trace = new Trace(root, editor);
    this.rows = new TestRows(editor);
    this.known = { asks: [], answers: {}, rows: {}, problem: '' };
    this.typed = {};
    this.tried = null;
    this.stale = false;
    this.round = 0;
    this.plan = drawCalmly(this.place, () => this.draw());
  }

  begin() {
    whenChanged(this.editor, () => {
      this.stale = true;
      this.trace.show(null);
      this.plan();
    });
    whenOpened(this.editor, () => {
      this.tried = null;
      this.trace.show(null);
      this.plan();
    });
  }

  async refresh() {
    const round = ++this.round;
    try {
      const known = await (await ask(this.address)).json();
      if (round !== this.round) return;
      this.known = known;
      this.stale = false;
    } catch (refusal) {
      this.known.problem = `${refusal.message} It is tried again when you go on.`;
    }
    this.plan();
  }

  draw() {
    const { asks, problem } = this.known;
    const answers = this.known.answers[decisionOf(this.editor).id] ?? [];
    const rows = this.rows.list();
    const outcomes = this.known.rows[decisionOf(this.editor).id] ?? [];
    const body = [this.tryRow(asks, answers), ...rows.map((row, index) => this.testRow(asks, answers, row, index, outcomes[index]))];
    const grid = make('table', {}, make('thead', {}, make('tr', {}, ...['Row', ...asks.map(({ label }) => label), ...answers.map((name) => this.answerLabel(name)), 'Outcome'].map((text) => make('th', { scope: 'col' }, text)))), make('tbody', {}, ...body));
    const add = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': 'add-test-row' }, 'Add an empty test row');
    add.addEventListener('click', () => this.rows.add({}, {}));
    renew(this.place, [...(problem ? [make('p', { class: 'rf-trial-wrong' }, problem)] : []), grid, add]);
  }

  // What is asked right now: its answers stand where a test row says what it expects.
  tryRow(asks, answers) {
    const fields = asks.map((one) => valueField({ name: `try-${one.name}`, label: `Try: ${one.label}`, kind: kindOf(this.editor, one), value: this.typed[one.name] ?? '', commit: (text) => { this.typed[one.name] = text; this.tried = null; this.plan(); } }));
    const buttons = [this.button('try', 'Try it', () => this.tryOut())];
    if (this.tried && !this.tried.problem) buttons.push(this.button('keep', 'Keep as a test row', () => this.keep()));
    const shown = answers.map((name) => make('td', { 'data-answer': name }, this.tried?.answers[name] ?? ''));
    return make('tr', { class: 'rf-trial-now' }, make('th', { scope: 'row' }, 'Try it'), ...fields.map((field) => make('td', {}, field)), ...shown, make('td', {}, ...(this.tried?.problem ? [make('p', { class: 'rf-trial-wrong' }, this.tried.problem)] : []), make('div', { class: 'btn-list' }, ...buttons)));
  }

  testRow(asks, answers, row, index, outcome) {
    const number = index + 1;
    const cells = [
      make('th', { scope: 'row' }, valueField({ name: `row-${index}`, label: `Test row ${number}: what it is about`, kind: { type: 'name' }, value: row.name ?? '', commit: (name) => this.rows.name(index, name) })),
      ...asks.map((one) => make('td', {}, valueField({ name: `given-${index}-${one.name}`, label: `Test row ${number}: ${one.label}`, kind: kindOf(this.editor, one), value: this.rows.read(row, 'given', one.name), commit: (text) => this.rows.write(index, 'given', one.name, text) }))),
      ...answers.map((name) => make('td', { 'data-wrong': outcome?.wrong.includes(name) && !this.stale }, valueField({ name: `expected-${index}-${name}`, label: `Test row ${number}: ${this.answerLabel(name)} should be`, kind: kindOf(this.editor, { name, type: 'Any' }, true), value: this.rows.read(row, 'expected', name), commit: (text) => this.rows.write(index, 'expected', name, text) }))),
      make('td', {}, this.outcome(outcome), make('div', { class: 'btn-list' },
        this.button(`show-${index}`, 'Show why', () => this.trace.show(this.known.rows[decisionOf(this.editor).id]?.[index], `Test row ${number}`), !outcome),
        this.away(index))),
    ];
    return make('tr', { 'data-test-row': row.id }, ...cells);
  }

  outcome(outcome) {
    if (!outcome || this.stale) return make('p', { class: 'text-secondary' }, 'Not tried yet');
    return outcome.problem ? make('p', { class: 'rf-trial-wrong' }, outcome.problem) : make('p', { class: 'rf-trial-right' }, `As expected${outcome.decided.length ? ` (row ${outcome.decided.join(', ')})` : ''}`);
  }

  button(name, text, action, disabled = false) {
    const button = make('button', { type: 'button', class: 'btn btn-sm', 'data-field': name, disabled }, text);
    button.addEventListener('click', action);
    return button;
  }

  away(index) {
    const button = this.button(`away-${index}`, '×', () => this.rows.remove(index));
    button.className = 'rf-icon-button';
    button.setAttribute('aria-label', `Take test row ${index + 1} away`);
    button.title = 'Take it away';
    return button;
  }

  answerLabel(name) {
    return decisionOf(this.editor).decisionLogic.get('output')?.find((output) => output.name === name)?.label || name;
  }

  async tryOut() {
    await this.saving.save();
    const body = new URLSearchParams({ decision: decisionOf(this.editor).id });
    for (const { name } of this.known.asks) if (this.typed[name]) body.set(`given-${name}`, this.typed[name]);
    try {
      this.tried = await (await ask(this.address, { method: 'POST', body })).json();
    } catch (refusal) {
      this.tried = { answers: {}, matched: [], decided: [], cells: {}, problem: refusal.message };
    }
    this.plan();
    this.trace.show(this.tried, 'What you tried');
  }

  keep() {
    const asked = this.known.asks.map(({ name }) => name);
    this.rows.add(Object.fromEntries(Object.entries(this.typed).filter(([name, text]) => text && asked.includes(name))), this.tried.answers);
  }
}
