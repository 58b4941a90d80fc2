// The buttons above the form, and their keys.
import { moveField, removeField, selectedField } from './editor.js';

const TYPING = 'input, textarea, select, [contenteditable]';

export function wireToolbar(root, editor) {
  const stack = editor.get('commandStack');
  const withChosen = (action) => () => {
    const field = selectedField(editor);
    if (field) action(field);
  };
  const actions = {
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    up: withChosen((field) => moveField(editor, field, -1)),
    down: withChosen((field) => moveField(editor, field, 1)),
    remove: withChosen((field) => removeField(editor, field)),
  };
  const button = (name) => root.querySelector(`[data-action="${name}"]`);
  for (const [name, action] of Object.entries(actions)) button(name).addEventListener('click', action);
  const update = () => {
    button('undo').disabled = !stack.canUndo();
    button('redo').disabled = !stack.canRedo();
    for (const name of ['up', 'down', 'remove']) button(name).disabled = !selectedField(editor);
  };
  editor.on('commandStack.changed', update);
  editor.on('selection.changed', update);
  update();
  root.addEventListener('keydown', (event) => byKey(event, actions));
}

function byKey(event, actions) {
  if (event.target.matches(TYPING)) return;
  const name = { Delete: 'remove', Backspace: 'remove' }[event.key] ?? (event.altKey ? { ArrowUp: 'up', ArrowDown: 'down' }[event.key] : null);
  const inCanvas = event.target.closest('[data-canvas]');
  const undoing = !inCanvas && (event.ctrlKey || event.metaKey) ? { z: event.shiftKey ? 'redo' : 'undo', y: 'redo' }[event.key.toLowerCase()] : null;
  if (!(name && inCanvas) && !undoing) return;
  event.preventDefault();
  actions[undoing ?? name]();
}
