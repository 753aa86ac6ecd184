// Building the page. Data only ever becomes text nodes and attributes, never markup.

/** Makes an element. `on…` functions become listeners; false, null and undefined leave an attribute out. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/** Replaces what is inside an element. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A mark of the page's own set, decoration only: the words stand beside it. */
export function mark(name) {
  return h("span", { class: `mark mark-${name}`, "aria-hidden": "true" });
}

/** The icon of a provider, from the page's own files; an unknown one gets a neutral icon. */
export function providerIcon(name, size = 44) {
  const own = /^[a-z0-9-]{1,64}$/.test(name ?? "") ? name : "integration";
  const image = h("img", { class: "provider-icon", src: iconUrl(own), alt: "", width: size, height: size });
  image.addEventListener("error", () => (image.src = iconUrl("integration")), { once: true });
  return image;
}

function iconUrl(name) {
  return new URL(`../icons/${name}.svg`, import.meta.url).href;
}

/** A button. `pending` shows that its work is under way and keeps it from being pressed twice. */
export function button(label, { kind = "plain", icon, pending = false, ...props } = {}) {
  if (pending) delete props.onclick;
  const inner = [pending ? h("span", { class: "spinner", "aria-hidden": "true" }) : icon && mark(icon), h("span", null, label)];
  return h("button", { type: "button", class: `button ${kind}`, "aria-disabled": pending ? "true" : null, ...props }, inner);
}

/** Grey bars where content is about to be. */
export function skeleton(lines) {
  const bars = Array.from({ length: lines }, () => h("span", { class: "bar" }));
  return h("div", { class: "skeleton", role: "status" }, h("span", { class: "sr-only" }, "Loading"), bars);
}

/** Says something to a screen reader without moving the focus. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

/** An address that may stand in a link: web addresses only. Null for anything else. */
export function webAddress(text) {
  if (!text) return null;
  try {
    const url = new URL(text, document.baseURI);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Waits, or rejects when the view that asked is gone. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
