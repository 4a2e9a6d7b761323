// Making parts of the page. Text is only ever set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** Return an HTML element with attributes and children; an attribute that is false is left out. */
export const element = (tag, attributes, ...children) =>
  filled(document.createElement(tag), attributes, children);

/** Return an SVG element likewise. */
export const drawn = (tag, attributes, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

/** Return a button that does something when it is pressed. */
export function button(text, pressed, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", pressed);
  return made;
}

/** Show why something failed, with a button if it can be tried again. */
export function showFailure(place, message, again) {
  const retry = () => {
    place.replaceChildren();
    again();
  };
  place.replaceChildren(
    element("div", { class: "notice" },
      element("p", {}, message), again && button("Try again", retry)),
  );
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (value !== false && value != null) made.setAttribute(name, value);
  made.append(...children.flat().filter(Boolean));
  return made;
}
