import type { Schemas } from "./client.js";
import { ApiError, ConnectionFailed } from "./errors.js";

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
    told = `Error: the tools' server did not answer (${error.message}). Nobody knows whether the call was carried out.`;
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
  const value: unknown = typeof given === "string" ? JSON.parse(given.trim() || "{}") : (given ?? {});
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("the arguments must be a JSON object");
  }
  return value as Record<string, unknown>;
}

/**
 * The key under which a model's call is done once, however often the request is sent. Some models number their calls
 * anew in each answer, so the arguments count as well.
 */
export function callKey(scope: string, tool: string, callId: string, given: Record<string, unknown>): string {
  const told = callId.replace(/[^!-~]/g, "").slice(0, 64);
  return `sdk-${scope.replace(/[^!-~]/g, "").slice(0, 64)}-${told}-${hash(JSON.stringify([scope, tool, callId, sorted(given)]))}`;
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
