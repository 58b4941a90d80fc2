// The pages of a cycle: the parts of the form that htmx follows, and steps of the diagram that lead to the people there.
import './style.css';

document.querySelectorAll('[data-step-address]').forEach((region) => {
  const steps = [...region.querySelectorAll('[data-element]')].filter((part) => /diagram-(user|manual)Task/.test(part.getAttribute('class')));
  steps.forEach((step) => step.classList.add('is-link'));
  region.addEventListener('click', (event) => {
    const step = event.target.closest('.is-link');
    if (step) window.location.assign(region.dataset.stepAddress.replace('STEP', step.dataset.element));
  });
});
