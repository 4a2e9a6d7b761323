// DOM helpers. Text is always set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** Return an HTML element; attributes that are false, null or undefined are left out. */
export const element = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export function button(text, onClick, attributes = {}) {
  const created = element("button", { type: "button", ...attributes }, text);
  created.addEventListener("click", onClick);
  return created;
}

/** Show an error, with a "Try again" button if there is a `retry` function. */
export function showError(parent, message, retry) {
  const onRetry = () => {
    parent.replaceChildren();
    retry();
  };
  parent.replaceChildren(
    element("div", { class: "notice" },
      element("p", {}, message), retry && button("Try again", onRetry)),
  );
}

function fill(created, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (value !== false && value != null) created.setAttribute(name, value);
  created.append(...children.flat().filter(Boolean));
  return created;
}
