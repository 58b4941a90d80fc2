// What was changed is written into the file as it was: comments, blanks and whatever the editor does not know stay, byte for byte.
const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^>]+>|<([^\s/>]+)((?:"[^"]*"|'[^']*'|[^"'>])*?)(\/?)>/g;
const ATTRIBUTE = /\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g;
const ENTITY = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(\w+));/g;
// The parts of a picture: their order says nothing, and bpmn-js changes it when something is moved.
const WITHOUT_ORDER = /(?:^|:)BPMNPlane$/;
const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

// Keeps the file as it was opened. `rewrite(text)` is the file as the editor would write it without a change.
export class Original {
  constructor(rewrite) {
    this.rewrite = rewrite;
  }

  open(text) {
    this.text = text;
    this.before = null;
  }

  // The file with what was changed, given how the editor writes it now. Where the two would not say the same to the
  // editor, or it could not read the one, what the editor writes is taken.
  async write(after) {
    try {
      this.before ??= await this.rewrite(this.text);
      const patched = patch(this.text, this.before, after);
      return patched !== null && sayTheSame(await this.rewrite(patched), after) ? patched : after;
    } catch {
      return after;
    }
  }
}

// `original` with the changes that lead from `before` to `after`; null where it is another file altogether.
export function patch(original, before, after) {
  const [was, from, to] = [original, before, after].map(read);
  if (was.name !== from.name || was.name !== to.name) return null;
  const edits = [];
  change(was, from, to, edits);
  return apply(original, 0, original.length, edits);
}

export function sayTheSame(one, other) {
  return one === other || said(read(one)) === said(read(other));
}

// The root element; every element knows where it stands in its file.
function read(source) {
  const top = { children: [] };
  const open = [top];
  for (const token of source.matchAll(TOKEN)) {
    const [text, name, attributes, closed] = token;
    const end = token.index + text.length;
    if (name) {
      const element = { source, name, attributes: readAttributes(attributes, token.index + 1 + name.length), children: [], from: token.index, opened: end, closed: end, to: end };
      open.at(-1).children.push(element);
      if (!closed) open.push(element);
    } else if (text.startsWith('</')) {
      Object.assign(open.pop(), { closed: token.index, to: end });
    }
  }
  return top.children[0];
}

function readAttributes(text, offset) {
  return new Map([...text.matchAll(ATTRIBUTE)].map((found) => {
    const [whole, name, quoted] = found;
    const from = offset + found.index;
    return [name, { value: plain(quoted.slice(1, -1)), quoted, from, valueFrom: from + whole.length - quoted.length, to: from + whole.length }];
  }));
}

function plain(text) {
  return text.replace(ENTITY, (whole, hex, decimal, name) => (name ? NAMED[name] ?? whole : String.fromCodePoint(parseInt(hex ?? decimal, hex ? 16 : 10))));
}

function textOf({ source, opened, closed }) {
  return source.slice(opened, closed)
    .replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|[^<]+/g, (part, data) => (data !== undefined ? data : part.startsWith('<') ? '' : plain(part)));
}

// What an element says, however it is laid out.
function said(element) {
  if (element.said === undefined) {
    const inside = element.children.length ? element.children.map((child) => `<${said(child)}>`) : [`"${textOf(element)}`];
    if (WITHOUT_ORDER.test(element.name)) inside.sort();
    element.said = [element.name, ...[...element.attributes].map(([name, { value }]) => `${name}=${value}`).sort(), ...inside].join('\0');
  }
  return element.said;
}

function change(was, from, to, edits) {
  if (said(from) === said(to)) return;
  changeAttributes(was, from, to, edits);
  if (from.children.length || to.children.length) changeChildren(was, from, to, edits);
  else if (textOf(from) !== textOf(to)) fill(was, to.source.slice(to.opened, to.closed), edits);
}

function changeAttributes(was, from, to, edits) {
  for (const [name, { value, quoted }] of to.attributes) {
    const there = was.attributes.get(name);
    if (value === from.attributes.get(name)?.value) continue;
    if (there) edits.push({ from: there.valueFrom, to: there.to, text: quoted });
    else edits.push({ ...at(endOfAttributes(was)), text: ` ${name}=${quoted}` });
  }
  for (const name of from.attributes.keys()) {
    const there = was.attributes.get(name);
    if (there && !to.attributes.has(name)) edits.push({ from: there.from, to: there.to, text: '' });
  }
}

