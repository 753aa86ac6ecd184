// The bar above every view: whose page this is, who is signed in, and the way out.

import { button, fill, h } from "../dom.js";

/** Fills the bar for a signed-in member. */
export function topbar(bar, { name, account, local, onSignOut }) {
  fill(
    bar,
    h("a", { class: "brand", href: "#/" }, h("span", { class: "logo" }), h("span", null, "Aura")),
    local && h("span", { class: "chip", title: "This is the local stack: providers are imitations unless configured otherwise" }, "local"),
    h("span", { class: "grow" }),
    h("span", { class: "member", title: account ? `Account ${account}` : null }, h("span", { class: "avatar", "aria-hidden": "true" }, initial(name)), h("span", { class: "member-name" }, name)),
    button("Sign out", { kind: "ghost small", "data-action": "sign-out", onclick: onSignOut }),
  );
}

function initial(name) {
  return (Array.from(name.trim())[0] ?? "?").toUpperCase();
}
