import { Toolbox, type Call, type ToolboxOptions } from "./toolbox.js";
import type { Outcome } from "./words.js";

type Thing = Record<string, unknown>;
type Parameters = Record<string, unknown>;

/** A tool in the form of chat completions. */
export interface ChatTool {
  type: "function";
  function: { name: string; description?: string; parameters?: Parameters; strict?: boolean };
}

/** A tool in the form of Responses. */
export interface ResponsesTool {
  type: "function";
  name: string;
  description?: string;
  parameters: Parameters | null;
  strict: boolean;
}

/** A tool in the form of Realtime's sessions. */
export interface SessionTool {
  type: "function";
  name: string;
  description?: string;
  parameters?: Parameters;
}

/** A tool in Anthropic's form. */
export interface AnthropicTool {
  name: string;
  description?: string;
  input_schema: { type: "object"; [name: string]: unknown };
}

/** The answer to a call in a chat completion. */
export interface ToolMessage {
  role: "tool";
  tool_call_id: string;
  content: string;
}

/** The answer to a call in a response. */
export interface ToolOutput {
  type: "function_call_output";
  call_id: string;
  output: string;
}

type MediaType = "image/jpeg" | "image/png" | "image/gif" | "image/webp";
type Block =
  | { type: "text"; text: string }
  | { type: "image"; source: { type: "base64"; media_type: MediaType; data: string } };

/** The answers to the calls in a message of Anthropic's. */
export interface ResultsMessage {
  role: "user";
  content: { type: "tool_result"; tool_use_id: string; content: Block[]; is_error?: boolean }[];
}

/** An event to send to a Realtime session. */
export type SessionEvent =
  | { type: "conversation.item.create"; item: ToolOutput }
  | { type: "response.create"; event_id?: string };

/** Only calls of these tools are answered; others are left to the caller. */
export interface Only {
  only?: string[];
}

function list(value: unknown): Thing[] {
  return Array.isArray(value) ? (value as Thing[]) : [];
}

function called(name: unknown, args: unknown, id: unknown, answerId: unknown, { only }: Only): Call[] {
  const known = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);
  if (only && !only.includes(String(name))) return [];
  return [{ name: String(name), arguments: args, id: known(id), answerId: known(answerId) }];
}

