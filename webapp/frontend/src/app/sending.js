// A form that is on its way is not sent a second time by an impatient click.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = 'yes';
  event.submitter?.setAttribute('aria-busy', 'true');
});

// Coming back with the browser's button shows the page as it was left.
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-sending]').forEach((form) => {
    delete form.dataset.sending;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  });
});
