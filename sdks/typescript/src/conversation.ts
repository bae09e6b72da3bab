import { CallwrightError, ConnectionFailed } from "./errors.js";
import { type ServerOptions, pause, settings } from "./http.js";
import { MOST_DEPTH, encode, measure, told } from "./json.js";

/**
 * A tool that runs in this program. It is given the parameters, and the call's id. What the model has given is whatever
 * the tool's schema lets through, so the parameters have the types that you write: `({ a, b }: { a: number; b: number })`.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ClientTool = (parameters: any, call: { toolCallId: string }) => unknown;
export type ClientTools = Record<string, ClientTool>;

/** How a conversation ended: `user` (this program ended it), `agent` (the server did) or `error`. */
export interface Ended {
  reason: "user" | "agent" | "error";
  code?: number | undefined;
  message: string;
}

export interface ConversationOptions extends ServerOptions {
  agentId?: string | undefined;
  /** Instead of `agentId` and a token: an address from `client.conversations.signedUrl`, for pages. */
  signedUrl?: string | undefined;
  clientTools?: ClientTools | undefined;
  dynamicVariables?: Record<string, string | number | boolean> | undefined;
  /** `conversation_config_override`: `{ agent: { language: "de" } }`; the agent must allow it. */
  overrides?: Record<string, unknown> | undefined;
  userId?: string | undefined;
  /** Whether a connection that breaks is made again; true unless said otherwise. */
  reconnect?: boolean | undefined;
  /** How long the server, which pings, may be silent before the line counts as dead: 65 seconds unless it is said. */
  silenceMs?: number | undefined;
  /** For Node before 22, which has none of its own. */
  WebSocket?: typeof globalThis.WebSocket | undefined;
  onMessage?: ((text: string) => unknown) | undefined;
  onPart?: ((part: { type: "start" | "delta" | "stop"; text: string }) => unknown) | undefined;
  onCorrection?: ((correction: Record<string, unknown>) => unknown) | undefined;
  onTool?: ((tool: Record<string, unknown>) => unknown) | undefined;
  onControl?: ((control: Record<string, unknown>) => unknown) | undefined;
  onError?: ((error: Record<string, unknown>) => unknown) | undefined;
  onEvent?: ((frame: Record<string, unknown>) => unknown) | undefined;
  onReconnect?: (() => unknown) | undefined;
  onEnd?: ((ended: Ended) => unknown) | undefined;
}

type Frame = Record<string, unknown> & { type?: string };

const HANDSHAKE_MS = 15_000;
// The server keeps a conversation for two minutes when its client is gone.
const COME_BACK_WITHIN_MS = 120_000;
const PAUSES_MS = [200, 500, 1000, 2000, 4000, 8000];
// A server that is there and refuses so often has ended the conversation.
const MOST_REFUSALS = 4;
const VERSION = "0.1.0";
// How long the end waits for the line's goodbye.
const GOODBYE_MS = 2000;
const SILENCE_MS = 65_000;
// What the server takes in one frame, with room for what stands around; of somebody without a token or an address.
const MOST_SENT = 12 * 1024 * 1024 - 4096;
const MOST_SENT_OF_STRANGER = 2 * 1024 * 1024 - 4096;
const MOST_VALUES = 20_000;
// Answers of client tools that are kept, should the server ask for them once more.
const MOST_ANSWERS = 1000;
const MOST_ANSWERED = 32 * 1024 * 1024;

/**
 * A conversation with an agent. A connection that breaks is made again for up to two minutes, and the conversation goes
 * on: nothing that the agent said meanwhile is missed, and client tools that still wait are called once.
 *
 * What happens is told to the callbacks, and as events: `message`, `part`, `correction`, `tool`, `control`, `error`,
 * `event` (every frame), `reconnect`, `end`, each a `MessageEvent` with its `data`.
 */
export class Conversation extends EventTarget {
  /** Settles when the conversation has ended, however. */
  readonly ended: Promise<Ended>;
  readonly #options: ConversationOptions;
  readonly #tools = new Map<string, ClientTool>();
  // By the calls' ids: the frame that answers, none as long as there is none.
  readonly #answers = new Map<string, string | undefined>();
  readonly #url: URL;
  readonly #token: string | undefined;
  #socket: WebSocket | undefined;
  #opening: WebSocket | undefined;
  #heardAt = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #connected: Promise<void> = Promise.resolve();
  #isLeaving = false;
  #end: Ended | undefined;
  #finish: (ended: Ended) => void = () => undefined;
  #id: string | undefined;
  #word = "";
  #lastEvent = 0;

