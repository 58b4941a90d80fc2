/** @jsxRuntime automatic @jsxImportSource preact */
// The kinds of questions: those of form-js with our words, and ours as they look in the canvas.
import { Description, Label } from '@bpmn-io/form-js-viewer';
import { findFreeKey } from './keys.js';

const numbered = (count) => Array.from({ length: count }, (_each, index) => index + 1);

function Frame({ field, domId, children }) {
  return (
    <div class="fjs-form-field rf-own-field">
      <Label htmlFor={domId} label={field.label} required={field.validate?.required} />
      {children}
      <Description description={field.description} />
    </div>
  );
}

function Scale({ points = 5, labels = [], lowLabel, highLabel }) {
  return (
    <div class="rf-own-scale">
      {lowLabel ? <span>{lowLabel}</span> : null}
      {numbered(Math.min(Math.max(Number(points) || 5, 2), 10)).map((point) => <span class="rf-own-point" key={point} title={labels[point - 1]}>{point}</span>)}
      {highLabel ? <span>{highLabel}</span> : null}
    </div>
  );
}

function Rating(props) {
  return <Frame {...props}><Scale {...props.field} /></Frame>;
}

function Money(props) {
  const { currencies, currency } = props.field;
  return <Frame {...props}><div class="rf-own-box">0.00 {(currencies ?? [currency]).filter(Boolean).join(' or ')}</div></Frame>;
}

function Goals(props) {
  const { weights = true, totalWeight = 100 } = props.field;
  const asked = ['Goal', 'How will we know it is reached?', 'By when', ...(weights ? ['Weight'] : [])];
  return (
    <Frame {...props}>
      {asked.map((text) => <div class="rf-own-box" key={text}>{text}</div>)}
      {weights ? <p class="rf-own-note">The weights must sum to {totalWeight}.</p> : null}
    </Frame>
  );
}

function Evidence(props) {
  const asked = ['What happened, and what came of it?', 'When', 'Where can others see it?'];
  return <Frame {...props}>{asked.map((text) => <div class="rf-own-box" key={text}>{text}</div>)}</Frame>;
}

function Competencies(props) {
  const { values = [], comments = true } = props.field;
  return (
    <Frame {...props}>
      {values.map(({ value, label }) => (
        <div class="rf-own-competency" key={value}>
          <span>{label ?? value}</span>
          <Scale {...props.field} />
          {comments ? <div class="rf-own-box">Where did it show?</div> : null}
        </div>
      ))}
    </Frame>
  );
}

const OWN = { rating: Rating, money: Money, goals: Goals, evidence: Evidence, competencies: Competencies };

// A question that is read from a file stays as it was written; a new one begins as the server says.
function registered(kind, known, freeKey) {
  const base = OWN[kind.type] ?? known;
  const component = (props) => base(props);
  component.config = {
    ...(known?.config ?? { keyed: true, group: 'basic-input', emptyValue: null }),
    type: kind.type,
    name: kind.label,
    label: undefined,
    create: (options = {}, isNew = false) => (isNew ? { ...structuredClone(kind.start), ...keyOf(component.config, kind, freeKey), ...options } : { ...options }),
  };
  return component;
}

// The answers of a new question are kept under a name that says what it is about.
function keyOf({ keyed, repeatable }, kind, freeKey) {
  if (!keyed && !repeatable) return {};
  return { [keyed ? 'key' : 'path']: freeKey(kind.start.label ?? kind.label) };
}

export function kindsModule(kinds) {
  function Kinds(formFields, formFieldRegistry) {
    const freeKey = (label) => findFreeKey(label, formFieldRegistry.getAll());
    for (const kind of kinds) formFields.register(kind.type, registered(kind, formFields.get(kind.type), freeKey));
  }
  Kinds.$inject = ['formFields', 'formFieldRegistry'];
  return { __init__: ['rfKinds'], rfKinds: ['type', Kinds] };
}
