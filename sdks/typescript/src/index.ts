/** Client of Callwright: tools for AI agents, registered once, called safely, recorded always. */
export { Client } from "./client.js";
export type { CallOptions, RunEvent, RunOptions, Schemas } from "./client.js";
export { Conversation } from "./conversation.js";
export type { ClientTool, ClientTools, ConversationOptions, Ended } from "./conversation.js";
export { ElevenLabsConvai } from "./convai.js";
export type { ConvaiOptions } from "./convai.js";
export { ApiError, CallwrightError, ConnectionFailed, TimedOut } from "./errors.js";
export type { components, operations, paths } from "./generated.js";
export type { ServerOptions } from "./http.js";
export { Toolbox } from "./toolbox.js";
export type { Call, ToolboxOptions } from "./toolbox.js";
export type { Outcome } from "./words.js";
export { AnthropicTools, OpenAITools, RealtimeTools } from "./integrations.js";
export type {
  AnthropicTool,
  ChatTool,
  Only,
  ResponsesTool,
  ResultsMessage,
  SessionEvent,
  SessionTool,
  ToolMessage,
  ToolOutput,
} from "./integrations.js";
