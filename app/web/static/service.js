// Asking the service: the only place from which anything leaves the page.

const PATIENCE = 30_000; // Milliseconds.

let key = "";

/** Why there is no answer, in words. `status` is the HTTP status, or 0 without one. */
export class Failure extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Send `given` with every request from now on. Only this variable keeps it. */
export function useKey(given) {
  key = given;
}

const hasKey = () => key !== "";

/** Return what the service says at `path`, which is relative to the page's own address. */
export const get = (path, signal) => ask(path, { method: "GET" }, signal);

/** Return its answer to `body`. */
export const post = (path, body, signal) =>
  ask(path, { method: "POST", body: JSON.stringify(body) }, signal);

async function ask(path, options, signal) {
  const headers = {};
  if (options.body) headers["Content-Type"] = "application/json";
  if (options.body && key) headers["X-API-Key"] = key;
  const ended = [AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])];
  const more = { headers, signal: AbortSignal.any(ended), cache: "no-store", redirect: "error" };
  try {
    const response = await fetch(path, { ...options, ...more });
    if (response.ok) return await response.json();
    throw new Failure(words(response), response.status);
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure(unanswered(error));
  }
}

function unanswered(error) {
  if (error instanceof SyntaxError)
    return "Something other than the service answered. Tell whoever runs it.";
  if (error.name === "TimeoutError")
    return "The service didn’t answer in half a minute. Nothing you typed is lost.";
  return "The service can’t be reached. Nothing you typed is lost.";
}

function words(response) {
  const id = response.headers.get("X-Request-ID");
  switch (response.status) {
    case 401:
      return hasKey() ? "The service doesn’t know this key." : "This service needs a key.";
    case 413:
      return "This is more than the service takes at once.";
    case 429:
    case 503:
      return "The service is busy. Wait a moment, then try again.";
    case 500:
      return `The service failed. If it fails again, tell whoever runs it.${id ? ` Number: ${id}` : ""}`;
    default:
      return `The service refused, with the status ${response.status}. Tell whoever runs it.`;
  }
}
