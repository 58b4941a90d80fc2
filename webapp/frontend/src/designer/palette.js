// What can be drawn, as buttons with words: dragged, clicked and placed, or pressed on the keyboard to follow the selection.
import { createShape, listSteps } from './steps.js';
import { element as make } from './page.js';
import { openMore } from './menus.js';

const TOOLS = [
  ['hand-tool', 'Move the picture (H)', (modeler, event) => modeler.get('handTool').activateHand(event)],
  ['lasso-tool', 'Select several (L)', (modeler, event) => modeler.get('lassoTool').activateSelection(event)],
  ['space-tool', 'Make room (S)', (modeler, event) => modeler.get('spaceTool').activateSelection(event)],
  ['connection-multi', 'Connect (C)', (modeler, event) => modeler.get('globalConnect').start(event)],
];

export function showPalette(root, modeler) {
  const palette = root.querySelector('[data-palette]');
  const tools = make('div', { class: 'rf-tools', role: 'group', 'aria-label': 'Tools' });
  for (const [icon, title, activate] of TOOLS) {
    const button = make('button', { type: 'button', class: `bpmn-icon-${icon}`, title, 'aria-label': title });
    button.addEventListener('click', (event) => activate(modeler, event));
    tools.append(button);
  }
  palette.append(tools);
  for (const step of listSteps(modeler.get('config.reviewflow').steps).filter(({ first }) => first)) {
    palette.append(stepButton(modeler, step));
  }
  const more = make('button', { type: 'button', class: 'rf-palette-step' }, make('span', { class: 'rf-palette-more', 'aria-hidden': 'true' }, '…'), 'More');
  more.addEventListener('click', (event) => openMore(modeler, event));
  palette.append(more);
}

function stepButton(modeler, step) {
  const button = make('button', { type: 'button', class: 'rf-palette-step', draggable: 'true', title: step.hint || step.label, 'data-step': step.id },
    make('span', { class: step.icon, 'aria-hidden': 'true' }), step.label);
  button.addEventListener('dragstart', (event) => {
    event.preventDefault();
    modeler.get('create').start(event, createShape(modeler, step));
  });
  button.addEventListener('click', (event) => place(modeler, step, event));
  return button;
}

// The keyboard has no place to point at: the step follows what is selected, or comes into the middle.
export function place(modeler, step, event) {
  const shape = createShape(modeler, step);
  if (event.detail > 0) {
    modeler.get('create').start(event, shape);
    return;
  }
  const [selected] = modeler.get('selection').get();
  if (selected?.businessObject.$instanceOf('bpmn:FlowNode') && !selected.businessObject.$instanceOf('bpmn:EndEvent')) {
    modeler.get('autoPlace').append(selected, shape);
    return;
  }
  const canvas = modeler.get('canvas');
  const view = canvas.viewbox();
  const middle = { x: Math.round(view.x + view.width / 2), y: Math.round(view.y + view.height / 2) };
  const created = modeler.get('modeling').createShape(shape, middle, canvas.getRootElement());
  modeler.get('selection').select(created);
}