function paired<T>(calls: Call[], outcomes: Outcome[], make: (id: string, outcome: Outcome) => T): T[] {
  return calls.flatMap((call, place) => {
    const outcome = outcomes[place];
    return outcome ? [make(call.id ?? "", outcome)] : [];
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
  async chat(): Promise<ChatTool[]> {
    return (await this.#box.definitions(this.#strict ? "openai_strict" : "openai")) as unknown as ChatTool[];
  }

  /** For `responses.create({ tools })`. */
  async responses(): Promise<ResponsesTool[]> {
    return (await this.chat()).map((each) => ({ type: "function", parameters: null, strict: false, ...each.function }));
  }

  /** Answers the calls in a response with items. */
  async handle(answer: { output: unknown }, only?: Only): Promise<ToolOutput[]>;
  /** Answers the calls in a completion or a message with messages; no calls, no answers. */
  async handle(answer: { choices: unknown } | { role: unknown } | { tool_calls: unknown }, only?: Only): Promise<ToolMessage[]>;
  async handle(answer: unknown, only: Only = {}): Promise<ToolOutput[] | ToolMessage[]> {
    const given = answer as { id?: unknown; output?: unknown; choices?: { message?: Thing }[] };
    const items = list(given.output).filter((item) => item["type"] === "function_call");
    if (items.length > 0) {
      const calls = items.flatMap((item) => called(item["name"], item["arguments"], item["call_id"], given.id, only));
      return paired(calls, await this.#box.callAll(calls), (id, { text }) => ({
        type: "function_call_output" as const,
        call_id: id,
        output: text,
      }));
    }
    const message = given.choices?.[0]?.message ?? given;
    const answerId = given.choices ? given.id : undefined;
    const calls = list((message as Thing)["tool_calls"]).flatMap((call) => {
      const made = call["function"] as Thing | undefined;
      return made ? called(made["name"], made["arguments"], call["id"], answerId, only) : [];
    });
    return paired(calls, await this.#box.callAll(calls), (id, { text }) => ({
      role: "tool" as const,
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
  async tools(): Promise<AnthropicTool[]> {
    return (await this.#box.definitions("anthropic")) as unknown as AnthropicTool[];
  }

  /** Answers the calls in a message with one message of the user; a message without calls with none. */
  async handle(message: unknown, only: Only = {}): Promise<ResultsMessage[]> {
    const calls = list((message as Thing)["content"])
      .filter((block) => block["type"] === "tool_use")
      .flatMap((block) => called(block["name"], block["input"], block["id"], (message as Thing)["id"], only));
    if (calls.length === 0) return [];
    const content = paired(calls, await this.#box.callAll(calls), (id, { text, images, isError }) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content: [
        { type: "text" as const, text },
        ...images.map(({ data, mimeType }) => ({
          type: "image" as const,
          source: { type: "base64" as const, media_type: mimeType as MediaType, data },
        })),
      ],
      ...(isError ? { is_error: true } : {}),
    }));
    return [{ role: "user", content }];
  }
}

// The id of the event that asks the model to go on; it stands in an error that refuses it.
const ASKED = "callwright_go_on";

/** An agent's tools for sessions of OpenAI's Realtime API, over whatever carries the events. */
export class RealtimeTools {
  readonly #box: Toolbox;

  constructor(how: ToolboxOptions = {}) {
    this.#box = new Toolbox(how);
  }

  /** For `tools` in a `session.update`. */
  async sessionTools(): Promise<SessionTool[]> {
    return (await this.#box.definitions("openai")).map((each) => ({ type: "function", ...(each["function"] as { name: string }) }));
  }

  /**
   * The events that answer the calls of a finished response; none for any other event. Calls are taken from
   * `response.done`: then it is known that nobody interrupted them, and the model may be asked to go on once for all.
   * With `only`, calls of other tools are left to the caller; where there are any, `response.create` is as well.
   */
  async handle(event: unknown, only: Only = {}): Promise<SessionEvent[]> {
    const { type, response } = event as { type?: string; response?: { id?: unknown; status?: string; output?: unknown } };
    if (type !== "response.done" || response?.status !== "completed") return [];
    const asked = list(response.output).filter((item) => item["type"] === "function_call");
    const calls = asked.flatMap((item) => called(item["name"], item["arguments"], item["call_id"], response.id, only));
    if (calls.length === 0) return [];
    const items: SessionEvent[] = paired(calls, await this.#box.callAll(calls), (id, { text }) => ({
      type: "conversation.item.create" as const,
      item: { type: "function_call_output" as const, call_id: id, output: text },
    }));
    return calls.length === asked.length ? [...items, { type: "response.create" }] : items;
  }

  /**
   * Answers over a WebSocket or data channel: `channel.addEventListener("message", tools.listener(channel))`. A model
   * that is saying something already is asked to go on when it has done so.
   */
  listener(channel: { send(text: string): void }, only: Only = {}): (message: { data: unknown }) => Promise<void> {
    // The responses that are being made.
    const active = new Set<string>();
    let isOwed = false;
    const goOn = (): void => {
      if (!isOwed || active.size > 0) return;
      isOwed = false;
      active.add(ASKED);
      channel.send(JSON.stringify({ type: "response.create", event_id: ASKED }));
    };
    return async ({ data }) => {
      try {
        if (typeof data !== "string") return;
        const event = JSON.parse(data) as Thing;
        const id = String((event["response"] as Thing | undefined)?.["id"]);
        const error = event["error"] as Thing | undefined;
        if (event["type"] === "response.created") {
          active.delete(ASKED);
          active.add(id);
        } else if (event["type"] === "error" && error?.["event_id"] === ASKED) {
          active.delete(ASKED);
          // Somebody was faster: the person, most likely. The model is asked again when that response is done.
          isOwed ||= error["code"] === "conversation_already_has_active_response";
        } else if (event["type"] === "response.done") {
          active.delete(ASKED);
          active.delete(id);
          for (const each of await this.handle(event, only)) {
            if (each.type === "response.create") isOwed = true;
            else channel.send(JSON.stringify(each));
          }
          goOn();
        }
      } catch (error) {
        // The channel is gone, most likely; whoever opened it notices.
        console.error("an event of a session could not be answered", error);
      }
    };
  }
}
