// dmn-js with the decision table, the single expression, and our words.
import ExpressionEditor from 'dmn-js-literal-expression/lib/Editor';
import DecisionTableEditor from 'dmn-js-decision-table/lib/Editor';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import reviewflow from '../../../../bpmn/schema/reviewflow-dmn.json';
import { Original } from '../designer/patching.js';
import { spokenCells } from './cells.js';
import { speak } from './words.js';

const TYPES = ['string', 'number', 'boolean', 'date', 'dateTime', 'dayTimeDuration', 'yearMonthDuration'];
const FOCUSABLE = 'input, textarea, select, button, [tabindex], [contenteditable]';

const decides = (type) => ({ decisionLogic }) => Boolean(decisionLogic?.$instanceOf(type));

class TableEditor extends EditingManager {
  _getViewProviders() {
    return [
      { id: 'decisionTable', constructor: DecisionTableEditor, opens: decides('dmn:DecisionTable') },
      { id: 'literalExpression', constructor: ExpressionEditor, opens: decides('dmn:LiteralExpression') },
    ];
  }

  // The file as dmn-js writes it, without showing it.
  async rewrite(text) {
    const { rootElement } = await this._moddle.fromXML(text, 'dmn:Definitions');
    return (await this._moddle.toXML(rootElement, { format: true })).xml;
  }

  // Tables and expressions have a viewer each, made when the first of them is opened.
  eachViewer(action) {
    Object.values(this._viewers).forEach(action);
    this.on('viewer.created', ({ viewer }) => action(viewer));
  }
}

export function createEditor(root) {
  keepMenusOpen(root.querySelector('[data-canvas]'));
  const words = { translate: ['value', speak] };
  return new TableEditor({
    container: root.querySelector('[data-canvas]'),
    moddleExtensions: { rf: reviewflow },
    common: { dataTypes: TYPES },
    decisionTable: { debounceInput: false, additionalModules: [words, spokenCells] },
    // What the panel asks stands below the expression, too.
    literalExpression: { additionalModules: [words, { literalExpressionProperties: ['value', null] }] },
  });
}

export function sourceOf(editor) {
  const original = new Original((text) => editor.rewrite(text));
  return {
    open: async (text) => {
      original.open(text);
      await editor.importXML(text);
      return false;
    },
    write: async () => original.write((await editor.saveXML({ format: true })).xml),
    changed: (then) => whenChanged(editor, then),
    type: 'application/xml',
    file: 'my-table.dmn',
    noun: 'table',
  };
}

// Opening another decision forgets what can be undone; that changes nothing.
export function whenChanged(editor, then) {
  editor.eachViewer((viewer) => viewer.on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && then()));
}

export function whenOpened(editor, then) {
  editor.on('views.changed', ({ activeView }) => activeView && then());
}

export function service(editor, name) {
  return editor.getActiveViewer().get(name);
}

// The decisions of the file in their order; those that are neither table nor expression cannot be opened.
export function decisionsOf(editor) {
  return editor.getDefinitions().get('drgElement').filter((each) => each.$instanceOf('dmn:Decision'));
}

// The decision that is open.
export function decisionOf(editor) {
  return editor.getActiveView().element;
}

export function isTable(decision) {
  return decides('dmn:DecisionTable')(decision);
}

// The root of the table that is open; null for an expression.
export function tableOf(editor) {
  return isTable(decisionOf(editor)) ? service(editor, 'sheet').getRoot() : null;
}

export async function openDecision(editor, decision) {
  const view = editor.getView(decision);
  if (view && view.element !== decisionOf(editor)) await editor.open(view);
}

// The menus of dmn-js close when the focus leaves them: a click on their own words would give it to the page around.
function keepMenusOpen(canvas) {
  canvas.addEventListener('mousedown', (event) => {
    const menu = event.target.closest('.context-menu, .options');
    if (menu && !menu.contains(event.target.closest(FOCUSABLE))) event.preventDefault();
  }, true);
}