// Taken away, moved, added or changed: each child that is kept stays where it is, unless others were put before it.
function changeChildren(was, from, to, edits) {
  const before = pair(to.children, from.children);
  const place = pair(from.children, was.children);
  const origin = (child) => child && place.get(before.get(child));
  const kept = new Set(before.values());
  for (const child of from.children) if (!kept.has(child) && place.has(child)) cut(place.get(child), was, edits);
  const numbers = new Map(from.children.map((child, index) => [child, index]));
  const there = to.children.filter(origin);
  const staying = WITHOUT_ORDER.test(was.name) ? new Set(there) : inOrder(there, (child) => numbers.get(before.get(child)));
  const first = origin(to.children.find((child) => staying.has(child)));
  const fresh = [];
  let anchor = null;
  for (const child of to.children) {
    const old = origin(child);
    if (staying.has(child)) {
      change(old, before.get(child), child, edits);
      anchor = old;
    } else {
      const write = old ? move(old, before.get(child), child, was, edits) : (indent) => print(child, indent);
      if (anchor || first) insertBeside(anchor, first, was, write, edits);
      else fresh.push(write);
    }
  }
  if (fresh.length) insertInside(was, fresh, edits);
}

function move(there, from, to, parent, edits) {
  const inner = [];
  change(there, from, to, inner);
  cut(there, parent, edits);
  return () => apply(there.source, there.from, there.to, inner);
}

// Which element of `others` each of `list` is: by its id, by what it says, else the next of its name without an id.
function pair(list, others) {
  const pairs = new Map();
  const free = new Set(others);
  const idOf = ({ attributes }) => attributes.get('id')?.value;
  const match = (keyOf) => {
    const waiting = new Map();
    for (const other of free) if (keyOf(other)) waiting.set(keyOf(other), [...(waiting.get(keyOf(other)) ?? []), other]);
    for (const one of list) {
      const found = pairs.has(one) ? undefined : waiting.get(keyOf(one))?.shift();
      if (!found) continue;
      pairs.set(one, found);
      free.delete(found);
    }
  };
  match((element) => idOf(element) && `${element.name} ${idOf(element)}`);
  match(said);
  match((element) => !idOf(element) && element.name);
  return pairs;
}

// The most of them that are in the order they were in.
function inOrder(list, placeOf) {
  const ends = [];
  const before = new Map();
  for (const one of list) {
    const length = ends.findIndex((end) => placeOf(end) > placeOf(one));
    const index = length < 0 ? ends.length : length;
    before.set(one, ends[index - 1]);
    ends[index] = one;
  }
  const staying = new Set();
  for (let one = ends.at(-1); one; one = before.get(one)) staying.add(one);
  return staying;
}

function cut(child, parent, edits) {
  edits.push({ from: child.from - blanksBefore(child.source, child.from, parent.opened).length, to: child.to, text: '' });
}

// After the element before it, or in front of the first one.
function insertBeside(anchor, first, parent, write, edits) {
  const beside = anchor ?? first;
  const blanks = blanksBefore(beside.source, beside.from, parent.opened);
  edits.push({ ...at(anchor ? anchor.to : first.from - blanks.length), text: blanks + write(afterLine(blanks)) });
}

function insertInside(parent, writes, edits) {
  const around = indentOf(parent);
  const text = writes.map((write) => `\n${around}  ${write(`${around}  `)}`).join('');
  const blanks = blanksBefore(parent.source, parent.closed, parent.opened);
  if (parent.opened === parent.to || parent.opened + blanks.length === parent.closed) fill(parent, `${text}\n${around}`, edits);
  else edits.push({ ...at(parent.closed - blanks.length), text });
}

// Puts a text in the place of all that an element holds.
function fill(was, text, edits) {
  if (was.opened !== was.to) edits.push({ from: was.opened, to: was.closed, text });
  else edits.push({ from: endOfAttributes(was), to: was.to, text: `>${text}</${was.name}>` });
}

function print(element, indent) {
  const { source, children } = element;
  if (!children.length) return source.slice(element.from, element.to);
  const lines = children.map((child) => `\n${indent}  ${print(child, `${indent}  `)}`);
  return `${source.slice(element.from, element.opened)}${lines.join('')}\n${indent}${source.slice(element.closed, element.to)}`;
}

function endOfAttributes({ attributes, from, name }) {
  return Math.max(from + 1 + name.length, ...[...attributes.values()].map(({ to }) => to));
}

function indentOf(element) {
  return afterLine(blanksBefore(element.source, element.from, 0));
}

function afterLine(blanks) {
  return blanks.slice(blanks.lastIndexOf('\n') + 1);
}

function blanksBefore(source, index, first) {
  let from = index;
  while (from > first && ' \t\r\n'.includes(source[from - 1])) from -= 1;
  return source.slice(from, index);
}

function at(index) {
  return { from: index, to: index };
}

function apply(source, from, to, edits) {
  const inOrderOfPlace = [...edits].sort((one, other) => one.from - other.from || one.to - other.to);
  let text = '';
  let done = from;
  for (const edit of inOrderOfPlace) {
    text += source.slice(done, edit.from) + edit.text;
    done = edit.to;
  }
  return text + source.slice(done, to);
}
