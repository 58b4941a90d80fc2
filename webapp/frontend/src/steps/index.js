// The step list: fields that only some choices need, and the keyboard. Everything else is the server's.
import './style.css';

const BELOW_THE_TOP = 80;

// A field that belongs to one choice of the select beside it is shown while that is chosen.
function showFields(form) {
  const actor = form.querySelector('select[name="actor"]')?.value;
  const again = form.querySelector('select[name="repeats"]')?.value;
  for (const field of form.querySelectorAll('[data-argument-of]')) {
    const { argumentOf } = field.dataset;
    field.hidden = argumentOf === 'again' ? again === 'once' : argumentOf !== actor;
  }
  const kind = form.querySelector('[data-kind]')?.value;
  for (const part of form.querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(kind);
  const choices = form.querySelector('[data-choices]');
  if (choices) choices.hidden = form.querySelector('select[name="question-kind"]')?.value !== 'radio';
  for (const select of form.querySelectorAll('[data-compares]')) offerValues(select);
}

// What the chosen answer can be is offered beside it, and how it can be compared.
function offerValues(select) {
  const comparison = select.nextElementSibling;
  const withoutOrder = select.selectedOptions[0]?.dataset.withoutOrder !== undefined;
  for (const option of comparison.querySelectorAll('[data-order]')) option.hidden = option.disabled = withoutOrder;
  if (comparison.selectedOptions[0]?.disabled) comparison.selectedIndex = 0;
  const values = select.selectedOptions[0]?.dataset.values?.split('|').filter(Boolean) ?? [];
  document.getElementById(select.dataset.compares)?.replaceChildren(...values.map((value) => new Option(value, value)));
}

document.addEventListener('input', (event) => {
  const form = event.target.closest('[data-steps] form');
  if (form && event.target.matches('select')) showFields(form);
});

// Alt and an arrow move the open step; Escape closes it, or the form to add one.
document.addEventListener('keydown', (event) => {
  const steps = event.target.closest?.('[data-steps]') ?? document.querySelector('[data-steps]');
  if (!steps || event.ctrlKey || event.metaKey) return;
  const target = event.altKey ? steps.querySelector(`[data-arrow="${event.key}"]`) : event.key === 'Escape' && steps.querySelector('[data-closes]');
  if (!target) return;
  event.preventDefault();
  target.click();
});

// What cannot be saved is said at its field, until it can be.
document.addEventListener('htmx:validation:failed', ({ target }) => {
  const field = target.closest('[data-steps] .rf-step-field');
  if (!field) return;
  target.classList.add('is-invalid');
  const said = field.querySelector('[data-unsaved]') ?? field.appendChild(document.createElement('p'));
  said.className = 'invalid-feedback d-block';
  said.dataset.unsaved = '';
  said.setAttribute('role', 'alert');
  said.textContent = `Not saved: ${target.type === 'number' ? 'write a whole number from 1 to 9999.' : 'it needs a name.'}`;
});
document.addEventListener('input', ({ target }) => {
  if (!target.classList.contains('is-invalid') || !target.validity?.valid) return;
  target.classList.remove('is-invalid');
  target.closest('.rf-step-field')?.querySelector('[data-unsaved]')?.remove();
});

// What is unfolded stays so when the list comes anew, and what somebody is at stays where it is on the screen.
let unfolded = [];
let held = null;
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  unfolded = [...document.querySelectorAll('[data-steps] details[open]')].map((part) => part.id);
  held = detail.requestConfig?.elt?.matches('[data-goes-on]') ? null : hold();
});
document.addEventListener('htmx:afterSwap', () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '');
});

// The field or step with the focus; of a button, the title of its step, which may be above the screen.
function hold() {
  const active = document.activeElement.closest('[data-steps] *');
  const element = active?.id ? active : active?.closest('.rf-step-head')?.querySelector('.rf-step-title');
  return element && { id: element.id, top: Math.max(element.getBoundingClientRect().top, BELOW_THE_TOP) };
}

// What had the focus may have gone with the part of the page that came anew: the keyboard goes on at the list.
document.addEventListener('htmx:afterSettle', () => {
  prepare();
  const element = held && document.getElementById(held.id);
  if (element) scrollBy({ top: element.getBoundingClientRect().top - held.top, behavior: 'instant' });
  else showOpen();
  held = null;
  if (document.activeElement === document.body) document.querySelector('[data-steps]')?.focus({ preventScroll: true });
});

// A step that is opened from elsewhere is seen with what can be changed of it.
function showOpen() {
  const open = document.querySelector('[data-steps] .rf-step-head.is-open')?.getBoundingClientRect();
  if (open && open.bottom > innerHeight) scrollBy({ top: open.top - BELOW_THE_TOP, behavior: 'instant' });
}

function prepare() {
  for (const form of document.querySelectorAll('[data-steps] form:has([data-kind], [data-choices], [data-compares])')) showFields(form);
}

prepare();
showOpen();
