// Selecting rows to approve together: the box above the list takes all of the page, and the button says how many.
function boxes() {
  return [...document.querySelectorAll('input[name="task"][form="bulk"]')];
}

function tell() {
  const count = boxes().filter((box) => box.checked).length;
  document.querySelectorAll('[data-selected-count]').forEach((place) => {
    place.textContent = count ? ` (${count})` : '';
  });
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-selects-all]')) {
    boxes().forEach((box) => { box.checked = event.target.checked; });
  }
  if (event.target.closest('#bulk, [form="bulk"]')) tell();
});

// Coming back with the browser's button, what was selected is selected still.
window.addEventListener('pageshow', tell);
