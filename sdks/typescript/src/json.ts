// JSON as it is on the wire: integers that JavaScript's numbers cannot hold, and texts with half of a character.

/** Deeper than this and the server does not read it; its limit is 128 levels, those of the frame among them. */
export const MOST_DEPTH = 100;

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** What a server says. An integer that a number would change (the id of an account, say) is a text. */
export function told(text: string): unknown {
  return parse(text, (digits) => `"${digits}"`);
}

/** What a model says, to be sent on: such integers are `bigint`s, which `encode` writes as they were. */
export function exact(text: string): unknown {
  const mark = marker();
  const value = parse(text, (digits) => `"${mark}${digits}"`);
  return value === undefined ? value : revive(value, mark);
}

/** A value as JSON. A `bigint` is an integer; half of a character becomes a sign that something is missing. */
export function encode(value: unknown): string {
  const mark = marker();
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === "bigint") return mark + each.toString();
    if (each instanceof Map) return Object.fromEntries(each as Map<string, unknown>);
    return each instanceof Set ? [...(each as Set<unknown>)] : each;
  }) as string | undefined;
  // Functions and the like have no form.
  if (text === undefined) throw new TypeError("it is not JSON");
  return mended(text.includes(mark) ? text.replace(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1") : text);
}

/** Whether a value can be sent as it is; if not, what is wrong with it. */
export function fault(value: unknown): string | undefined {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
  if (mended(text) !== text) return "a text in them is not valid Unicode, it holds half of a character";
  return measure(text).depth > MOST_DEPTH ? "they are nested too deep" : undefined;
}

/** Whether numbers in a value that somebody else has read may have been changed by that. */
export function isRounded(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
  return typeof value === "object" && value !== null && Object.values(value).some(isRounded);
}

/** How deep a text of JSON is, and how many values the server counts in it. */
export function measure(text: string): { depth: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 0;
  let inText = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x2c) values += 1;
    else if (code === 0x5b || code === 0x7b) {
      values += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return { depth: deepest, values };
}

function parse(text: string, unsafe: (digits: string) => string): unknown {
  if (!/\d{16}|\d[eE]/.test(text)) return JSON.parse(text);
  const mended = text.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return token;
    if (!Number.isFinite(Number(token))) throw new SyntaxError(`the number ${token.slice(0, 20)} is too large`);
    return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? unsafe(token) : token;
  });
  return JSON.parse(mended);
}

function revive(value: unknown, mark: string): unknown {
  if (typeof value === "string") return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  if (Array.isArray(value)) return value.map((each) => revive(each, mark));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revive(each, mark)]));
}

/** `JSON.stringify` writes halves of characters as escapes, which no strict reader takes. */
function mended(text: string): string {
  return text.replace(/\\(?:u[0-9a-f]{4}|[^u])/g, (escape) => (/^\\ud[89a-f]/.test(escape) ? "\ufffd" : escape));
}

/** What stands in no text by accident. */
function marker(): string {
  return `integer-${Math.random().toString(36).slice(2)}-`;
}
