// Nobody loses a line: every pause saves the draft; what could not be saved stays in this browser and comes back.
import { ask, later } from './page.js';

const PAUSE = 1200;
const SHELF_PAUSE = 400;
const RETRY = 5000;
const PREFIX = 'rf-design:';

// A page without storage (private windows, full disks) still saves on the server.
const shelf = {
  read(key) { try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; } },
  write(key, kept) { try { localStorage.setItem(PREFIX + key, JSON.stringify(kept)); } catch { /* the server has it soon */ } },
  drop(key) { try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was kept */ } },
};

export class Saving {
  // source: { open(text), write(), changed(then), type, file, noun }: what is edited, and how it becomes text.
  constructor(root, source, settings, saved) {
    this.root = root;
    this.source = source;
    this.address = settings.addresses.file;
    this.key = `${settings.person}:${settings.addresses.file}`;
    this.text = settings.text;
    this.revision = settings.revision;
    this.saved = saved;
    this.status = root.querySelector('[data-status]');
    this.conflict = document.querySelector('[data-conflict]');
    this.dirty = false;
    this.running = null;
    this.plan = later(() => this.save(), PAUSE);
    this.planShelf = later(() => this.keep(), SHELF_PAUSE);
    this.wire();
  }

  get busy() {
    return this.dirty || this.running !== null || this.conflict.open;
  }

  say(text, trouble = false) {
    this.status.textContent = text;
    this.status.toggleAttribute('data-trouble', trouble);
  }

  // Until the file is open the editor hears neither clicks nor keys, and says so.
  async begin() {
    this.root.setAttribute('aria-busy', 'true');
    try {
      await this.open();
    } finally {
      this.root.removeAttribute('aria-busy');
    }
  }

  // Opens the file, or what a crash had left of it.
  async open() {
    const kept = shelf.read(this.key);
    const recovered = kept && kept.text !== this.text && kept.revision === this.revision;
    const changed = await this.source.open(recovered ? kept.text : this.text);
    this.say(recovered ? 'Your last changes had not reached the server: they are back.' : 'All changes are saved.');
    if (kept && !recovered) {
      if (kept.text !== this.text) this.offer(kept);
      else shelf.drop(this.key);
    }
    this.source.changed(() => this.touch());
    if (recovered || changed) this.touch();
  }

  touch() {
    this.dirty = true;
    this.say('Not saved yet …');
    this.planShelf();
    this.plan();
  }

  async keep() {
    if (this.dirty) shelf.write(this.key, { text: await this.source.write(), revision: this.revision });
  }

  // At most one save runs; what is drawn meanwhile is saved by the next one.
  async save() {
    this.plan.cancel();
    if (this.running) return this.running.then(() => this.dirty && this.save());
    if (!this.dirty || this.conflict.open) return undefined;
    this.running = this.send().finally(() => { this.running = null; });
    return this.running;
  }

  async send() {
    this.say('Saving …');
    this.dirty = false;
    const text = await this.source.write();
    try {
      const response = await ask(this.address, { method: 'PUT', body: text, headers: { 'If-Match': `"${this.revision}"`, 'Content-Type': this.source.type } });
      this.revision = (await response.json()).revision;
      if (this.dirty) return;
      shelf.drop(this.key);
      this.say('All changes are saved.');
      this.saved();
    } catch (refusal) {
      this.dirty = true;
      this.fail(refusal, text);
    }
  }

  fail(refusal, text) {
    shelf.write(this.key, { text, revision: this.revision });
    if (refusal.status === 409) {
      this.ask(refusal.explanation.by, refusal.explanation.revision);
    } else if (refusal.status === 0 || refusal.status >= 500) {
      this.say('The server cannot be reached. Your changes are kept in this browser and sent again.', true);
      setTimeout(() => this.save(), RETRY);
    } else {
      this.say(`${refusal.message} ${refusal.explanation?.remedy ?? ''} Your changes are kept in this browser.`, true);
    }
  }

  ask(by, revision) {
    this.theirs = revision;
    this.conflict.querySelector('[data-conflict-by]').textContent = by;
    this.say('Not saved: a colleague was faster.', true);
    this.conflict.showModal();
  }

  offer(kept) {
    this.left = kept;
    this.dirty = true;
    this.ask('Somebody', this.revision);
  }

  wire() {
    this.conflict.querySelector('[data-keep-mine]').addEventListener('click', () => this.keepMine());
    this.conflict.querySelector('[data-take-theirs]').addEventListener('click', () => this.giveWay());
    this.conflict.addEventListener('cancel', (event) => event.preventDefault());
    window.addEventListener('beforeunload', (event) => { if (this.dirty) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden' && this.dirty) this.save(); });
  }

  // Ours replaces theirs, which stays in the list of changes.
  async keepMine() {
    this.conflict.close();
    this.revision = this.theirs;
    if (this.left) await this.source.open(this.left.text);
    this.left = null;
    this.dirty = true;
    await this.save();
  }

  // Theirs replaces ours, which goes into a file first.
  async giveWay() {
    this.conflict.close();
    const mine = this.left?.text ?? await this.source.write();
    this.left = null;
    download(mine, this.source);
    await this.takeTheirs();
  }

  // Whoever goes on while theirs is on its way, so that it is not free any more, keeps ours.
  async takeTheirs(isFree = () => true) {
    const response = await ask(this.address, { headers: { Accept: '*/*' } });
    const theirs = await response.text();
    if (!isFree()) return;
    await this.source.open(theirs);
    this.revision = Number(response.headers.get('ETag').replace(/\D/g, ''));
    this.dirty = false;
    this.plan.cancel();
    shelf.drop(this.key);
    this.say(`A colleague has changed the ${this.source.noun}: you see it as it is now.`);
    this.saved();
  }
}

function download(text, { type, file }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// What is being typed into the panel counts, too: leaving the field hands it over.
export function saveByKey(saving) {
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    document.activeElement?.dispatchEvent(new Event('change', { bubbles: true }));
    saving.save();
  });
}

// A link that leaves the page, and a form of the panel that is sent, wait until the server has everything.
export function saveBeforeLeaving(root, saving) {
  document.addEventListener('submit', async (event) => {
    if (!event.target.matches('[data-renaming], [data-removal]') || !saving.busy) return;
    event.preventDefault();
    await saving.save();
    if (!saving.busy) event.target.submit();
  });
  root.addEventListener('click', async (event) => {
    const link = event.target.closest('[data-leaves]');
    if (!link || !saving.busy) return;
    event.preventDefault();
    await saving.save();
    if (!saving.busy) window.location.assign(link.href);
  });
}
