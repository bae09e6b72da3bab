/** Everything that this package throws by itself. */
export class CallwrightError extends Error {
  override name = "CallwrightError";
}

/** The server could not be reached, or the connection broke off. */
export class ConnectionFailed extends CallwrightError {
  override name = "ConnectionFailed";
  /** Whether the request may have arrived; if not, it surely was not done. */
  readonly sent: boolean;

  constructor(message: string, options: ErrorOptions & { sent?: boolean } = {}) {
    super(message, options);
    this.sent = options.sent ?? true;
  }
}

/** The server did not answer in time. A write without an idempotency key may or may not have been done. */
export class TimedOut extends ConnectionFailed {
  override name = "TimedOut";
}

/** The server refused a request, and says why. */
export class ApiError extends CallwrightError {
  override name = "ApiError";
  readonly status: number;
  /** A stable name such as `idempotency_key_reused`. */
  readonly code: string;
  /** With this the server's log can be searched. */
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown>;
  /** The seconds to wait, where the server has said so. */
  readonly retryAfter: number | undefined;
  /** Whether our server says so itself, not a gateway before it. */
  readonly isOurs: boolean;

  constructor(status: number, body: unknown, headers: Headers) {
    const told = (body as { error?: Record<string, unknown> } | undefined)?.error ?? {};
    super(typeof told["message"] === "string" ? told["message"] : `the server answered ${status}`);
    this.status = status;
    this.code = typeof told["code"] === "string" ? told["code"] : `http_${status}`;
    this.requestId = (told["request_id"] as string | undefined) ?? headers.get("x-request-id") ?? undefined;
    this.details = (told["details"] as Record<string, unknown> | null | undefined) ?? {};
    this.isOurs = typeof told["code"] === "string" && typeof told["request_id"] === "string";
    this.retryAfter = seconds(headers.get("retry-after"));
  }

  /** The field of the request that is wrong, where it is one. */
  get field(): string | undefined {
    const field = this.details["field"];
    return typeof field === "string" ? field : undefined;
  }
}

/** A `Retry-After` in seconds; one that is a date counts as none. */
export function seconds(header: string | null): number | undefined {
  const value = header === null || header.trim() === "" ? Number.NaN : Number(header);
  return Number.isFinite(value) ? Math.max(0, value) : undefined;
}
