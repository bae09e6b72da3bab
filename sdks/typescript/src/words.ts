import type { Schemas } from "./client.js";
import { ApiError, ConnectionFailed } from "./errors.js";
import { encode, exact, fault, isRounded } from "./json.js";

/** What a model is told of a failure, at most, in characters. Results are cut by the server, to fit the model. */
const MOST_WORDS = 4000;

/** What came of a model's call, in words that the model can read. */
export interface Outcome {
  text: string;
  isError: boolean;
  /** The result as JSON, when it worked. */
  data?: unknown;
  /** The server's whole answer; none where there was none. */
  answer?: Schemas["CallAnswer"];
  /** Pictures among the results, in base64. */
  images: { data: string; mimeType: string }[];
}

/** What a model is told of an answer. */
export function outcome(answer: Schemas["CallAnswer"]): Outcome {
  if (answer.success) return { ...result(answer), isError: false, data: answer.data, answer };
  const { pending, error } = answer;
  let told = `Error: the tool ${answer.tool} ended as ${answer.state}`;
  if (pending) {
    const reason = error?.message ?? answer.message ?? pending.spoken;
    if (pending.kind === "approval") told = `Not done yet: a person has to approve ${answer.tool} first. ${reason}`;
    else if (pending.kind === "confirmation") told = `Not done yet: ${reason}`;
    else told = `Not finished yet (${answer.execution_id}): ${reason}`;
  } else if (error) {
    told = `Error (${error.class}): ${error.message}`;
    if (error.alternative_action) told += ` Instead: ${error.alternative_action}.`;
    if (error.retryable) told += " The same call may be made again.";
  }
  return { text: told.slice(0, MOST_WORDS), isError: !pending, answer, images: [] };
}

/** What a model is told when the server refused the call or could not be reached. */
export function refused(error: Error): Outcome {
  let told = `Error: ${error.message}`;
  if (error instanceof ApiError) told = `Error (${error.code}): ${error.message}`;
  else if (error instanceof ConnectionFailed) {
    told = `Error: the tools' server did not answer (${error.message}). `;
    told += error.sent
      ? "Nobody knows whether the call was carried out."
      : "The call was not carried out; it may be made again.";
  }
  return { text: told.slice(0, MOST_WORDS), isError: true, images: [] };
}

function result(answer: Schemas["CallAnswer"]): Pick<Outcome, "text" | "images"> {
  const pieces: string[] = [];
  const images: Outcome["images"] = [];
  if (typeof answer.data === "string") pieces.push(answer.data);
  else if (answer.data !== undefined && answer.data !== null) pieces.push(JSON.stringify(answer.data));
  for (const block of answer.content ?? []) {
    if (block.type === "text") pieces.push(block.text);
    else if (block.type === "json") pieces.push(JSON.stringify(block.value));
    else if (block.type === "image") {
      images.push({ data: block.data, mimeType: block.mime_type });
      pieces.push("(a picture)");
    } else if (block.type === "resource_link") pieces.push(`${block.name}: ${block.uri}`);
    // A resource may be a text; a sound, and what a newer server knows, is only named.
    else pieces.push((block as unknown as { text?: string | null }).text || `(${(block as { type: string }).type})`);
  }
  if (pieces.length === 0 && answer.message) pieces.push(answer.message);
  const cut = answer.truncated;
  if (cut) pieces.push(`(cut: ${cut.shown_bytes} of ${cut.total_bytes} bytes)`);
  return { text: pieces.join("\n") || "Done.", images };
}

/** A model's arguments, which some give as a text. */
export function parsed(given: unknown): Record<string, unknown> {
  const value: unknown = typeof given === "string" ? exact(given.trim() || "{}") : (given ?? {});
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("the arguments must be a JSON object");
  }
  // What a vendor's package has read is no longer what the model has said.
  if (isRounded(value)) throw new SyntaxError("a number in them is too large to be kept: give it as a text");
  const wrong = fault(value);
  if (wrong) throw new SyntaxError(wrong);
  return value as Record<string, unknown>;
}

/**
 * The key under which a model's call is done once, however often the request is sent.
 *
 * An id that was made by chance says which call it is. Some models give none, or number their calls anew in each answer
 * (`functions.charge:0`): then the answer's id says it, and without one every call is its own. Only what says which call
 * it is may make one of two. The arguments count as well.
 */
export function callKey(
  scope: string,
  tool: string,
  callId: string | undefined,
  given: Record<string, unknown>,
  answerId?: string | undefined,
): string {
  let id = callId ?? "";
  if (!isOfChance(id, tool)) id = id && answerId && isOfChance(answerId, tool) ? `${answerId} ${id}` : randomId();
  const shown = (text: string): string => text.replace(/[^!-~]/g, "").slice(0, 64);
  return `sdk-${shown(scope)}-${shown(id)}-${hash(encode([scope, tool, id, sorted(given)]))}`;
}

/** Whether an id is most likely no other call's: `call_8fKx01…` and `toolu_01A09…`, not `call_1` or `functions.x:0`. */
function isOfChance(id: string, tool: string): boolean {
  return (id.replaceAll(tool || " ", " ").match(/[0-9A-Za-z]{8,}/g) ?? []).some((run) => /[0-9]/.test(run));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)]));
}

/** 53 bits of a text (cyrb53): enough beside the call's own id, and there also where pages have no `crypto.subtle`. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

/** 128 random bits; `crypto.randomUUID` is not there on pages without TLS. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
