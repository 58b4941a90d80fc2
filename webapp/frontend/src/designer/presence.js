// Who else draws here: told every quarter of a minute, and what they saved is taken over when nothing of ours is open.
import { ask } from './page.js';

const EVERY = 15_000;
const WRITTEN_IN = 'input, textarea, select, [contenteditable]';

// What is being written is handed over only when its field is left: until then nobody but the field knows of it.
function isWriting(root) {
  return root.contains(document.activeElement) && document.activeElement.closest(WRITTEN_IN) !== null;
}

export function watchPresence(root, settings, saving) {
  const place = root.querySelector('[data-others]');
  const address = `${settings.addresses.presence}?path=${encodeURIComponent(settings.path)}`;

  const isFree = () => !saving.busy && !isWriting(root);

  async function report() {
    try {
      const { others, revisions } = await (await ask(address, { method: 'PUT' })).json();
      place.textContent = describe(others, settings.path);
      if (revisions[settings.path] > saving.revision && isFree()) await saving.takeTheirs(isFree);
    } catch { /* the saving says when the server cannot be reached */ }
  }

  report();
  const timer = setInterval(report, EVERY);
  window.addEventListener('pagehide', () => {
    clearInterval(timer);
    ask(address, { method: 'DELETE', keepalive: true }).catch(() => {});
  });
}

function describe(others, path) {
  if (!others.length) return '';
  const names = others.map(({ name }) => name);
  const all = names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(' and ');
  const same = others.some((other) => other.path === path);
  return `${all} ${names.length > 1 ? 'are' : 'is'} here too${same ? '. What is saved first stays; you are asked before anything is replaced.' : '.'}`;
}
