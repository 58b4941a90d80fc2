// The diagram editor: draws what the server knows, saves while one draws, and says at each step what is missing.
import { createModeler, openDiagram } from './modeler.js';
import { openPanel } from './panel/index.js';
import { showPalette } from './palette.js';
import { Saving } from './saving.js';
import { Original } from './patching.js';
import { Findings } from './findings.js';
import { watchPresence } from './presence.js';
import { wireToolbar } from './toolbar.js';
import { shareClipboard } from './clipboard.js';
import { beginWhereOneWas } from './viewing.js';
import './style.css';

const WIDE = window.matchMedia('(min-width: 56rem)');
const root = document.querySelector('[data-designer]');

async function start() {
  const settings = JSON.parse(document.getElementById('designer-settings').textContent);
  const modeler = createModeler(root, settings.vocabulary);
  const findings = new Findings(root, modeler, settings);
  const saving = new Saving(root, sourceOf(modeler), settings, () => findings.refresh());
  showPalette(root, modeler);
  openPanel(root, modeler, { ...settings.vocabulary, formsAddress: settings.addresses.forms, tablesAddress: settings.addresses.tables });
  wireToolbar(root, modeler, saving);
  shareClipboard(modeler);
  await saving.begin();
  beginWhereOneWas(modeler);
  findings.goTo(decodeURIComponent(window.location.hash.slice(1)));
  root.dataset.ready = '';
  performance.mark('designer-ready');
  findings.refresh();
  watchPresence(root, settings, saving);
}

function sourceOf(modeler) {
  const moddle = modeler.get('moddle');
  const original = new Original(async (text) => (await moddle.toXML((await moddle.fromXML(text)).rootElement, { format: true })).xml);
  return {
    open: (text) => {
      original.open(text);
      return openDiagram(modeler, text);
    },
    write: async () => original.write((await modeler.saveXML({ format: true })).xml),
    changed: (then) => modeler.on('commandStack.changed', then),
    type: 'application/xml',
    file: 'my-diagram.bpmn',
    noun: 'diagram',
  };
}

// On a phone the page says where the diagram can be read; turning or widening the window begins to draw.
if (WIDE.matches) start();
else WIDE.addEventListener('change', start, { once: true });
