// Nobody loses a word: every pause saves the draft; what could not be saved stays in this browser and comes back.
import { forgeryToken, formBody } from './conditions.js';
import { addRow } from './rows.js';

const PAUSE = 800;
const RETRY = 5000;
const TOO_OLD = 14 * 24 * 60 * 60 * 1000;
const PREFIX = 'rf-answers:';

// A page without storage (private windows, full disks) still saves on the server.
const shelf = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; }
  },
  write(key, kept) {
    try { localStorage.setItem(PREFIX + key, JSON.stringify(kept)); return true; } catch { return false; }
  },
  drop(key) {
    try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was kept */ }
  },
  tidy() {
    try {
      for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
        if (!(Date.now() - this.read(name.slice(PREFIX.length))?.at < TOO_OLD)) localStorage.removeItem(name);
      }
    } catch { /* nothing was kept */ }
  },
};

function contents(form) {
  const body = formBody(form);
  body.delete('csrf_token');
  return [...body];
}

// What the server sent, whatever was written before this script ran: a copy of the form goes back to it.
function contentsAsSent(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return contents(copy);
}

function tellOfChanges(form) {
  form.dispatchEvent(new Event('input', { bubbles: true }));
  form.dispatchEvent(new Event('change', { bubbles: true }));
}

function makeRows(form, entries) {
  for (const list of form.querySelectorAll('[data-rows-of]')) {
    const prefix = `${list.dataset.rowsOf}[`;
    const rows = new Set(entries.filter(([name]) => name.startsWith(prefix)).map(([name]) => parseInt(name.slice(prefix.length), 10)));
    while (list.children.length < rows.size && addRow(form, list.dataset.rowsOf));
    while (list.children.length > rows.size) list.lastElementChild.remove();
  }
}

function putBack(form, entries) {
  makeRows(form, entries);
  const sent = new Map();
  for (const [name, value] of entries) sent.set(name, [...(sent.get(name) ?? []), value]);
  for (const field of form.querySelectorAll('input[name], textarea, select')) {
    if (field.name === 'csrf_token' || field.name.startsWith('_')) continue;
    const values = sent.get(field.name) ?? [];
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value);
    else if (values.length) field.value = values.at(-1);
  }
  tellOfChanges(form);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.key = form.dataset.backup;
    this.status = form.querySelector('[data-save-status]');
    this.version = form.querySelector('input[name="_version"]');
    this.saved = JSON.stringify(contentsAsSent(form));
    this.timer = 0;
    this.saving = null;
    this.leaving = false;
  }

  get dirty() {
    return JSON.stringify(contents(this.form)) !== this.saved;
  }

  say(text, trouble = false) {
    if (!this.status) return;
    this.status.textContent = text;
    this.status.toggleAttribute('data-trouble', trouble);
  }

  keepHere() {
    if (!this.key || !this.dirty) return false;
    return shelf.write(this.key, { at: Date.now(), base: this.form.dataset.savedAt ?? '', entries: contents(this.form) });
  }

  changed() {
    clearTimeout(this.timer);
    if (!this.dirty) return;
    this.say('Saving…');
    this.timer = setTimeout(() => this.save(), PAUSE);
    this.keepHere();
  }

  // One request at a time: an older text must never overtake a newer one.
  save({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    if (!this.url || !this.dirty) return this.saving ?? Promise.resolve();
    this.saving ??= this.send(keepalive).finally(() => { this.saving = null; });
    return this.saving;
  }

  async send(keepalive) {
    const sent = contents(this.form);
    const body = new URLSearchParams(sent);
    // The version this page has seen: two windows must not overwrite each other's text.
    if (this.version) body.set('_version', this.version.value);
    try {
      const response = await fetch(this.url, {
        method: 'PUT', body, keepalive, headers: { 'X-CSRFToken': forgeryToken(), Accept: 'application/json' },
      });
      if (response.ok && !response.redirected) await this.wasSaved(sent, response);
      else await this.wasRefused(response);
    } catch {
      const kept = this.keepHere();
      this.say(kept ? 'Not saved: offline, kept in this browser' : 'Not saved: offline. Keep this page open.', true);
      this.timer = setTimeout(() => this.save(), RETRY);
    }
  }

  async wasSaved(sent, response) {
    const answer = await response.json().catch(() => ({}));
    this.saved = JSON.stringify(sent);
    if (answer.saved_at) this.form.dataset.savedAt = answer.saved_at;
    if (answer.version && this.version) this.version.value = answer.version;
    if (this.dirty) {
      this.keepHere();
      this.timer = setTimeout(() => this.save(), PAUSE);
      return;
    }
    if (this.key) shelf.drop(this.key);
    this.say(`Saved ${new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`);
  }

  async wasRefused(response) {
    const kept = this.keepHere();
    const { reason } = await response.json().catch(() => ({}));
    const why = response.redirected || response.status === 401 ? 'you are signed out' : reason ?? 'the server had a problem';
    this.say(`Not saved: ${why.replace(/\.$/, '')}${kept ? '. Kept in this browser' : ''}`, true);
    if (response.status >= 500) this.timer = setTimeout(() => this.save(), RETRY);
  }

  restore() {
    if (!this.key) return;
    shelf.tidy();
    const kept = shelf.read(this.key);
    if (!kept) return;
    if (JSON.stringify(kept.entries) === this.saved) shelf.drop(this.key);
    else if (kept.base !== (this.form.dataset.savedAt ?? '')) this.offer(kept, 'The draft below was saved elsewhere since.');
    else if (this.dirty) this.offer(kept, 'You have begun to write anew since.');
    else this.bringBack(kept);
  }

  bringBack(kept) {
    putBack(this.form, kept.entries);
    this.say('Brought back what was not saved yet');
    this.changed();
  }

  // There is something newer than this copy: only the person knows which one counts.
  offer(kept, since) {
    const when = new Date(kept.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
    const note = document.createElement('div');
    note.className = 'rf-kept';
    note.setAttribute('role', 'status');
    const text = document.createElement('p');
    text.textContent = `This browser kept unsaved answers from ${when}. ${since}`;
    const choose = (label, act) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-sm';
      button.textContent = label;
      button.addEventListener('click', () => { note.remove(); act(); });
      return button;
    };
    note.append(
      text,
      choose('Use the kept answers', () => this.bringBack(kept)),
      choose('Keep what is below', () => { if (!this.dirty) shelf.drop(this.key); }),
    );
    this.form.prepend(note);
  }

  // The last words are saved before the form leaves, so that no copy of a review stays behind in the browser.
  async sendOff(event) {
    if (this.leaving || !this.url || !this.dirty) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    await Promise.race([this.saving?.then(() => this.save()) ?? this.save(), new Promise((done) => { setTimeout(done, 3000); })]);
    this.leaving = true;
    this.form.requestSubmit(event.submitter);
  }
}

export function keepDraft(form) {
  const draft = new Draft(form);
  draft.restore();
  const begun = draft.dirty;
  form.addEventListener('input', () => draft.changed());
  form.addEventListener('change', () => draft.changed());
  form.addEventListener('submit', (event) => draft.sendOff(event));
  window.addEventListener('online', () => draft.save());
  window.addEventListener('pageshow', () => { draft.leaving = false; });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && !draft.leaving) draft.save({ keepalive: true });
  });
  window.addEventListener('beforeunload', (event) => {
    // Nothing is kept of a preview, so that nothing is lost with it.
    if (!draft.leaving && draft.dirty && !form.closest('.rf-preview')) {
      draft.keepHere();
      event.preventDefault();
    }
  });
  // Who wrote before the page listened is heard now.
  if (begun) tellOfChanges(form);
}
