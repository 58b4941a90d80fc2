// What can be asked: form-js drags the buttons; a click or the keyboard puts the question after the chosen one.
import { addField } from './editor.js';

export function wirePalette(root, editor) {
  for (const button of root.querySelectorAll('[data-palette] [data-field-type]')) {
    button.addEventListener('click', () => addField(editor, button.dataset.fieldType));
  }
}
