// The menus at an element: what may follow it, and what it may become. Both from the one list of steps that run.
import { createShape, findStep, listSteps } from './steps.js';
import { place } from './palette.js';

const OURS_INSTEAD = /^append\.(?!text-annotation|compensation-activity)/;
const QUICK = ['userTask', 'exclusiveGateway', 'endEvent'];
const MENU_WIDTH = 280;
const FROM_THE_CORNER = 25;

class Menus {
  constructor(config, injector, contextPad, popupMenu, bpmnReplace, elementFactory, autoPlace, create) {
    Object.assign(this, { injector, popupMenu, bpmnReplace, elementFactory, autoPlace, create });
    this.modeler = { get: (name) => injector.get(name) };
    this.steps = listSteps(config.steps);
    contextPad.registerProvider(500, this);
    popupMenu.registerProvider('bpmn-replace', 500, { getPopupMenuEntries: (target) => () => this.listReplacements(target), getPopupMenuHeaderEntries: () => () => ({}) });
    popupMenu.registerProvider('rf-append', { getPopupMenuEntries: (target) => this.listFollowers(target) });
  }

  getContextPadEntries(target) {
    return (entries) => {
      const mayContinue = Object.keys(entries).some((name) => OURS_INSTEAD.test(name));
      const kept = Object.entries(entries).filter(([name]) => !OURS_INSTEAD.test(name));
      const shown = { ...(mayContinue ? this.quickFollowers(target) : {}), ...Object.fromEntries(kept) };
      if (shown.replace) shown.replace = { ...shown.replace, title: 'Change into something else', action: { click: (event, element) => this.openAt(event, element, 'bpmn-replace', 'Change into') } };
      return shown;
    };
  }

  getMultiElementContextPadEntries() {
    return (entries) => entries;
  }

  quickFollowers() {
    const quick = this.steps.filter((step) => QUICK.includes(step.id)).map((step) => [`append.${step.id}`, {
      group: 'model',
      className: step.icon,
      title: `Continue with: ${step.label}`,
      action: {
        click: (_event, source) => this.append(step, source),
        dragstart: (event, source) => this.create.start(event, createShape(this.modeler, step), { source }),
      },
    }]);
    const more = { group: 'model', className: 'rf-append-more', title: 'Continue with something else', html: '<div class="entry rf-append-more">…</div>', action: { click: (event, source) => this.openAt(event, source, 'rf-append', 'Continue with') } };
    return { ...Object.fromEntries(quick), 'append.more': more };
  }

  append(step, source) {
    const shape = createShape(this.modeler, step);
    if (step.kind !== 'boundaryEvent') {
      this.autoPlace.append(source, shape);
      return;
    }
    const corner = { x: source.x + source.width - FROM_THE_CORNER, y: source.y + source.height };
    const attached = this.injector.get('modeling').createShape(shape, corner, source, { attach: true });
    this.injector.get('selection').select(attached);
  }

  openAt(event, target, menu, title) {
    const { x, y } = event;
    this.popupMenu.open(target, menu, { x, y, cursor: { x, y } }, { title, width: MENU_WIDTH, search: true });
  }

  listFollowers(target) {
    const free = !target.businessObject || target.businessObject.$instanceOf('bpmn:Process') || target.businessObject.$instanceOf('bpmn:Collaboration');
    const holds = !free && target.businessObject.$instanceOf('bpmn:Activity');
    const fitting = this.steps.filter((step) => (step.kind === 'boundaryEvent' ? holds : free || (step.kind !== 'startEvent' && !step.options.triggeredByEvent)));
    return Object.fromEntries(fitting.map((step) => [`rf-append-${step.id}`, this.entry(step, (event) => {
      this.popupMenu.close();
      if (free) place(this.modeler, step, event);
      else this.append(step, target);
    })]));
  }

  listReplacements(target) {
    const now = Array.isArray(target) ? undefined : findStep(this.steps, target);
    if (!now) return {};
    const fitting = this.steps.filter((step) => step.family === now.family && step.id !== now.id);
    return Object.fromEntries(fitting.map((step) => [`rf-replace-${step.id}`, this.entry(step, () => this.replace(target, step))]));
  }

  replace(target, step) {
    this.popupMenu.close();
    const template = createShape(this.modeler, step);
    const replaced = this.bpmnReplace.replaceElement(target, { type: step.type, ...step.options });
    const { loopCharacteristics } = template.businessObject;
    if (step.kind === 'subProcess' || loopCharacteristics) {
      this.injector.get('modeling').updateProperties(replaced, { loopCharacteristics });
    }
  }

  entry(step, action) {
    return { label: step.label, description: step.hint, className: step.icon, group: { id: step.group, name: step.group }, search: [step.kind, step.hint], action };
  }
}
Menus.$inject = ['config.reviewflow', 'injector', 'contextPad', 'popupMenu', 'bpmnReplace', 'elementFactory', 'autoPlace', 'create'];

export const menus = { __init__: ['menus'], menus: ['type', Menus] };

// Everything that runs, with a search, from the palette.
export function openMore(modeler, event) {
  const { x, y } = event.detail > 0 ? event : event.currentTarget.getBoundingClientRect();
  modeler.get('menus').openAt({ x, y }, modeler.get('canvas').getRootElement(), 'rf-append', 'Draw');
}
