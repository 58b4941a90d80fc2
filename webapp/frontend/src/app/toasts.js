// Messages in the corner. Good news goes away by itself; what can be acted on, or is no good news, stays until it is dismissed.
const SHOWN_FOR = 6000;
const region = document.querySelector('.rf-toasts');

function fadeOut(toast) {
  if (toast.dataset.toast === 'success' && !toast.querySelector('form')) setTimeout(() => toast.remove(), SHOWN_FOR);
}

export function showToast(message) {
  const toast = document.querySelector('#toast-template').content.firstElementChild.cloneNode(true);
  toast.querySelector('.rf-toast-text').textContent = message;
  region.append(toast);
}

region.querySelectorAll('[data-toast]').forEach(fadeOut);
document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('[data-toast]').remove();
});
