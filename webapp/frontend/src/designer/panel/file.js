// What the panel of a form or of a table says of its file: where it is asked, what it is called, and taking it away.
import { element as make } from '../page.js';
import { textField } from './fields.js';

export function fileGroup({ noun, asked, unused, closed }) {
  const renaming = document.querySelector('[data-renaming]');
  const use = asked ? [make('p', { class: 'text-secondary' }, asked)] : [make('p', { class: 'text-secondary' }, unused), button('remove', `Take the ${noun} away`, document.querySelector('[data-removal]'))];
  return {
    title: 'Use', closed,
    fields: [...use, ...(renaming ? renamingFields(renaming) : [])],
  };
}

function renamingFields(renaming) {
  const { file } = renaming.elements;
  return [
    textField({ name: 'file', label: 'Name of the file', hint: 'Steps that ask it follow. Nobody else sees it.', value: file.value, commit: (text) => { file.value = text; } }),
    button('rename', 'Rename the file', renaming),
  ];
}

function button(name, text, form) {
  const made = make('button', { type: 'button', class: 'btn', 'data-field': `file-${name}` }, text);
  made.addEventListener('click', () => form.requestSubmit());
  return made;
}
