// Putting cases in order: by dragging, by the arrows beside each, and by Alt with an arrow key. The line moves along.
// Without this script the arrows ask the server.
import './style.css';

const form = document.querySelector('[data-ranking]');
const list = form?.querySelector('ol');
const said = form?.querySelector('[data-said]');

const cases = () => [...list.querySelectorAll('[data-case]')];

// How many, from the first, there is room for.
function countAbove(all) {
  let room = Number(form.dataset.cases ?? Infinity);
  let money = Number(form.dataset.money ?? Infinity);
  return all.findIndex((one) => {
    room -= 1;
    money -= Number(one.dataset.cost);
    return room < 0 || money < 0;
  });
}

function number() {
  const all = cases();
  all.forEach((one, at) => { one.querySelector('.rf-ranking-place').textContent = at + 1; });
  const line = list.querySelector('[data-line]') ?? makeLine();
  const above = countAbove(all);
  line.hidden = above <= 0;
  if (above > 0) all[above].before(line);
}

function makeLine() {
  const line = document.createElement('li');
  line.className = 'rf-ranking-line';
  line.dataset.line = '';
  const words = document.createElement('span');
  words.textContent = 'The line: there is room down to here';
  line.append(words);
  list.append(line);
  return line;
}

function move(one, by) {
  const all = cases();
  const at = all.indexOf(one);
  const other = all[at + by];
  if (!other) return;
  if (by < 0) other.before(one);
  else other.after(one);
  number();
  said.textContent = `${one.dataset.name} is number ${at + by + 1} of ${all.length}.`;
}

if (form) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="move"]');
    if (!button) return;
    event.preventDefault();
    move(button.closest('[data-case]'), button.value.startsWith('up') ? -1 : 1);
    button.focus();
  });
  form.addEventListener('keydown', (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const one = event.target.closest('[data-case]');
    if (!event.altKey || !by || !one) return;
    event.preventDefault();
    const focused = document.activeElement;
    move(one, by);
    focused.focus();
  });
  let dragged = null;
  for (const one of cases()) one.draggable = true;
  list.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('[data-case]');
    event.dataTransfer.effectAllowed = 'move';
    dragged?.setAttribute('data-dragged', '');
  });
  list.addEventListener('dragover', (event) => {
    const over = event.target.closest('[data-case]');
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener('drop', (event) => event.preventDefault());
  list.addEventListener('dragend', () => {
    if (!dragged) return;
    dragged.removeAttribute('data-dragged');
    const at = cases().indexOf(dragged) + 1;
    number();
    said.textContent = `${dragged.dataset.name} is number ${at} of ${cases().length}.`;
    dragged = null;
  });
  form.dataset.ready = '';
}
