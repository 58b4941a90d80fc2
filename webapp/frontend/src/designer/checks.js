// What the server's checks say of what is edited, in the list below it. An editor marks its own places and leads to them:
// isHere(finding), nameOf(finding), find(id) → a place or nothing, goTo(id), mark().
import { ask, element as make } from './page.js';

export class Checks {
  constructor(root, { addresses }, { whole, going }) {
    this.address = addresses.findings;
    this.list = root.querySelector('[data-findings]');
    this.title = root.querySelector('[data-findings-title]');
    this.words = { whole, going };
    this.found = [];
    this.round = 0;
  }

  async refresh() {
    const round = ++this.round;
    try {
      const { findings } = await (await ask(this.address)).json();
      if (round === this.round) this.show(findings);
    } catch {
      this.title.textContent = `The checks could not be made. They are tried again when you go on ${this.words.going}.`;
    }
  }

  show(findings) {
    this.found = findings.filter((finding) => this.isHere(finding));
    const errors = this.found.filter(({ severity }) => severity === 'error').length;
    const others = this.found.length - errors;
    const elsewhere = findings.length - this.found.length;
    const counts = [errors && `${errors} to solve`, others && `${others} to look at`].filter(Boolean).join(', ');
    this.title.textContent = `Checks: ${counts || `nothing stands in the way${this.words.whole}`}${elsewhere ? ` (${elsewhere} elsewhere in the process)` : ''}`;
    this.title.closest('details').dataset.state = errors ? 'errors' : others ? 'warnings' : 'fine';
    this.list.replaceChildren(...this.found.map((finding) => this.row(finding)));
    this.mark();
  }

  // By place: what is said of it, in sentences.
  said() {
    const byId = new Map();
    for (const { id, problem, remedy } of this.found) if (id) byId.set(id, [...(byId.get(id) ?? []), `${problem} ${remedy}`]);
    return byId;
  }

  row(finding) {
    const { id, problem, remedy, severity } = finding;
    const text = [make('strong', {}, this.nameOf(finding)), ` ${problem} ${remedy}`];
    const row = make('li', { 'data-severity': severity });
    if (id && this.find(id)) {
      const button = make('button', { type: 'button', 'data-element': id }, ...text);
      button.addEventListener('click', () => this.goTo(id));
      row.append(button);
    } else {
      row.append(...text);
    }
    return row;
  }

  nameOf({ name }) {
    return name;
  }
}

// Findings of one file of the package: its editor draws its places anew whenever it likes, and they are marked again.
export class FileChecks extends Checks {
  constructor(root, settings, noun, going) {
    super(root, settings, { whole: ` of this ${noun}`, going });
    this.path = settings.path;
    this.canvas = root.querySelector('[data-canvas]');
    new MutationObserver(() => this.mark()).observe(this.canvas, { childList: true, subtree: true });
  }

  isHere({ file }) {
    return file === this.path;
  }
}
