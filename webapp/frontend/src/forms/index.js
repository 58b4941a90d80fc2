// Makes questionnaires pleasant. Everything works without it: rows, conditions and drafts then cost a round trip.
import { keepDraft } from './drafts.js';
import { followConditions } from './conditions.js';
import { countCharacters, growTextareas, sumWeights } from './hints.js';
import { editRows } from './rows.js';

// Somebody who writes forty reviews hands them in without leaving the keyboard; Enter alone never does it.
function sendByKeyboard(form) {
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('.rf-form-foot .btn-primary'));
  });
}

function enhance(form) {
  if (form.dataset.enhanced) return;
  form.dataset.enhanced = 'yes';
  editRows(form);
  countCharacters(form);
  growTextareas(form);
  sumWeights(form);
  if ('live' in form.dataset) followConditions(form);
  sendByKeyboard(form);
  keepDraft(form);
}

const enhanceAll = () => document.querySelectorAll('form.rf-form').forEach(enhance);
enhanceAll();
// A form that a partial page load brought.
document.addEventListener('htmx:afterSettle', enhanceAll);