  private constructor(options: ConversationOptions) {
    super();
    this.#options = options;
    if (options.signedUrl) {
      this.#url = new URL(options.signedUrl);
    } else {
      if (!options.agentId) throw new CallwrightError("`agentId` or `signedUrl` must be given");
      const { baseUrl, token } = settings(options);
      this.#token = token;
      this.#url = new URL(`ws${baseUrl.slice(4)}/v1/convai/conversation`);
      this.#url.searchParams.set("agent_id", options.agentId);
    }
    for (const [name, tool] of Object.entries(options.clientTools ?? {})) this.registerTool(name, tool);
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Connects, and gives the conversation once the server has begun it. */
  static async startSession(options: ConversationOptions): Promise<Conversation> {
    const conversation = new Conversation(options);
    await conversation.#open();
    return conversation;
  }

  get id(): string {
    return this.#id ?? "";
  }

  /** Adds a tool of this program, also while the conversation goes on. */
  registerTool(name: string, tool: ClientTool): void {
    if (typeof tool !== "function") throw new TypeError("a client tool must be a function");
    if (this.#tools.has(name)) throw new CallwrightError(`the client tool \`${name}\` is registered already`);
    this.#tools.set(name, tool);
  }

  sendUserMessage(text: string): Promise<void> {
    return this.#send({ type: "user_message", text });
  }

  /** Tells the agent something without asking for an answer. */
  sendContextualUpdate(text: string): Promise<void> {
    return this.#send({ type: "contextual_update", text });
  }

  sendUserActivity(): Promise<void> {
    return this.#send({ type: "user_activity" });
  }

  /** What the person thinks of the last answer; null takes it back. */
  sendFeedback(liked: boolean | null): Promise<void> {
    return this.#send({ type: "feedback", event_id: this.#lastEvent, score: liked === null ? null : liked ? "like" : "dislike" });
  }

  /** Says goodbye. The conversation cannot be gone on with after that. */
  async endSession(): Promise<Ended> {
    this.#isLeaving = true;
    this.#opening?.close();
    if (this.#socket) {
      this.#socket.close(1000, "goodbye");
      // A dead line answers nothing.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GOODBYE_MS);
      });
      await Promise.race([this.ended, late]);
      clearTimeout(timer);
    }
    this.#over({ reason: "user", message: "" });
    return this.ended;
  }

  async #open(): Promise<void> {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!Socket) throw new CallwrightError("there is no `WebSocket` here: use Node 22 or later, or give one as an option");
    const url = new URL(this.#url);
    if (this.#id) {
      // A signed address is good for one beginning; the word that the conversation began with is good from then.
      url.searchParams.delete("conversation_signature");
      url.searchParams.set("conversation_id", this.#id);
      url.searchParams.set("reconnect_token", this.#word);
    }
    // A browser cannot send headers with a WebSocket.
    const socket = new Socket(url, ["convai", ...(this.#token ? [`bearer.${this.#token}`] : [])]);
    this.#opening = socket;
    try {
      await this.#shakeHands(socket);
    } finally {
      this.#opening = undefined;
    }
  }

  #shakeHands(socket: WebSocket): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => fail("the server did not answer in time"), HANDSHAKE_MS);
      const fail = (words: string, isFinal = false): void => {
        clearTimeout(late);
        // Closing may tell of an error once more.
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
        reject(isFinal ? new Refused(words) : new ConnectionFailed(words));
        socket.close();
      };
      socket.onopen = () => {
        socket.send(encode(this.#first()));
      };
      // The reason is hidden from programs; it is most often one of these.
      const refused = "the conversation was not begun: is the agent there, and may this token talk to it?";
      socket.onclose = ({ reason }) => fail(reason || refused);
      // Node tells a refused handshake so alone.
      socket.onerror = () => fail(refused);
      socket.onmessage = ({ data }) => {
        const frame = read(String(data));
        if (frame?.type === "error") {
          const error = frame["error_event"] as { message?: string; error_type?: string } | undefined;
          return fail(`${error?.message} (${error?.error_type})`, true);
        }
        const event = frame?.["conversation_initiation_metadata_event"] as Record<string, string> | undefined;
        if (!event) return fail("the server does not speak the protocol of conversations");
        clearTimeout(late);
        this.#id = event["conversation_id"];
        this.#word = event["reconnect_token"] ?? this.#word;
        // Now, not when whoever waits for this goes on: the next frame may have come in the same piece.
        this.#take(socket);
        resolve();
      };
    });
  }

  #take(socket: WebSocket): void {
    socket.onopen = socket.onerror = null;
    if (this.#isLeaving) {
      socket.onmessage = socket.onclose = null;
      return socket.close(1000, "goodbye");
    }
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onmessage = ({ data }) => this.#hear(String(data));
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    const silence = this.#options.silenceMs ?? SILENCE_MS;
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      // A telephone that changes networks is told nothing; the server, which pings, is not heard any more.
      if (this.#socket === socket && Date.now() - this.#heardAt > silence) {
        letGo(socket);
        this.#closed(4000, "the server is silent");
      }
    }, Math.min(5000, silence / 2));
  }

  #first(): Frame {
    const { overrides, dynamicVariables, userId } = this.#options;
    return {
      type: "conversation_initiation_client_data",
      conversation_config_override: { text_only: true, ...overrides },
      custom_llm_extra_body: {},
      dynamic_variables: dynamicVariables ?? {},
      source_info: { source: "callwright_js", version: VERSION },
      ...(userId === undefined ? {} : { user_id: userId }),
    };
  }

