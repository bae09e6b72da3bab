import { ApiError, CallwrightError, ConnectionFailed, TimedOut } from "./errors.js";
import type { paths } from "./generated.js";
import { encode, told } from "./json.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";
/** The paths that know a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends Record<M, infer O> ? O : never;
type Place<O, Where extends string> = O extends { parameters: { [K in Where]?: infer V } } ? V : undefined;
type Json<C> = C extends { content: { "application/json": infer B } } ? B : undefined;
type Body<C> = C extends { content: infer T }
  ? T extends { "application/json": infer B }
    ? B
    : T extends { "application/octet-stream": unknown }
      ? Uint8Array
      : Extract<T[keyof T], string>
  : undefined;
type Sent<O> = O extends { requestBody?: infer B } ? Json<Exclude<B, undefined>> : undefined;
/** What an operation answers when it worked. */
export type Answer<O> = O extends { responses: infer R } ? Body<R[keyof R & (200 | 201 | 202)]> : undefined;

/** What may be said with a request. */
export interface Said<O> {
  path?: Place<O, "path">;
  query?: Place<O, "query">;
  headers?: Record<string, string | null | undefined>;
  body?: Sent<O>;
  /** How long the answer may take, over all attempts, in milliseconds. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Where a server is, and who you are there. */
export interface ServerOptions {
  /** `CALLWRIGHT_URL` unless it is said, and `http://127.0.0.1:8080` without that. */
  baseUrl?: string | undefined;
  /** `CALLWRIGHT_TOKEN` unless it is said. */
  token?: string | undefined;
  /** For a request with all its attempts: a minute, and five for the call of a tool, unless it is said. */
  timeoutMs?: number | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

export const TIMEOUT_MS = 60_000;
const CALL_TIMEOUT_MS = 300_000;
// How often a request is sent at most, and the longest that is waited before it is sent again: on the telephone nobody
// waits longer.
const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;
const FIRST_WAIT_MS = 250;

/** The address and the token: what was said, else what the environment says. */
export function settings(options: ServerOptions): { baseUrl: string; token: string | undefined } {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
  const baseUrl = (options.baseUrl || environment["CALLWRIGHT_URL"] || "http://127.0.0.1:8080").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(baseUrl)) {
    throw new CallwrightError(`\`baseUrl\` must begin with http:// or https://, not be \`${baseUrl}\``);
  }
  // A file or a secret ends in a newline, most often.
  const token = (options.token || environment["CALLWRIGHT_TOKEN"] || "").trim();
  // Without the token itself: these words may come to a log or a model.
  if (!/^[!-~]*$/.test(token)) throw new CallwrightError("the token holds characters that no token has: is it one line of visible ASCII?");
  return { baseUrl, token: token || undefined };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Requests over the network, with what may be sent again sent again. */
export class Http {
  readonly baseUrl: string;
  /** How long a tool's call may take. */
  readonly callTimeoutMs: number;
  // Not among what a log of this object shows.
  readonly #token: string | undefined;
  readonly #timeoutMs: number;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: ServerOptions = {}) {
    ({ baseUrl: this.baseUrl, token: this.#token } = settings(options));
    this.#timeoutMs = options.timeoutMs || TIMEOUT_MS;
    this.callTimeoutMs = options.timeoutMs || CALL_TIMEOUT_MS;
    this.#fetch = options.fetch ?? ((...wish) => globalThis.fetch(...wish));
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Any operation of the API, typed by the OpenAPI document. */
  async request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    said: Said<Operation<M, P>> = {},
  ): Promise<Answer<Operation<M, P>>> {
    const key = said.headers?.["Idempotency-Key"] ?? undefined;
    if (key !== undefined && !/^[!-~]{1,255}$/.test(key)) {
      throw new CallwrightError("`idempotencyKey` must be 1 to 255 visible ASCII characters");
    }
    const keyed = key !== undefined;
    // However often it is sent: nobody waits longer.
    const until = Date.now() + (said.timeoutMs || this.#timeoutMs);
    for (let attempt = 1; ; attempt += 1) {
      let failure: CallwrightError;
      try {
        const signal = AbortSignal.timeout(Math.max(1, until - Date.now()));
        const response = await this.#send(method, String(path), said, "application/json", signal);
        if (response.ok) return (await read(response)) as Answer<Operation<M, P>>;
        failure = new ApiError(response.status, await response.json().catch(() => undefined), response.headers);
      } catch (error) {
        said.signal?.throwIfAborted();
        failure = failed(error);
      }
      const wait = this.#wait(method, keyed, attempt, failure);
      if (wait === undefined || Date.now() + wait >= until) throw failure;
      await pause(wait);
    }
  }

  /** One stream of server-sent events, until it ends or breaks off. */
  async *events(
    method: Method,
    path: string,
    said: Said<unknown> & { path?: unknown; body?: unknown },
  ): AsyncGenerator<{ name: string; data: unknown; id: string | undefined }> {
    try {
      // The body may take for ever, its beginning not.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new DOMException("the stream does not begin", "TimeoutError")), this.#timeoutMs);
      const response = await this.#send(method, path, said, "text/event-stream", late.signal).finally(() => clearTimeout(timer));
      if (!response.ok || !response.body) {
        throw new ApiError(response.status, await response.json().catch(() => undefined), response.headers);
      }
      const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>).getReader();
      try {
        let rest = "";
        for (;;) {
          // The server says something at least every ten seconds, if only that it is still there.
          const { done, value } = await within(reader.read(), this.#timeoutMs);
          if (done) return;
          const pieces = (rest + value).split(/\r?\n\r?\n/);
          rest = pieces.pop() ?? "";
          for (const piece of pieces) {
            const event = readEvent(piece);
            if (event) yield event;
          }
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    } catch (error) {
      said.signal?.throwIfAborted();
      throw error instanceof CallwrightError ? error : failed(error);
    }
  }

  async #send(method: string, path: string, said: Said<unknown>, accept: string, limit: AbortSignal): Promise<Response> {
    const url = new URL(this.baseUrl + place(path, said.path));
    for (const [name, value] of Object.entries((said.query as Record<string, unknown> | undefined) ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { accept };
    if (this.#token) headers["x-token"] = this.#token;
    for (const [name, value] of Object.entries(said.headers ?? {})) if (value != null) headers[name] = value;
    if (said.body !== undefined) headers["content-type"] = "application/json";
    const response = await this.#fetch(url, {
      method: method.toUpperCase(),
      headers,
      body: said.body === undefined ? null : encode(said.body),
      signal: said.signal ? AbortSignal.any([said.signal, limit]) : limit,
      // The token and what is written are for this server, whoever it points to.
      redirect: "manual",
      // A session cookie would not be enough for writes anyhow.
      credentials: "omit",
    });
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel();
      throw new CallwrightError("the server points elsewhere: is `baseUrl` right (https, host, path)?");
    }
    return response;
  }

  /**
   * How long to wait before a request is sent again; undefined if it may not be. A read may. A write may if it surely
   * was not done (no connection; our server's own 429 and 503 with a time to come back), or if it carries an
   * idempotency key.
   */
  #wait(method: Method, keyed: boolean, attempt: number, failure: Error): number | undefined {
    if (attempt >= ATTEMPTS) return undefined;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    const isSafe = keyed || method === "get";
    if (failure instanceof ApiError) {
      // A gateway may say so as well, after it has passed the request on.
      const isKnown = isSafe || failure.isOurs;
      if ((failure.status === 429 || failure.status === 503) && failure.retryAfter !== undefined && isKnown) {
        const asked = failure.retryAfter * 1000;
        return asked <= LONGEST_WAIT_MS ? Math.max(asked, wait) : undefined;
      }
      return isSafe && [429, 502, 503, 504].includes(failure.status) ? wait : undefined;
    }
    if (!(failure instanceof ConnectionFailed)) return undefined;
    return isSafe || !failure.sent ? wait : undefined;
  }
}

const NOT_OURS = "the answer is not JSON: is this address that of a Callwright server?";

/** A path with its values, each of them one segment. */
function place(template: string, values: unknown): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String((values as Record<string, unknown> | undefined)?.[name] ?? "");
    // These would be steps upwards, encoded or not.
    if (["", ".", ".."].includes(value)) throw new CallwrightError(`\`${name}\` must not be \`${value}\``);
    return encodeURIComponent(value);
  });
}

async function read(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (/json/.test(type) && !/ndjson|jsonl/.test(type)) {
    const text = await response.text();
    try {
      return told(text);
    } catch {
      throw new ConnectionFailed(NOT_OURS);
    }
  }
  // A page of somebody between, who lets nobody through before a login, is no answer.
  if (/text\/html/.test(type) && !response.headers.has("x-request-id")) throw new ConnectionFailed(NOT_OURS);
  if (/^(application\/octet-stream|image|audio|video)/.test(type)) return new Uint8Array(await response.arrayBuffer());
  const text = await response.text();
  return text === "" ? undefined : text;
}

function readEvent(piece: string): { name: string; data: unknown; id: string | undefined } | undefined {
  let name = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of piece.split(/\r?\n/)) {
    const at = line.indexOf(":");
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  if (data.length === 0) return undefined;
  const text = data.join("\n");
  try {
    return { name, id, data: told(text) };
  } catch {
    return { name, id, data: text };
  }
}

function failed(error: unknown): CallwrightError {
  if (error instanceof CallwrightError) return error;
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  const message = [(error as Error).message, cause].filter(Boolean).join(": ");
  const isLate = error instanceof DOMException && error.name === "TimeoutError";
  const how = { cause: error, sent: !wasRefused(error) };
  return isLate ? new TimedOut(message, how) : new ConnectionFailed(message, how);
}

/** Whether nothing can have been sent. Only Node says so; in a browser it is not known. */
function wasRefused(error: unknown): boolean {
  const code = (error as { cause?: { code?: string } }).cause?.code ?? "";
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"].includes(code);
}

async function within<T>(what: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut("the stream is silent")), ms);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
