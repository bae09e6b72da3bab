import { Client } from "./client.js";
import type { Schemas } from "./client.js";
import { CallwrightError } from "./errors.js";
import { type Outcome, callKey, outcome, parsed, randomId, refused } from "./words.js";

export interface ToolboxOptions {
  /** The agent whose tools they are; all that the token may call without it. */
  agent?: string | undefined;
  client?: Client | undefined;
  /** What tools know of the circumstances: `call_sid`, `phone_number`, `conversation_id`. */
  context?: Record<string, unknown> | undefined;
  /** How long to wait for what somebody must agree to first, or what comes later, in milliseconds. */
  waitMs?: number | undefined;
  /** How long a call may take, over all attempts: a minute unless it is said. */
  timeoutMs?: number | undefined;
  /** Told when a step of the call (an end, a transfer) asks something of whoever runs the call. */
  onDirective?: ((directive: Schemas["Directive"]) => unknown) | undefined;
}

/** What a model asks for. */
export interface Call {
  name: string;
  arguments: unknown;
  id: string | undefined;
  /** Which answer of the model it stands in, where that has an id. */
  answerId?: string | undefined;
}

const TIMEOUT_MS = 60_000;
// How long a result waits for `onDirective`, which goes on after that.
const DIRECTIVE_MS = 2000;

/**
 * An agent's tools as a model's runtime calls them; what all integrations stand on. Every call carries the context and
 * an idempotency key made of the model's call, and never throws: whatever happens, the model is told in words. Ids of
 * calls are only good within a conversation: make one of these for each, or say which it is in the context
 * (`conversation_id` or `call_sid`).
 */
export class Toolbox {
  readonly client: Client;
  readonly #how: ToolboxOptions;
  readonly #scope: string;

  constructor(how: ToolboxOptions = {}) {
    this.client = how.client ?? new Client();
    this.#how = how;
    // Ids of calls are only good within a conversation.
    this.#scope = String(how.context?.["conversation_id"] ?? how.context?.["call_sid"] ?? randomId());
  }

  definitions(format: Schemas["Format"]): Promise<Record<string, unknown>[]> {
    return this.client.tools.definitions({ agent: this.#how.agent, format });
  }

  /** Carries out what a model asks for. */
  async call(call: Call): Promise<Outcome> {
    try {
      return await this.#carryOut(call);
    } catch (error) {
      if (!(error instanceof CallwrightError)) console.error("the call of a tool has failed", error);
      // The calls beside this one were carried out: what came of them must not be lost.
      return refused(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #carryOut(call: Call): Promise<Outcome> {
    let given: Record<string, unknown>;
    try {
      given = parsed(call.arguments);
    } catch (error) {
      return { text: `Error: the arguments are not a JSON object: ${(error as Error).message}`, isError: true, images: [] };
    }
    const { agent, context, waitMs, timeoutMs = TIMEOUT_MS, onDirective } = this.#how;
    const idempotencyKey = callKey(this.#scope, call.name, call.id, given, call.answerId);
    let answer = await this.client.tools.call(call.name, given, { agent, context, idempotencyKey, timeoutMs });
    if (answer.pending && waitMs) {
      // If it cannot be asked for, the model is told how it stood.
      const { execution_id: id } = answer;
      answer = await this.client.executions.wait(id, waitMs).catch((error: unknown) => {
        console.warn("what a tool waits for could not be asked for", error);
        return answer;
      });
    }
    if (answer.directive && onDirective) {
      await tell(onDirective, answer.directive);
    }
    return outcome(answer);
  }

  /** Carries out several at once, and gives what came of them in the same order. */
  callAll(calls: Call[]): Promise<Outcome[]> {
    return Promise.all(calls.map((call) => this.call(call)));
  }
}

/** Tells a callback. Its fault is logged: what it is told of has been done. */
async function tell<T>(callback: (what: T) => unknown, what: T): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const done = (async () => callback(what))().catch((error: unknown) => console.error("`onDirective` has failed", error));
  // One that waits until the goodbye was spoken must not keep it from the model.
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DIRECTIVE_MS);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
