// Shortcuts: ? help, / search, j and k through the rows of a list, w to write, g and a letter to another screen.
const CHORD_TIME = 1500;
let chordStarted = 0;

function isTyping(target) {
  return target.closest('input, textarea, select, [contenteditable], dialog') !== null;
}

function moveRow(step) {
  const links = [...document.querySelectorAll('[data-rows] tbody tr')].map((row) => row.querySelector('a')).filter(Boolean);
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? 0 : here + step;
  links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

function goTo(key) {
  const link = document.querySelector(`[data-go-key="${CSS.escape(key)}"]`);
  if (link) window.location.assign(link.href);
}

const ACTIONS = {
  '?': () => document.getElementById('keyboard-help').showModal(),
  '/': () => document.querySelector('input[type="search"]')?.focus(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  w: () => document.querySelector('main form .rf-fields :is(input:not([type="hidden"]), textarea, select)')?.focus(),
  g: () => { chordStarted = Date.now(); },
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (Date.now() - chordStarted < CHORD_TIME) {
    chordStarted = 0;
    goTo(event.key);
    return;
  }
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
