// The field for a key, which is there only when the service has asked for one.

import { byId } from "./elements.js";
import { useKey } from "./service.js";

// What a header can carry. No key has anything else.
const POSSIBLE = /^[\x21-\x7e]+$/;

let again, before;

/** Ask for a key and say why; then do `retry`. */
export function askForKey(message, retry) {
  again = retry;
  if (byId("key").hidden) before = document.activeElement;
  byId("key").hidden = false;
  byId("key-said").textContent = message;
  byId("key-field").value = "";
  byId("key-field").focus();
}

byId("key").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = byId("key-field").value.trim();
  if (!POSSIBLE.test(given)) {
    byId("key-said").textContent = given
      ? "A key has only letters, digits and signs, without spaces."
      : "Type or paste the key.";
    byId("key-field").focus();
    return;
  }
  useKey(given);
  byId("key").hidden = true;
  byId("key-field").value = "";
  before.focus();
  again();
});

/** Return whether a failure is about the key. */
export const aboutKey = (failure) => failure.status === 401;
