// When a question is shown. form-js writes when it is hidden; people think of when it is there.
import { conditionField } from '../../designer/panel/conditions.js';
import { selectField } from '../../designer/panel/fields.js';

const WAYS = [
  { name: 'always', label: 'Always' },
  { name: 'only', label: 'Only when …' },
  { name: 'unless', label: 'Except when …' },
];
// "(condition) != true" also hides what nobody has answered yet: null is not true.
const ONLY = /^\((.*)\) != true$/s;

export function readShowing(hide) {
  const text = (hide ?? '').trim().replace(/^=\s*/, '');
  if (!text) return { way: 'always', condition: '' };
  const only = ONLY.exec(text);
  return only && isWhole(only[1]) ? { way: 'only', condition: only[1] } : { way: 'unless', condition: text };
}

export function writeShowing({ way, condition }) {
  if (way === 'always' || !condition.trim()) return undefined;
  return way === 'only' ? `=(${condition}) != true` : `=${condition}`;
}

// Whether the brackets around a condition belong together: those of "(a) or (b)" do not.
function isWhole(text) {
  let depth = 0;
  for (const sign of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

export function shownWhen({ model, vocabulary, field, more }) {
  const now = readShowing(field.conditional?.hide);
  const way = now.way === 'always' && more.begun?.id === field.id ? more.begun.way : now.way;
  const write = (showing) => model.setIn(field, 'conditional', { hide: writeShowing(showing) });
  const fields = [selectField({
    name: 'shown', label: 'It is shown', value: way, none: '', options: WAYS,
    commit: (chosen) => {
      more.begun = chosen === 'always' ? null : { id: field.id, way: chosen };
      const { condition } = readShowing(field.conditional?.hide);
      if (condition) write({ way: chosen, condition });
      else more.setAsFeel(false);
    },
  })];
  if (way !== 'always') {
    fields.push(conditionField({
      text: now.condition, names: model.names(field, vocabulary), asFeel: more.asFeel, setAsFeel: more.setAsFeel,
      legend: way === 'only' ? 'Shown only when' : 'Not shown when', join: way === 'only' ? 'It is shown when' : 'It is not shown when',
      commit: (condition) => write({ way, condition }),
    }));
  }
  return { title: 'When it is shown', closed: way === 'always', fields };
}