  #closed(code: number, reason: string): void {
    this.#socket = undefined;
    clearInterval(this.#watch);
    if (this.#isLeaving) return this.#over({ reason: "user", code, message: reason });
    if (code === 1000) return this.#over({ reason: "agent", code, message: reason });
    // 1008: the server wants no more of it; 1009: what was sent is too large, and would be so again. Anything else is the
    // line, or a server that goes down.
    if (code === 1008 || code === 1009 || this.#options.reconnect === false) return this.#over({ reason: "error", code, message: reason });
    this.#connected = this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const until = Date.now() + COME_BACK_WITHIN_MS;
    let refusals = 0;
    for (let tries = 0; Date.now() < until && !this.#isLeaving; tries += 1) {
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0);
      if (this.#isLeaving) return;
      try {
        await this.#open();
      } catch (error) {
        if (error instanceof ConnectionFailed && !(error instanceof Refused)) {
          refusals = !this.#isLeaving && (await this.#isServerThere()) ? refusals + 1 : 0;
          if (refusals < MOST_REFUSALS) continue;
        }
        return this.#over({ reason: "error", message: (error as Error).message });
      }
      if (!this.#isLeaving) this.#tell("reconnect", undefined);
      return;
    }
    this.#over({ reason: "error", message: "the connection could not be made again" });
  }

  /** Whether the server answers at all: why it would not have a socket is hidden from programs. */
  async #isServerThere(): Promise<boolean> {
    const url = this.#url.href.replace(/^ws/, "http").replace(/\/v1\/convai\/conversation.*$/, "/readyz");
    // A page of another origin is told only that something has answered.
    for (const mode of ["cors", "no-cors"] as const) {
      try {
        const answer = await fetch(url, { mode, credentials: "omit", signal: AbortSignal.timeout(2000) });
        await answer.body?.cancel();
        return answer.ok || answer.type === "opaque";
      } catch {
        // In the other mode, perhaps.
      }
    }
    return false;
  }

  #over(ended: Ended): void {
    if (this.#end) return;
    this.#end = ended;
    clearInterval(this.#watch);
    if (this.#socket) letGo(this.#socket);
    this.#socket = undefined;
    this.#finish(ended);
    this.#tell("end", ended);
  }

  #hear(text: string): void {
    this.#heardAt = Date.now();
    const frame = read(text);
    if (!frame) return console.warn("a frame of the server could not be read");
    this.#tell("event", frame);
    switch (frame.type) {
      case "ping":
        this.#sendNow(encode({ type: "pong", event_id: (frame["ping_event"] as { event_id?: number } | undefined)?.event_id }));
        break;
      case "client_tool_call":
        void this.#call((frame["client_tool_call"] ?? {}) as Record<string, unknown>);
        break;
      case "agent_response": {
        const event = frame["agent_response_event"] as { agent_response: string; event_id?: number };
        this.#lastEvent = event.event_id ?? this.#lastEvent;
        this.#tell("message", event.agent_response);
        break;
      }
      case "agent_chat_response_part":
        this.#tell("part", frame["text_response_part"]);
        break;
      case "agent_response_correction":
        this.#tell("correction", frame["agent_response_correction_event"]);
        break;
      case "agent_tool_response":
        this.#tell("tool", frame["agent_tool_response"]);
        break;
      case "call_control":
        this.#tell("control", frame["call_control"]);
        break;
      case "error":
        this.#tell("error", frame["error_event"]);
        break;
    }
  }

  /** Calls a client tool, once. What the server offers again, it has no answer to: that was lost. */
  async #call(call: Record<string, unknown>): Promise<void> {
    const id = String(call["tool_call_id"]);
    const name = String(call["tool_name"]);
    if (this.#answers.has(id)) {
      const frame = this.#answers.get(id);
      if (frame !== undefined) this.#sendNow(frame);
      return;
    }
    if (this.#end) return;
    this.#answers.set(id, undefined);
    let result: unknown;
    let isError = false;
    try {
      const tool = this.#tools.get(name);
      if (!tool) throw new Error(`Client tool with name ${name} is not defined on client`);
      result = (await tool(call["parameters"] ?? {}, { toolCallId: id })) ?? `Client tool: ${name} called successfully.`;
    } catch (error) {
      result = error instanceof Error ? error.message || error.name : String(error);
      isError = true;
    }
    if (call["expects_response"] === false || this.#end) return;
    const frame = this.#answer(name, { type: "client_tool_result", tool_call_id: id, result, is_error: isError });
    this.#answers.set(id, frame);
    this.#forget(id);
    this.#sendNow(frame);
  }

  /** An answer as a text. What cannot be told must not look like a call that was not carried out. */
  #answer(name: string, frame: Frame): string {
    const most = this.#token || this.#options.signedUrl ? MOST_SENT : MOST_SENT_OF_STRANGER;
    let wrong: string;
    try {
      // In an object they would be left out without a word.
      encode(typeof frame["result"] === "object" ? null : frame["result"]);
      const text = encode(frame);
      const { depth, values } = measure(text);
      const bytes = new TextEncoder().encode(text).length;
      if (depth <= MOST_DEPTH && values <= MOST_VALUES && bytes <= most) return text;
      wrong = depth > MOST_DEPTH ? "it is nested too deep" : `it is too large (${bytes} bytes, ${values} values)`;
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    const done = frame["is_error"] ? "failed" : "was carried out";
    return encode({ ...frame, result: `${name} ${done}, but its result cannot be told: ${wrong}` });
  }

  /** Forgets the oldest answers when there are too many: the server has had them long since. */
  #forget(newest: string): void {
    for (const old of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS) break;
      this.#answers.delete(old);
    }
    let kept = 0;
    for (const id of [...this.#answers.keys()].reverse()) {
      kept += this.#answers.get(id)?.length ?? 0;
      if (kept > MOST_ANSWERED && id !== newest) this.#answers.set(id, undefined);
    }
  }

  /** Sends what a person does; while the connection is made again, it waits for that. */
  async #send(frame: Frame): Promise<void> {
    const text = encode(frame);
    while (!this.#end) {
      if (this.#socket?.readyState === 1) return this.#sendNow(text);
      await this.#connected;
      if (!this.#end) await pause(10);
    }
    throw new CallwrightError("the conversation has ended");
  }

  #sendNow(text: string): void {
    if (this.#socket?.readyState === 1) this.#socket.send(text);
  }

  #tell(name: string, data: unknown): void {
    const callback = this.#options[`on${name[0]?.toUpperCase()}${name.slice(1)}` as "onEvent"] as ((data: unknown) => unknown) | undefined;
    // The program's own fault must not end the conversation, nor the program.
    const failed = (error: unknown): void => console.error("a callback of a conversation has failed", error);
    try {
      Promise.resolve(callback?.(data)).catch(failed);
    } catch (error) {
      failed(error);
    }
    this.dispatchEvent(new MessageEvent(name, { data }));
  }
}

/** The server has said that it will not have this conversation: asking again is of no use. */
class Refused extends ConnectionFailed {}

function read(text: string): Frame | undefined {
  try {
    const frame = told(text);
    return typeof frame === "object" && frame !== null ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

function letGo(socket: WebSocket): void {
  socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
  socket.close();
}
