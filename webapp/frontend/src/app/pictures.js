// A picture that is wider than its place begins where something is: where a case stands, or what is different. Of two
// pictures side by side the page says where, so that both show the same.
function showWhatMatters(root) {
  for (const place of root.querySelectorAll('.diagram-scroll')) {
    const first = named(place) ?? leftmost(place);
    if (first) place.scrollLeft += first.left + first.width / 2 - place.getBoundingClientRect().left - place.clientWidth / 2;
  }
}

function named(place) {
  const { beginsAt } = place.dataset;
  return beginsAt && place.querySelector(`[data-element="${CSS.escape(beginsAt)}"]`)?.getBoundingClientRect();
}

function leftmost(place) {
  const marked = [...place.querySelectorAll('.is-here, .is-changed')].map((shape) => shape.getBoundingClientRect());
  return marked.length ? marked.reduce((one, other) => (other.left < one.left ? other : one)) : null;
}

document.addEventListener('htmx:load', (event) => showWhatMatters(event.detail.elt));
