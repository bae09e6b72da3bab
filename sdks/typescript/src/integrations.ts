import { Toolbox, type Call, type ToolboxOptions } from "./toolbox.js";
import type { Outcome } from "./words.js";

type Thing = Record<string, unknown>;
/** Only calls of these tools are answered; others are left to the caller. */
export interface Only {
  only?: string[];
}

function list(value: unknown): Thing[] {
  return Array.isArray(value) ? (value as Thing[]) : [];
}

function called(item: Thing, name: unknown, args: unknown, id: unknown, { only }: Only): Call[] {
  return item && (!only || only.includes(String(name))) ? [{ name: String(name), arguments: args, id: String(id) }] : [];
}

function paired<T>(calls: Call[], outcomes: Outcome[], make: (call: Call, outcome: Outcome) => T): T[] {
  return calls.flatMap((call, place) => {
    const outcome = outcomes[place];
    return outcome ? [make(call, outcome)] : [];
  });
}

/**
 * An agent's tools for OpenAI's chat completions and Responses. `chat()` and `responses()` are what to send as `tools`;
 * `handle(answer)` carries out what the model asks for and gives the messages, or items, to send next. Works on what the
 * `openai` package gives and on plain objects.
 */
export class OpenAITools {
  readonly #box: Toolbox;
  readonly #strict: boolean;

  constructor({ strict = false, ...how }: ToolboxOptions & { strict?: boolean } = {}) {
    this.#box = new Toolbox(how);
    this.#strict = strict;
  }

  /** For `chat.completions.create({ tools })`. */
  chat(): Promise<Thing[]> {
    return this.#box.definitions(this.#strict ? "openai_strict" : "openai");
  }

  /** For `responses.create({ tools })`. */
  async responses(): Promise<Thing[]> {
    return (await this.chat()).map((each) => ({
      type: "function",
      parameters: null,
      strict: false,
      ...(each["function"] as Thing),
    }));
  }

  /** Answers the calls in a completion, a message or a response, in the form that it has; no calls, no answers. */
  async handle(answer: unknown, only: Only = {}): Promise<Thing[]> {
    const given = answer as { output?: unknown; choices?: { message?: Thing }[]; tool_calls?: unknown };
    const items = list(given.output).filter((item) => item["type"] === "function_call");
    if (items.length > 0) {
      const calls = items.flatMap((item) => called(item, item["name"], item["arguments"], item["call_id"], only));
      return paired(calls, await this.#box.callAll(calls), ({ id }, { text }) => ({
        type: "function_call_output",
        call_id: id,
        output: text,
      }));
    }
    const message = given.choices?.[0]?.message ?? given;
    const calls = list((message as Thing)["tool_calls"]).flatMap((call) => {
      const made = call["function"] as Thing | undefined;
      return made ? called(call, made["name"], made["arguments"], call["id"], only) : [];
    });
    return paired(calls, await this.#box.callAll(calls), ({ id }, { text }) => ({
      role: "tool",
      tool_call_id: id,
      content: text,
    }));
  }
}

/** An agent's tools for Anthropic's messages; works on what the `@anthropic-ai/sdk` package gives and on plain objects. */
export class AnthropicTools {
  readonly #box: Toolbox;

  constructor(how: ToolboxOptions = {}) {
    this.#box = new Toolbox(how);
  }

  /** For `messages.create({ tools })`. */
  tools(): Promise<Thing[]> {
    return this.#box.definitions("anthropic");
  }

  /** Answers the calls in a message with one message of the user; a message without calls with none. */
  async handle(message: unknown, only: Only = {}): Promise<Thing[]> {
    const calls = list((message as Thing)["content"])
      .filter((block) => block["type"] === "tool_use")
      .flatMap((block) => called(block, block["name"], block["input"], block["id"], only));
    if (calls.length === 0) return [];
    const content = paired(calls, await this.#box.callAll(calls), ({ id }, { text, images, isError }) => ({
      type: "tool_result",
      tool_use_id: id,
      content: [
        { type: "text", text },
        ...images.map(({ data, mimeType }) => ({ type: "image", source: { type: "base64", media_type: mimeType, data } })),
      ],
      ...(isError ? { is_error: true } : {}),
    }));
    return [{ role: "user", content }];
  }
}

/** An agent's tools for sessions of OpenAI's Realtime API, over whatever carries the events. */
export class RealtimeTools {
  readonly #box: Toolbox;

  constructor(how: ToolboxOptions = {}) {
    this.#box = new Toolbox(how);
  }

  /** For `tools` in a `session.update`. */
  async sessionTools(): Promise<Thing[]> {
    return (await this.#box.definitions("openai")).map((each) => ({ type: "function", ...(each["function"] as Thing) }));
  }

  /**
   * The events that answer the calls of a finished response; none for any other event. Calls are taken from
   * `response.done`: then it is known that nobody interrupted them, and the model may be asked to go on once for all.
   */
  async handle(event: unknown, only: Only = {}): Promise<Thing[]> {
    const { type, response } = event as { type?: string; response?: { status?: string; output?: unknown } };
    if (type !== "response.done" || response?.status !== "completed") return [];
    const calls = list(response.output)
      .filter((item) => item["type"] === "function_call")
      .flatMap((item) => called(item, item["name"], item["arguments"], item["call_id"], only));
    if (calls.length === 0) return [];
    const items = paired(calls, await this.#box.callAll(calls), ({ id }, { text }) => ({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: id, output: text },
    }));
    return [...items, { type: "response.create" }];
  }

  /** Answers over a WebSocket or data channel: `channel.addEventListener("message", tools.listener(channel))`. */
  listener(channel: { send(text: string): void }, only: Only = {}): (message: { data: unknown }) => Promise<void> {
    return async ({ data }) => {
      if (typeof data !== "string") return;
      for (const event of await this.handle(JSON.parse(data), only)) channel.send(JSON.stringify(event));
    };
  }
}
