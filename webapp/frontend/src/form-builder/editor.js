// form-js with our kinds of questions; its palette and its panel are not shown, ours stand beside it.
import { FormEditor } from '@bpmn-io/form-js-editor';
import { kindsModule } from './kinds.jsx';

// What form-js asks of its own panel: see form-js.mjs.
const NO_PANEL = { attachTo() {}, registerProvider() {} };
const nowhere = () => document.createElement('div');

export function createEditor(root, vocabulary) {
  return new FormEditor({
    container: root.querySelector('[data-canvas]'),
    palette: { parent: nowhere() },
    propertiesPanel: { parent: nowhere() },
    additionalModules: [kindsModule(vocabulary.kinds), { propertiesPanel: ['value', NO_PANEL] }],
  });
}

// A form that says what it said when it was opened is written as it was then.
export function sourceOf(editor) {
  const written = () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`;
  let opened = {};
  return {
    open: async (text) => {
      await editor.importSchema(JSON.parse(text));
      opened = { text, written: written() };
      return false;
    },
    write: async () => (written() === opened.written ? opened.text : written()),
    changed: (then) => editor.on('commandStack.changed', then),
    type: 'application/json',
    file: 'my-form.json',
    noun: 'form',
  };
}

export function schemaOf(editor) {
  return editor._getState().schema;
}

export function parentOf(editor, field) {
  return editor.get('formFieldRegistry').get(field._parent) ?? schemaOf(editor);
}

export function selectedField(editor) {
  const selected = editor.get('selection').get();
  return selected && selected.type !== 'default' ? selected : null;
}

// A new question comes after the chosen one, inside a chosen group, or at the end.
export function addField(editor, type) {
  const chosen = selectedField(editor);
  const inside = chosen && ['group', 'dynamiclist'].includes(chosen.type) && !['group', 'dynamiclist'].includes(type);
  const parent = inside ? chosen : chosen ? parentOf(editor, chosen) : schemaOf(editor);
  const index = chosen && !inside ? parent.components.indexOf(chosen) + 1 : parent.components.length;
  const layout = { row: editor.get('formLayouter').nextRowId(), columns: null };
  return editor.get('modeling').addFormField({ type, _parent: parent.id, layout }, parent, index);
}

export function removeField(editor, field) {
  const parent = parentOf(editor, field);
  editor.get('modeling').removeFormField(field, parent, parent.components.indexOf(field));
}

export function moveField(editor, field, by) {
  const parent = parentOf(editor, field);
  const from = parent.components.indexOf(field);
  const to = by < 0 ? from - 1 : from + 2;
  if (to < 0 || to > parent.components.length) return;
  editor.get('modeling').moveFormField(field, parent, parent, from, to, editor.get('formLayouter').getRowForField(field), null);
}
