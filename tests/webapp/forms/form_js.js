// form-js in a page of tests: fills many forms at once, and tells what each shows, refuses and would send.
import { Form } from '@bpmn-io/form-js-viewer';
import { kindsModule } from '../../../webapp/frontend/src/form-builder/kinds.jsx';

const own = kindsModule([{ type: 'rating', label: 'Rating', start: {} }]);
const drawn = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))); });

function pathOf(valuePath) {
  return valuePath.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('').slice(1);
}

// As if everything was typed into an empty form: conditions on hidden questions fall back to what a form was opened with.
class TypedForm extends Form {
  _setState(state) {
    super._setState('initialData' in state ? { ...state, initialData: {} } : state);
  }
}

async function open({ schema, data, opened = false }) {
  const container = document.createElement('div');
  document.body.append(container);
  const form = new (opened ? Form : TypedForm)({ container, additionalModules: [own] });
  await form.importSchema(schema, data);
  return form;
}

function tell(form) {
  const instances = form.get('formFieldInstanceRegistry');
  const keyed = instances.getAllKeyed();
  const found = form.validate();
  const errors = {};
  for (const { id, valuePath, indexes } of keyed) {
    const said = [id, ...Object.values(indexes ?? {})].reduce((place, step) => place?.[step], found);
    if (said?.length) errors[pathOf(valuePath)] = said;
  }
  const texts = instances.getAll().filter((one) => !keyed.includes(one)).map(({ id }) => id).filter((id) => id !== form._getState().schema.id);
  return { shown: keyed.map(({ valuePath }) => pathOf(valuePath)), texts, errors, data: form._getSubmitData() };
}

globalThis.fillForms = async (cases) => {
  const forms = await Promise.all(cases.map(open));
  await drawn();
  await drawn();
  const told = forms.map(tell);
  forms.forEach((form) => form.destroy());
  document.body.replaceChildren();
  return told;
};
