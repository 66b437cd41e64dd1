// Elements without markup: what comes from the server is only ever text. A view is built anew whenever something has
// changed, and what is on the page is brought to it in place, so that focus, selection and scrolling stay where they are.

const SVG = "http://www.w3.org/2000/svg";
const HANDLERS = ["onclick", "onsubmit", "oninput", "onkeydown", "onchange"];

/** An element. Attributes that are null or false are left out; `key` tells it from its siblings; `on…` are functions. */
export function h(name, attributes, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function svg(name, attributes, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "key") element.key = value;
    else if (HANDLERS.includes(name)) element[name] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The place of an element that looks after itself, such as a plot or a form: it is kept as it is from view to view. */
export function place(element, kind = "div") {
  const wrapper = document.createElement(kind);
  wrapper.held = element;
  return wrapper;
}

/** Brings the children of an element to those given. */
export function show(parent, ...children) {
  const wanted = document.createElement(parent.nodeName);
  wanted.append(...children.flat(Infinity).filter(Boolean));
  bringChildren(parent, wanted);
}

function isSame(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.key === other.key && one.held === other.held;
}

function bring(from, to) {
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.held) return;
  bringAttributes(from, to);
  for (const handler of HANDLERS) {
    if (from[handler] !== to[handler]) from[handler] = to[handler];
  }
  bringChildren(from, to);
}

function bringAttributes(from, to) {
  for (const { name } of [...from.attributes]) {
    // Whether it is open is its reader's to say.
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function bringChildren(from, to) {
  const keys = new Set([...to.childNodes].map((child) => child.key));
  const keyed = new Map();
  for (const child of [...from.childNodes]) {
    if (child.key === undefined) continue;
    if (keys.has(child.key)) keyed.set(child.key, child);
    else child.remove();
  }
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = wanted.key === undefined ? at : keyed.get(wanted.key);
    if (known && isSame(known, wanted)) {
      if (known === at) at = at.nextSibling;
      else from.insertBefore(known, at);
      bring(known, wanted);
    } else if (at && at.key === undefined && wanted.key === undefined) {
      const next = at.nextSibling;
      at.replaceWith(adopted(wanted));
      at = next;
    } else {
      from.insertBefore(adopted(wanted), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** What comes onto the page takes in the elements that it has places for. */
function adopted(node) {
  if (node.held) node.append(node.held);
  for (const child of node.childNodes) if (child.nodeType === Node.ELEMENT_NODE && child !== node.held) adopted(child);
  return node;
}
