// The search finds what is drawn by what people read there: its name first, then what kind of step it is. Ids are no words.
import { isLabel } from 'bpmn-js/lib/util/LabelUtil.js';
import { findStep, listSteps } from './steps.js';

class SearchByName {
  constructor(config, elementRegistry, searchPad, search) {
    Object.assign(this, { elementRegistry, search, steps: listSteps(config.steps) });
    searchPad.registerProvider(this);
  }

  find(pattern) {
    const named = this.elementRegistry.filter((element) => !isLabel(element) && element.parent && element.businessObject?.name)
      .map((element) => ({ element, name: element.businessObject.name, kind: findStep(this.steps, element)?.label ?? '' }));
    return this.search(named, pattern, { keys: ['name', 'kind'] })
      .map(({ item, tokens }) => ({ element: item.element, primaryTokens: tokens.name, secondaryTokens: tokens.kind }));
  }
}
SearchByName.$inject = ['config.reviewflow', 'elementRegistry', 'searchPad', 'search'];

export const searching = { __init__: ['bpmnSearch'], bpmnSearch: ['type', SearchByName] };
