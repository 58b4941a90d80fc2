// The editor of decision tables: dmn-js with our words; the server checks and keeps what is decided.
import { Saving, saveBeforeLeaving, saveByKey } from '../designer/saving.js';
import { watchPresence } from '../designer/presence.js';
import { showDecisions } from './decisions.js';
import { createEditor, sourceOf } from './editor.js';
import { TableFindings } from './findings.js';
import { openPanel } from './panel/index.js';
import { wireToolbar } from './toolbar.js';
import { speak } from './words.js';
import { Trials } from './trials/index.js';
import './style.css';

const root = document.querySelector('[data-designer]');

async function start() {
  const settings = JSON.parse(document.getElementById('designer-settings').textContent);
  const editor = createEditor(root);
  const findings = new TableFindings(root, editor, settings);
  const saving = new Saving(root, sourceOf(editor), settings, () => Promise.all([findings.refresh(), trials.refresh()]));
  const trials = new Trials(root, editor, settings, saving);
  try {
    await saving.begin();
  } catch (error) {
    saving.say(`This file cannot be opened here: ${speak(error.message)}. Export the process, correct the file, and import it again.`, true);
    await findings.refresh();
    return;
  }
  showDecisions(root, editor);
  openPanel(root, editor, settings.vocabulary);
  wireToolbar(root, editor);
  trials.begin();
  saveByKey(saving);
  saveBeforeLeaving(root, saving);
  root.dataset.ready = '';
  performance.mark('designer-ready');
  await Promise.all([findings.refresh(), trials.refresh()]);
  findings.goTo(decodeURIComponent(window.location.hash.slice(1)));
  watchPresence(root, settings, saving);
}

start();
