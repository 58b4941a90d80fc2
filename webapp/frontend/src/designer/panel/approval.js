// How a step is approved: by one person, or by several, by a pattern with its settings.
import { selectField, textField } from './fields.js';

// What only one person can have at a step.
const FOR_ONE = ['rf:form', 'rf:page', 'rf:signature', 'rf:sendBack'];

// Whether several people decide the step.
export function asksSeveral(model, element) {
  return model.is(element, 'UserTask') && Boolean(model.get(element, 'rf:vote'));
}

export function approval(model, vocabulary, element) {
  if (!model.is(element, 'UserTask')) return { title: '', fields: [] };
  const { patterns, settings } = vocabulary.approvals;
  const pattern = patterns.find(({ name }) => name === model.get(element, 'rf:vote'));
  const fields = [selectField({
    name: 'vote',
    label: 'How is it decided?',
    hint: pattern?.help,
    value: model.get(element, 'rf:vote'),
    options: patterns,
    none: 'One person decides',
    commit: (name) => choose(model, vocabulary, element, name),
  })];
  for (const setting of settings) if (pattern?.asks.includes(setting.name)) fields.push(question(model, element, pattern, setting));
  return { title: 'Approval', fields };
}

// Another pattern has settings of its own; one person and several are named in different ways.
function choose(model, vocabulary, element, name) {
  const changed = { 'rf:vote': name };
  for (const setting of vocabulary.approvals.settings) changed[`rf:${setting.name}`] = undefined;
  const actor = vocabulary.actors.find((each) => each.name === model.get(element, 'rf:actor'));
  if (actor && actor.several !== Boolean(name)) Object.assign(changed, { 'rf:actor': undefined, 'rf:actorArgument': undefined });
  if (name) for (const key of FOR_ONE) changed[key] = undefined;
  model.set(element, changed);
}

function question(model, element, pattern, { name, label, hint, options }) {
  const usual = pattern.settings[name];
  const shared = { name, label, value: model.get(element, `rf:${name}`), commit: (value) => model.set(element, { [`rf:${name}`]: value }) };
  if (!options.length) return textField({ ...shared, hint: usual ? `${hint} Without it: ${usual}.` : hint });
  const [first] = options;
  const otherwise = options.find((option) => option.name === usual) ?? first;
  const value = shared.value === otherwise.name ? '' : shared.value;
  return selectField({ ...shared, value, hint, options: options.filter((option) => option !== otherwise), none: otherwise.label });
}
