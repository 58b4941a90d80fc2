// A select of a filter is applied when it is changed; without scripts the button beside the search does it.
document.addEventListener('change', (event) => {
  if (event.target.matches('select[data-submits]')) event.target.form.requestSubmit();
});
