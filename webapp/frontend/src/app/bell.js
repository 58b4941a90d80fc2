// The bell: the newest notifications under it, and its count, as they are after whatever a person has just done. It asks
// when it is opened, when something was sent without leaving the page, and when somebody comes back to the page; never by
// the clock, which would keep people signed in for as long as a page is open.
const menu = document.querySelector('[data-bell]');

function say(text) {
  document.querySelector('[data-bell-status]').textContent = text;
}

function count(now) {
  const number = document.querySelector('[data-bell-number]');
  const before = number.parentElement.hidden ? '0' : number.textContent;
  if (now === before) return;
  document.querySelectorAll('[data-bell-number]').forEach((badge) => {
    badge.textContent = now;
    badge.parentElement.hidden = now === '0';
  });
  if (now === '99+' || Number(now) > Number(before)) say(`Notifications: ${now} not read`);
}

let asked = 0;

async function refresh() {
  asked += 1;
  const turn = asked;
  let answer;
  try {
    answer = await fetch(menu.dataset.bell, { redirect: 'manual', headers: { Accept: 'text/html' } });
  } catch {
    return;
  }
  const newest = answer.ok ? await answer.text() : '';
  // An answer that was overtaken by a later one says what was before.
  if (!newest || turn !== asked) return;
  const list = menu.querySelector('[data-bell-list]');
  list.innerHTML = newest;
  count(list.querySelector('[data-unread-now]').dataset.unreadNow);
}

if (menu) {
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'open') refresh();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh();
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.requestConfig?.verb !== 'get') refresh();
  });
}
