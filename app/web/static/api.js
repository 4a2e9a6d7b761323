// HTTP client: the only module that sends requests.

const TIMEOUT = 30_000; // Milliseconds.

let apiKey = "";

/** A failed request. `status` is the HTTP status, or 0 if there was no response. */
export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Send `key` with every later POST. It is kept in this variable only. */
export function setApiKey(key) {
  apiKey = key;
}

/** Return the JSON at `path`, which is relative to the page. */
export const get = (path, signal) => request(path, { method: "GET" }, signal);

/** POST `body` as JSON and return the JSON response. */
export const post = (path, body, signal) =>
  request(path, { method: "POST", body: JSON.stringify(body) }, signal);

async function request(path, options, signal) {
  const headers = {};
  if (options.body) headers["Content-Type"] = "application/json";
  if (options.body && apiKey) headers["X-API-Key"] = apiKey;
  const signals = [AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])];
  const common = { headers, signal: AbortSignal.any(signals), cache: "no-store", redirect: "error" };
  try {
    const response = await fetch(path, { ...options, ...common });
    if (response.ok) return await response.json();
    throw new ApiError(statusMessage(response), response.status);
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    throw new ApiError(networkMessage(error));
  }
}

function networkMessage(error) {
  if (error instanceof SyntaxError)
    return "The response is not from this service. Tell its operator.";
  if (error.name === "TimeoutError")
    return "The service didn’t respond within 30 seconds. Your input is kept.";
  return "The service can’t be reached. Your input is kept.";
}

function statusMessage({ status, headers }) {
  const id = headers.get("X-Request-ID");
  switch (status) {
    case 401:
      return apiKey ? "This key is not valid." : "This service needs a key.";
    case 413:
      return "This is more than the service accepts at once.";
    case 429:
    case 503:
      return "The service is busy. Wait a moment, then try again.";
    case 500:
      return `The service failed. If it fails again, tell its operator.${id ? ` Request ID: ${id}` : ""}`;
    default:
      return `The service rejected the request with status ${status}. Tell its operator.`;
  }
}
