import { CallwrightError } from "./errors.js";
import { type ClientTool, Conversation, type ConversationOptions, type Ended } from "./conversation.js";

/** What the guide to voice tools says: who to talk to, and the token by its name there. */
export interface ConvaiOptions extends ConversationOptions {
  apiKey?: string | undefined;
}

/**
 * The names of the guide to voice tools.
 *
 *     const agent = await ElevenLabsConvai.create({ agentId, apiKey });
 *     agent.registerTool("getUserLocation", getUserLocation);
 *     await agent.start();
 */
export class ElevenLabsConvai {
  readonly #options: ConvaiOptions;
  readonly #tools = new Map<string, ClientTool>();
  /** The conversation, once it has begun. */
  conversation: Conversation | undefined;

  private constructor(options: ConvaiOptions) {
    this.#options = options;
  }

  static async create(options: ConvaiOptions): Promise<ElevenLabsConvai> {
    return new ElevenLabsConvai(options);
  }

  registerTool(name: string, tool: ClientTool): void {
    if (this.#tools.has(name)) throw new CallwrightError(`the client tool \`${name}\` is registered already`);
    if (this.#options.clientTools && Object.hasOwn(this.#options.clientTools, name)) {
      throw new CallwrightError(`the client tool \`${name}\` is registered already`);
    }
    this.#tools.set(name, tool);
    this.conversation?.registerTool(name, tool);
  }

  /** Begins the conversation. */
  async start(more: Partial<ConversationOptions> = {}): Promise<Conversation> {
    if (this.conversation) throw new CallwrightError("the conversation has begun already");
    const { apiKey, ...options } = this.#options;
    const clientTools = { ...options.clientTools, ...Object.fromEntries(this.#tools), ...more.clientTools };
    const conversation = await Conversation.startSession({ ...options, token: apiKey ?? options.token, ...more, clientTools });
    // What was registered while it connected.
    for (const [name, tool] of this.#tools) if (!Object.hasOwn(clientTools, name)) conversation.registerTool(name, tool);
    this.conversation = conversation;
    return conversation;
  }

  sendMessage(text: string): Promise<void> {
    if (!this.conversation) throw new CallwrightError("the conversation has not begun: call `start()` first");
    return this.conversation.sendUserMessage(text);
  }

  async end(): Promise<Ended | undefined> {
    return this.conversation?.endSession();
  }
}
