// The form for an API key, shown when the service responds 401.

import { setApiKey } from "./api.js";
import { byId } from "./dom.js";

const VISIBLE_ASCII = /^[\x21-\x7e]+$/; // As a header value.

let retry, previousFocus;

/** Ask for a key, explain why, and call `onKey` once there is one. */
export function requestKey(message, onKey) {
  retry = onKey;
  if (byId("key").hidden) previousFocus = document.activeElement;
  byId("key").hidden = false;
  byId("key-message").textContent = message;
  byId("key-field").value = "";
  byId("key-field").focus();
}

byId("key").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = byId("key-field").value.trim();
  if (!VISIBLE_ASCII.test(key)) {
    byId("key-message").textContent = key
      ? "A key has only ASCII letters, digits and punctuation."
      : "Type or paste the key.";
    byId("key-field").focus();
    return;
  }
  setApiKey(key);
  byId("key").hidden = true;
  byId("key-field").value = "";
  previousFocus.focus();
  retry();
});

export const isUnauthorized = (error) => error.status === 401;
