// Shortcuts: ? help, / search, j and k through the rows of a list, w to write, g and a letter to another screen.
// Any other letter presses what a page marks with it: data-row-key in the row where the focus is, else data-key.
const CHORD_TIME = 1500;
let chordStarted = 0;

function isTyping(target) {
  if (target.matches('input[type="checkbox"], input[type="radio"]') && !target.closest('dialog')) return false;
  return target.closest('input, textarea, select, [contenteditable], dialog') !== null;
}

function moveRow(step) {
  const links = [...document.querySelectorAll('[data-rows] tbody tr')].map((row) => row.querySelector('a')).filter(Boolean);
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? 0 : here + step;
  links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

function press(key) {
  const named = CSS.escape(key);
  const row = document.activeElement.closest('[data-rows] tbody tr');
  const target = row?.querySelector(`[data-row-key="${named}"]`) ?? document.querySelector(`[data-key="${named}"]`);
  if (!target || target.disabled) return false;
  if (target.matches('input[type="radio"]')) target.focus();
  target.click();
  return true;
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
  if (action) action();
  else if (!press(event.key)) return;
  event.preventDefault();
});
