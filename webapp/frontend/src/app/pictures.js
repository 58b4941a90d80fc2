// A picture that is wider than its place begins where something is: where a case stands, or what is different.
function showWhatMatters(root) {
  for (const place of root.querySelectorAll('.diagram-scroll')) {
    const marked = [...place.querySelectorAll('.is-here, .is-changed')].map((shape) => shape.getBoundingClientRect());
    if (!marked.length) continue;
    const first = marked.reduce((one, other) => (other.left < one.left ? other : one));
    place.scrollLeft += first.left + first.width / 2 - place.getBoundingClientRect().left - place.clientWidth / 2;
  }
}

document.addEventListener('htmx:load', (event) => showWhatMatters(event.detail.elt));
