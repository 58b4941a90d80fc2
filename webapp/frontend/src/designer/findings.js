// What the server's checks say, at the elements and in a list: a click in the list goes to the element.
import { Checks } from './checks.js';
import { element as make } from './page.js';
import { comeTo } from './viewing.js';

const LAYER = 'rf-finding';

export class Findings extends Checks {
  constructor(root, modeler, settings) {
    super(root, settings, { whole: '', going: 'drawing' });
    this.modeler = modeler;
    this.marked = [];
    modeler.on('import.done', () => { this.marked = []; });
  }

  isHere() {
    return true;
  }

  nameOf({ name, file, where }) {
    return file.endsWith('.bpmn') || !where ? name : `${name} in ${where}`;
  }

  mark() {
    this.clear();
    for (const [id, said] of this.said()) {
      const severe = this.found.some((finding) => finding.id === id && finding.severity === 'error');
      this.markOne(id, said.join('\n'), severe);
    }
  }

  clear() {
    this.modeler.get('overlays').remove({ type: LAYER });
    const canvas = this.modeler.get('canvas');
    for (const id of this.marked) if (this.find(id)) canvas.removeMarker(id, LAYER);
    this.marked = [];
  }

  markOne(id, text, severe) {
    const target = this.find(id);
    if (!target || target === this.modeler.get('canvas').getRootElement()) return;
    this.modeler.get('canvas').addMarker(target, LAYER);
    this.marked.push(id);
    const html = make('button', { type: 'button', class: `rf-finding-mark${severe ? '' : ' rf-finding-soft'}`, title: text, 'aria-label': text, tabindex: '-1' }, severe ? '!' : '?');
    html.addEventListener('click', () => this.modeler.get('selection').select(target));
    const position = target.waypoints ? { top: -12, left: 0 } : { top: -11, right: 11 };
    this.modeler.get('overlays').add(target, LAYER, { position, html, show: { minZoom: 0 } });
  }

  find(id) {
    return this.modeler.get('elementRegistry').get(id);
  }

  goTo(id) {
    const target = this.find(id);
    if (!target) return;
    comeTo(this.modeler.get('canvas'), target);
    this.modeler.get('selection').select(target);
  }
}
