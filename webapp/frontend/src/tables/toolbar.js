// The buttons above the table, and the keys of undoing outside of it; inside, dmn-js has its own.
import { service, whenChanged, whenOpened } from './editor.js';

export function wireToolbar(root, editor) {
  const stack = () => service(editor, 'commandStack');
  const button = (name) => root.querySelector(`[data-action="${name}"]`);
  const update = () => {
    button('undo').disabled = !stack().canUndo();
    button('redo').disabled = !stack().canRedo();
  };
  for (const name of ['undo', 'redo']) button(name).addEventListener('click', () => stack()[name]());
  whenChanged(editor, update);
  whenOpened(editor, update);
  update();
  root.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.closest('input, textarea, select, [contenteditable], [data-canvas]')) return;
    const name = { z: event.shiftKey ? 'redo' : 'undo', y: 'redo' }[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    stack()[name]();
  });
}
