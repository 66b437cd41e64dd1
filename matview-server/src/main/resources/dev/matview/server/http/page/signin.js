// Asks for a token where one is needed.

import { token } from "./api.js";
import { h } from "./dom.js";

/** @param refusal why nobody is let in yet @param done is given the token */
export function signIn(refusal, done) {
  const refused = token.get() !== "";
  return [
    h("h1", { tabindex: "-1" }, "Sign in"),
    h(
      "form",
      {
        class: "signin",
        id: "signin",
        onsubmit: (event) => {
          event.preventDefault();
          const field = event.target.querySelector("input");
          const value = field.value.trim();
          if (!value) return;
          field.value = "";
          done(value);
        },
      },
      h("label", { for: "token" }, "An administrator's token"),
      h("input", { id: "token", type: "password", autocomplete: "off", "aria-describedby": "signin-note", required: true }),
      h("p", { class: "note", id: "signin-note" }, "It is kept for this tab, and sent to this server alone."),
      refused && h("p", { class: "alert bad", role: "alert" }, refusal.message),
      h("button", { type: "submit" }, "Sign in"),
    ),
  ];
}
