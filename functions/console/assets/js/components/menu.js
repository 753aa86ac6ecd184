// A button with a small menu, for mouse, touch and keyboard (the menu button pattern of WAI-ARIA).

import { button, fill, h, mark } from "../dom.js";

/** A menu. `choose` gets the action of an item. Without items there is neither menu nor button. */
export function menu(label, choose, signal) {
  const opener = button(label, { "data-action": "more", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => (list.hidden ? open() : close()), onkeydown: byArrow });
  const list = h("div", { class: "menu-list", role: "menu", "aria-label": label, hidden: true, onkeydown: travel });
  const el = h("div", { class: "menu" }, opener, list);
  opener.append(mark("down"));
  document.addEventListener("pointerdown", (event) => el.contains(event.target) || close(), { signal });

  /** Shows these items: `{action, label, icon, danger}`. */
  function update(items) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    el.hidden = !items.length;
    fill(list, items.map(item));
    if (focused) (entry(focused) ?? list.firstChild ?? opener).focus();
  }

  function item({ action, label: text, icon, danger }) {
    return h("button", { type: "button", class: `menu-item ${danger ? "danger" : ""}`, role: "menuitem", tabindex: -1, "data-action": action, onclick: () => pick(action) }, mark(icon), h("span", null, text));
  }

  const entry = (action) => list.querySelector(`[data-action="${action}"]`);

  function open(last = false) {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    (last ? list.lastChild : list.firstChild)?.focus();
  }

  function close() {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  }

  /** The focus goes back first: what opens now gives it back to there. */
  function pick(action) {
    close();
    opener.focus();
    choose(action);
  }

  function byArrow(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowUp");
  }

  function travel(event) {
    if (event.key === "Tab") return close();
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined && event.key !== "Escape") return undefined;
    event.preventDefault();
    if (event.key !== "Escape") return items.at(to % items.length).focus();
    close();
    return opener.focus();
  }

  return { el, update };
}
