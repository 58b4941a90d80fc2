// Making elements, asking the server, and the words for when it does not answer.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export class Refusal extends Error {
  constructor(status, explanation) {
    super(explanation.reason ?? 'The server cannot be reached.');
    this.status = status;
    this.explanation = explanation;
  }
}

// Sends and returns the response; a refusal is raised with the server's own words.
export async function ask(address, { method = 'GET', body, headers = {}, keepalive = false } = {}) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const all = { Accept: 'application/json', 'X-CSRFToken': token, ...headers };
  let response;
  try {
    response = await fetch(address, { method, body, headers: all, keepalive });
  } catch {
    throw new Refusal(0, {});
  }
  if (response.ok) return response;
  throw new Refusal(response.status, await response.json().catch(() => ({})));
}

export function later(action, pause) {
  let timer = 0;
  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(action, pause);
  };
  plan.cancel = () => clearTimeout(timer);
  return plan;
}
