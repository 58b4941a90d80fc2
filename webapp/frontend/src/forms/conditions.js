// Shows and hides what depends on other answers. The server decides: it draws the form for the answers of this moment,
// and only what is shown, the texts and the options are taken over; what somebody is writing is never touched.
const PAUSE = 200;

export function forgeryToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? '';
}

export function formBody(form) {
  // Files never occur, so the compact form is enough and every server reads it. What starts with an underscore, such as
  // the password of a signature, is no answer: it goes along only when the form itself is sent.
  return new URLSearchParams([...new FormData(form)].filter(([name]) => !name.startsWith('_')));
}

// Not form.action: an answer may have the key "action", and then that is its input.
function addressOf(form) {
  return form.getAttribute('action') || window.location.href;
}

function takeOver(current, drawn) {
  const text = drawn.querySelector(':scope > [data-live-text]');
  const shown = current.querySelector(':scope > [data-live-text]');
  if (text && shown && shown.innerHTML !== text.innerHTML) shown.innerHTML = text.innerHTML;
  const select = drawn.querySelector(':scope > select[data-live-options]');
  const chosen = current.querySelector(':scope > select[data-live-options]');
  const values = (list) => [...list.options].map((option) => option.value + option.text).join('\n');
  if (select && chosen && chosen !== document.activeElement && values(select) !== values(chosen)) {
    chosen.replaceChildren(...select.options);
  }
  current.hidden = drawn.hidden;
}

async function bringUpToDate(form, signal) {
  const body = formBody(form);
  body.set('_refresh', '1');
  const response = await fetch(addressOf(form), { method: 'POST', body, signal, headers: { 'X-CSRFToken': forgeryToken() } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const parts = new Map([...page.querySelectorAll('#answers [data-field]')].map((part) => [part.dataset.field, part]));
  for (const part of form.querySelectorAll('[data-field]')) {
    const drawn = parts.get(part.dataset.field);
    if (drawn) takeOver(part, drawn);
  }
}

export function followConditions(form) {
  let timer = 0;
  let running = new AbortController();
  const ask = () => {
    clearTimeout(timer);
    form.setAttribute('aria-busy', 'true');
    timer = setTimeout(() => {
      running.abort();
      const own = new AbortController();
      running = own;
      // Offline the page stays as it is; the server checks conditions again when the form is sent.
      bringUpToDate(form, own.signal)
        .catch(() => {})
        .finally(() => {
          if (running === own && timer === asked) form.removeAttribute('aria-busy');
        });
    }, PAUSE);
    const asked = timer;
  };
  form.addEventListener('change', ask);
  // What is handed in is not asked about any more.
  form.addEventListener('submit', () => {
    clearTimeout(timer);
    running.abort();
  });
}
