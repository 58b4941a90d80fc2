// Showing changed values without taking away the field that somebody is in.
import { settle } from './fields.js';

const INPUTS = 'input, select, textarea';

// Makes `place` show `parts`: what is built the same way stays and takes the new values, the rest is replaced.
export function renew(place, parts) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.field : null;
  exchange(place, parts);
  if (focused && !place.contains(document.activeElement)) {
    place.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus();
  }
}

function exchange(place, parts) {
  const old = [...place.children];
  if (old.length !== parts.length) {
    place.replaceChildren(...parts);
    return;
  }
  old.forEach((before, index) => {
    const after = parts[index];
    if (plan(before) === plan(after)) takeValues(before, after);
    else if (before.matches('.rf-panel-group') && before.tagName === after.tagName && titleOf(before) === titleOf(after)) exchange(before, [...after.children]);
    else before.replaceWith(after);
  });
}

function titleOf(group) {
  return group.querySelector(':scope > summary')?.textContent ?? '';
}

// How a part is built: everything but the numbers that tie labels to fields, and whether it is unfolded.
function plan(part) {
  return part.outerHTML.replace(/rf-(?:field|list)-\d+/g, '').replace(/^(<details[^>]*?) open=""/, '$1');
}

function takeValues(before, after) {
  const fresh = after.querySelectorAll(INPUTS);
  before.querySelectorAll(INPUTS).forEach((input, index) => {
    // Somebody may be writing here: what they have not handed over yet stays.
    if (input === document.activeElement && input.value !== fresh[index].value) return;
    input.checked = fresh[index].checked;
    input.value = fresh[index].value;
    settle(input);
  });
}

// Plans `draw` for later. A value is handed over in the middle of a click into the next field or on a button: that one
// must still be there when the click ends.
export function drawCalmly(place, draw) {
  let timer = 0;
  let pressed = false;
  const plan = () => {
    clearTimeout(timer);
    if (!pressed) timer = setTimeout(draw);
  };
  place.addEventListener('pointerdown', () => { pressed = true; });
  for (const end of ['pointerup', 'pointercancel']) {
    window.addEventListener(end, () => {
      if (!pressed) return;
      pressed = false;
      // The click comes right after.
      plan();
    });
  }
  return plan;
}
