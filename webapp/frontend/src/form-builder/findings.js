// What the server's checks say of this form: at the questions, in the panel, and in a list that leads there.
import { FileChecks } from '../designer/checks.js';

export class FormFindings extends FileChecks {
  constructor(root, editor, settings) {
    super(root, settings, 'form', 'building');
    this.editor = editor;
    this.listeners = [];
  }

  show(findings) {
    super.show(findings);
    this.listeners.forEach((listener) => listener());
  }

  of(id) {
    return this.found.filter((finding) => finding.id === id);
  }

  mark() {
    const said = this.said();
    for (const place of this.canvas.querySelectorAll('[data-id]')) {
      if (said.has(place.dataset.id)) place.setAttribute('data-finding', said.get(place.dataset.id).join('\n'));
      else place.removeAttribute('data-finding');
    }
  }

  find(id) {
    return this.editor.get('formFieldRegistry').get(id);
  }

  goTo(id) {
    const field = this.find(id);
    if (field) this.editor.get('selection').set(field);
  }
}
