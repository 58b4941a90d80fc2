// htmx, our protection against forged requests, the loading line, and what to say when a request fails.
import htmx from 'htmx.org';
import { showToast } from './toasts.js';

const loading = document.querySelector('.rf-loading');
let running = 0;

function setRunning(change) {
  running = Math.max(0, running + change);
  loading.hidden = running === 0;
}

export function forgeryToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

function explain(response) {
  try {
    const { reason, remedy, reference } = JSON.parse(response);
    return [reason, remedy, reference && `Reference: ${reference}`].filter(Boolean).join(' ');
  } catch {
    return 'The server gave an answer we do not understand. Reload the page and try again.';
  }
}

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = forgeryToken();
});
document.addEventListener('htmx:beforeRequest', () => setRunning(1));
document.addEventListener('htmx:afterRequest', () => setRunning(-1));

// A form that comes back with its findings is shown; any other refusal becomes a message.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422 && xhr.getResponseHeader('Content-Type')?.startsWith('text/html')) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener('htmx:responseError', (event) => showToast(explain(event.detail.xhr.response)));
document.addEventListener('htmx:sendError', () => {
  showToast('The server cannot be reached. Check your connection; what you wrote is still on this page.');
});

window.htmx = htmx;
