// <button data-opens="id"> opens the dialog with that id; a click beside a dialog closes it.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  else if (event.target instanceof HTMLDialogElement) event.target.close();
});

// "Go back" on an error page; without a page to go back to there is no button.
document.querySelectorAll('[data-go-back]').forEach((button) => {
  button.hidden = history.length < 2;
  button.addEventListener('click', () => history.back());
});
