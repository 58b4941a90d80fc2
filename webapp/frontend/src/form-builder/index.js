// The form builder: form-js with our questions and our words; the server shows, checks and keeps what is built.
import { Saving, saveBeforeLeaving, saveByKey } from '../designer/saving.js';
import { watchPresence } from '../designer/presence.js';
import { createEditor, sourceOf } from './editor.js';
import { FormFindings } from './findings.js';
import { openPanel } from './panel/index.js';
import { wirePalette } from './palette.js';
import { wirePreview } from './preview.js';
import { wireToolbar } from './toolbar.js';
import './style.css';

const WIDE = window.matchMedia('(min-width: 56rem)');
const root = document.querySelector('[data-designer]');

async function start() {
  const settings = JSON.parse(document.getElementById('designer-settings').textContent);
  const editor = createEditor(root, settings.vocabulary);
  const findings = new FormFindings(root, editor, settings);
  const preview = wirePreview(root, settings, () => saving.save());
  const saving = new Saving(root, sourceOf(editor), settings, () => {
    findings.refresh();
    preview.refresh();
  });
  try {
    await saving.begin();
  } catch (error) {
    saving.say(`The builder cannot open this form: ${error.message}. Export the process, correct the file, and import it again.`, true);
    await findings.refresh();
    return;
  }
  openPanel(root, editor, settings.vocabulary, findings);
  wirePalette(root, editor);
  wireToolbar(root, editor);
  saveByKey(saving);
  saveBeforeLeaving(root, saving);
  root.dataset.ready = '';
  performance.mark('designer-ready');
  await findings.refresh();
  findings.goTo(decodeURIComponent(window.location.hash.slice(1)));
  watchPresence(root, settings, saving);
}

// On a phone the page says where the form can be looked at; turning or widening the window begins to build.
if (WIDE.matches) start();
else WIDE.addEventListener('change', start, { once: true });
