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
  /** Told when a step of the call (an end, a transfer) asks something of whoever runs the call. */
  onDirective?: ((directive: Schemas["Directive"]) => void) | undefined;
}

/** What a model asks for. */
export interface Call {
  name: string;
  arguments: unknown;
  id: string;
}

/**
 * An agent's tools as a model's runtime calls them; what all integrations stand on. Every call carries the context and
 * an idempotency key made of the model's call, and never throws: whatever happens, the model is told in words.
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
    let given: Record<string, unknown>;
    try {
      given = parsed(call.arguments);
    } catch (error) {
      return { text: `Error: the arguments are not a JSON object: ${(error as Error).message}`, isError: true, images: [] };
    }
    try {
      const answer = await this.client.tools.call(call.name, given, {
        agent: this.#how.agent,
        context: this.#how.context,
        idempotencyKey: callKey(this.#scope, call.name, call.id, given),
        waitMs: this.#how.waitMs,
      });
      if (answer.directive) this.#how.onDirective?.(answer.directive);
      return outcome(answer);
    } catch (error) {
      if (error instanceof CallwrightError) return refused(error);
      throw error;
    }
  }

  /** Carries out several at once, and gives what came of them in the same order. */
  callAll(calls: Call[]): Promise<Outcome[]> {
    return Promise.all(calls.map((call) => this.call(call)));
  }
}
