// The names under which answers are kept: from the words of the question, each once in a form.
export function findFreeKey(label, fields, own = null) {
  const plain = label.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const stem = plain.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40).replace(/_+$/, '') || 'answer';
  const taken = new Set(fields.filter((field) => field !== own).flatMap(({ key, path }) => [key, path]));
  let key = stem;
  for (let number = 2; taken.has(key); number += 1) key = `${stem}_${number}`;
  return key;
}

// Whether a condition, a text or an option of the form names this key.
export function isNamed(schema, key) {
  const word = new RegExp(`\\b${key}\\b`);
  const texts = [];
  JSON.stringify(schema, (name, value) => {
    if (typeof value === 'string' && name !== 'key' && name !== 'path' && name !== '_parent' && name !== 'id' && (value.startsWith('=') || value.includes('{{') || name === 'valuesKey')) texts.push(value);
    return value;
  });
  return texts.some((text) => word.test(text));
}
