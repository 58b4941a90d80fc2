// Cells say in words what is written in them as FEEL, for as long as nobody writes there.
import CellEditor from 'dmn-js-decision-table/lib/features/decision-rules/components/DecisionRulesCellEditorComponent';

const ABOVE_THE_EDITOR = 2000;
const VALUE = /^(?:"((?:[^"\\]|\\.)*)"|date\("(\d{4}-\d\d-\d\d)"\)|(-?\d+(?:\.\d+)?)|(true|false|null))$/;
const NAMED = { true: 'yes', false: 'no', null: 'not known' };
const COMPARED = { '<=': 'at most', '>=': 'at least', '<': 'less than', '>': 'more than', '=': 'exactly', '!=': 'not' };
const BY_DAY = { '<=': 'until', '>=': 'from', '<': 'before', '>': 'after' };
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function sayValue(text) {
  const found = VALUE.exec(text.trim());
  if (!found) return null;
  const [, string, day, number, name] = found;
  if (string !== undefined) return string.replace(/\\(.)/g, '$1');
  return day ? DAY.format(new Date(day)) : number ?? NAMED[name];
}

function sayRange([open, from, to, close]) {
  const ends = [sayValue(from), sayValue(to)];
  if (ends.includes(null)) return null;
  if (open === '[' && close === ']') return `from ${ends[0]} to ${ends[1]}`;
  return `${open === '[' ? 'at least' : 'more than'} ${ends[0]}, ${close === ']' ? 'at most' : 'less than'} ${ends[1]}`;
}

function sayTest(text) {
  const range = /^([[\](])(.+)\.\.(.+)([)[\]])$/.exec(text.trim());
  if (range) return sayRange(range.slice(1));
  const [, sign, value] = /^(<=|>=|!=|<|>|=)?(.*)$/s.exec(text.trim());
  const said = sayValue(value);
  if (said === null || !sign) return said;
  return `${(value.includes('date(') && BY_DAY[sign]) || COMPARED[sign]} ${said}`;
}

// Parts with commas between them, but for those inside of texts and brackets.
function parts(text) {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^,"()]|[()])+/g) ?? [];
}

function sayTests(text) {
  const none = /^not\((.*)\)$/s.exec(text.trim());
  const said = parts(none ? none[1] : text).map(sayTest);
  if (!said.length || said.includes(null)) return null;
  const words = `${none ? 'not ' : ''}${[said.slice(0, -1).join(', '), said.at(-1)].filter(Boolean).join(' or ')}`;
  return words.replace('not not known', 'known');
}

// What a cell asks or answers, in words; null where it is written as an expression that has none.
export function sayCell(text, asks) {
  const written = (text ?? '').trim();
  if (asks && (written === '' || written === '-')) return 'any';
  return asks ? sayTests(written) : sayValue(written);
}

// dmn-js shows what is written in an element of its own until the cell has the focus: there stand the words.
const speakingEditor = once((FeelEditor) => class extends FeelEditor {
  render() {
    const shown = super.render();
    const { value, placeholder } = this.props;
    [shown.children].flat().at(-1).props.value = sayCell(value, Boolean(placeholder)) ?? value;
    return shown;
  }
});

const speakingCell = once((Editor) => class extends Editor {
  getEditor() {
    return this.isFEEL() ? speakingEditor(super.getEditor()) : super.getEditor();
  }
});

class SpokenCell extends CellEditor {
  render() {
    const cell = super.render();
    cell.props.children.type = speakingCell(cell.props.children.type);
    return cell;
  }
}

// One class for each that dmn-js has, and keeps for itself.
function once(make) {
  const made = new Map();
  return (Class) => made.get(Class) ?? made.set(Class, make(Class)).get(Class);
}

function SpokenCells(components) {
  components.onGetComponent('cell', ABOVE_THE_EDITOR, ({ cellType }) => (cellType === 'rule' ? SpokenCell : undefined));
}
SpokenCells.$inject = ['components'];

export const spokenCells = { __init__: ['spokenCells'], spokenCells: ['type', SpokenCells] };
