// Small helps while writing: characters left, height of text areas, the sum of weights.
const numbers = new Intl.NumberFormat('en');

function count(line) {
  const text = document.getElementById(line.dataset.counts)?.value ?? '';
  // The server counts characters as people do, not UTF-16 units, and not the blanks around a text.
  const written = [...text.trim()].length;
  const limit = Number(line.dataset.counter);
  line.textContent = `${numbers.format(written)} of ${numbers.format(limit)} characters`;
  line.toggleAttribute('data-over', written > limit);
}

export function countCharacters(form) {
  const all = () => form.querySelectorAll('[data-counter]').forEach(count);
  form.addEventListener('input', all);
  all();
}

export function growTextareas(form) {
  if (CSS.supports('field-sizing', 'content')) return;
  const grow = (area) => {
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  form.addEventListener('input', (event) => {
    if (event.target.matches('textarea[data-grow]')) grow(event.target);
  });
  form.querySelectorAll('textarea[data-grow]').forEach(grow);
}

function sum(line) {
  const fields = line.closest('.rf-list').querySelectorAll('[data-row] input[name$=".weight"]');
  const texts = [...fields].map((field) => field.value.trim().replace(',', '.')).filter(Boolean);
  // Cents, because 0.1 + 0.2 is not 0.3 in a browser.
  const total = texts.reduce((cents, text) => cents + Math.round(Number(text) * 100), 0) / 100;
  const wanted = Number(line.dataset.total);
  line.hidden = texts.length === 0 || Number.isNaN(total);
  line.toggleAttribute('data-even', total === wanted);
  line.textContent = total === wanted ? `The weights sum to ${wanted}.` : `The weights sum to ${total} of ${wanted}.`;
}

export function sumWeights(form) {
  const all = () => form.querySelectorAll('[data-total]').forEach(sum);
  form.addEventListener('input', all);
  all();
}
