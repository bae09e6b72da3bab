import { ApiError, ConnectionFailed } from "./errors.js";
import type { components, paths } from "./generated.js";
import { type Answer, Http, type Method, type PathOf, type Said, type ServerOptions, pause } from "./http.js";
import { randomId } from "./words.js";

export type Schemas = components["schemas"];
type Page = { items: unknown[]; next_cursor?: string | null };
/** The filters of a list. */
type Filters<P extends PathOf<"get">> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Q : never;

/** A run's event, by its `type`: `run`, `message`, `step` or `delta`. */
export type RunEvent = { type: string; run?: Schemas["Run"]; message?: Schemas["ThreadMessage"]; text?: string } & Record<
  string,
  unknown
>;

export interface CallOptions {
  /** Call it as this agent has it. */
  agent?: string | undefined;
  /** What is known about the circumstances: `call_sid`, `phone_number`, `conversation_id`. */
  context?: Record<string, unknown> | undefined;
  /** One effect happens however often a call with the same key is sent. */
  idempotencyKey?: string | undefined;
  /** How long to wait for what somebody must agree to first, or what comes later, in milliseconds. */
  waitMs?: number | undefined;
  dryRun?: boolean | undefined;
  timeoutMs?: number | undefined;
}

export interface RunOptions {
  threadId?: string | undefined;
  context?: Record<string, unknown> | undefined;
  idempotencyKey?: string | undefined;
  /** How long to wait for its end, in milliseconds. */
  waitMs?: number | undefined;
  /** Further fields of the request, by the API's names. */
  more?: Partial<Schemas["RunSpec"]> | undefined;
}

const MOST_WAIT_EXECUTION_MS = 60_000;
const MOST_WAIT_RUN_MS = 120_000;
const MARGIN_MS = 30_000;
// A server that goes down, or a proxy, may answer at once that there is nothing yet.
const AT_ONCE_MS = 1000;
const PAUSES_MS = [250, 500, 1000, 2000, 4000];

/** A server, and who you are there: the everyday operations by short names, and every other by `request`. */
export class Client {
  readonly http: Http;
  readonly tools: Tools;
  readonly agents: Agents;
  readonly runs: Runs;
  readonly executions: Executions;
  readonly approvals: Approvals;
  readonly threads: Threads;
  readonly conversations: Conversations;

  constructor(options: ServerOptions = {}) {
    this.http = new Http(options);
    this.tools = new Tools(this.http);
    this.agents = new Agents(this.http);
    this.runs = new Runs(this.http);
    this.executions = new Executions(this.http);
    this.approvals = new Approvals(this.http);
    this.threads = new Threads(this.http);
    this.conversations = new Conversations(this.http);
  }

  get baseUrl(): string {
    return this.http.baseUrl;
  }

  get token(): string | undefined {
    return this.http.token;
  }

  /** Any operation of the API, typed by the OpenAPI document: `client.request("get", "/api/v1/secrets")`. */
  request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    said?: Said<paths[P] extends Record<M, infer O> ? O : never>,
  ): Promise<Answer<paths[P] extends Record<M, infer O> ? O : never>> {
    return this.http.request(method, path, said);
  }

  /** Every item of a list that is given in pages: `client.pages("/api/v1/secrets")`. */
  pages<P extends PathOf<"get">>(path: P, query?: Filters<P>, places?: Record<string, string>): AsyncGenerator<Item<P>> {
    return pages(this.http, path, query, places);
  }
}

type Item<P extends PathOf<"get">> =
  Answer<paths[P] extends { get: infer O } ? O : never> extends { items: (infer I)[] } ? I : never;

async function* pages<P extends PathOf<"get">>(
  http: Http,
  path: P,
  query?: Filters<P>,
  places?: Record<string, string>,
): AsyncGenerator<Item<P>> {
  let cursor = (query as { cursor?: string | null } | undefined)?.cursor;
  do {
    const said = { path: places, query: { ...(query as object | undefined), cursor } } as never;
    const page = (await http.request("get", path, said)) as unknown as Page;
    for (const item of page.items) yield item as Item<P>;
    cursor = page.next_cursor;
  } while (cursor);
}

class Group {
  protected readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }
}

/** Tools: find them, call them. */
export class Tools extends Group {
  /** Calls a tool. One that failed is an answer like any other: look at `success` and `error`. */
  async call(name: string, args: Record<string, unknown> = {}, how: CallOptions = {}): Promise<Schemas["CallAnswer"]> {
    const body: Schemas["CallBody"] = { arguments: args };
    if (how.agent !== undefined) body.agent = how.agent;
    if (how.context !== undefined) body.context = how.context;
    if (how.dryRun) body.dry_run = true;
    const answer = await this.http.request("post", "/api/v1/tools/{name}/call", {
      path: { name },
      headers: { "Idempotency-Key": how.idempotencyKey },
      body,
      timeoutMs: how.timeoutMs || this.http.callTimeoutMs,
    });
    if (answer.pending && how.waitMs) return new Executions(this.http).wait(answer.execution_id, how.waitMs);
    return answer;
  }

  get(name: string): Promise<Schemas["Tool"]> {
    return this.http.request("get", "/api/v1/tools/{name}", { path: { name } });
  }

  /** Makes a tool, or changes the one of that name. */
  save(tool: Schemas["ToolSpec"]): Promise<Schemas["Upserted"]> {
    return this.http.request("put", "/api/v1/tools/{name}", { path: { name: tool.name }, body: tool });
  }

  async delete(name: string): Promise<void> {
    await this.http.request("delete", "/api/v1/tools/{name}", { path: { name } });
  }

  list(filters?: Filters<"/api/v1/tools">): AsyncGenerator<Schemas["Tool"]> {
    return pages(this.http, "/api/v1/tools", filters);
  }

  /** The tools in the form that a model wants: an agent's, or all that the token may call. */
  async definitions(how: { agent?: string | undefined; format?: Schemas["Format"] } = {}): Promise<Record<string, unknown>[]> {
    const query: { agent?: string; format?: Schemas["Format"] } = { format: how.format ?? "openai" };
    if (how.agent !== undefined) query.agent = how.agent;
    return (await this.http.request("get", "/api/v1/tools/definitions", { query })).tools as Record<string, unknown>[];
  }
}

/** Agents: make them, ask them. */
export class Agents extends Group {
  /** Says something to an agent; gives the run once it has ended or waits, or after `waitMs` (two minutes). */
  run(agent: string, message: Schemas["Utterance"], how: RunOptions = {}): Promise<Schemas["Run"]> {
    return new Runs(this.http).start(agent, message, { waitMs: MOST_WAIT_RUN_MS, ...how });
  }

  get(agent: string): Promise<Schemas["Agent"]> {
    return this.http.request("get", "/api/v1/agents/{agent}", { path: { agent } });
  }

  create(agent: Schemas["AgentSpec"]): Promise<Schemas["Agent"]> {
    return this.http.request("post", "/api/v1/agents", { body: agent });
  }

  async delete(agent: string): Promise<void> {
    await this.http.request("delete", "/api/v1/agents/{agent}", { path: { agent } });
  }

  list(filters?: Filters<"/api/v1/agents">): AsyncGenerator<Schemas["Agent"]> {
    return pages(this.http, "/api/v1/agents", filters);
  }

  /** Gives an agent a tool. */
  async assign(agent: string, tool: string, how: Schemas["AssignmentSpec"] = {}): Promise<void> {
    await this.http.request("put", "/api/v1/agents/{agent}/tools/{tool}", { path: { agent, tool }, body: how });
  }
}

/** Runs: an agent at work. */
export class Runs extends Group {
  /** Begins a run. It is durable when this answers, and goes on whatever becomes of this program. */
  async start(agent: string, message: Schemas["Utterance"], how: RunOptions = {}): Promise<Schemas["Run"]> {
    const waitMs = Math.min(how.waitMs ?? 0, MOST_WAIT_RUN_MS);
    const run = await this.http.request("post", "/api/v1/runs", {
      headers: { "Idempotency-Key": how.idempotencyKey },
      body: { ...spec(agent, message, how), wait_ms: waitMs },
      timeoutMs: waitMs + MARGIN_MS,
    });
    const rest = (how.waitMs ?? 0) - waitMs;
    return rest > 0 && ["queued", "running"].includes(run.state) ? this.wait(run.id, rest) : run;
  }

  get(id: string): Promise<Schemas["Run"]> {
    return this.http.request("get", "/api/v1/runs/{id}", { path: { id } });
  }

  /** A run when it has ended or waits for somebody, or as it stands when the time is over. */
  async wait(id: string, ms: number): Promise<Schemas["Run"]> {
    const until = Date.now() + ms;
    for (let tries = 0; ; ) {
      const asked = Date.now();
      const wait_ms = Math.round(Math.max(0, Math.min(until - asked, MOST_WAIT_RUN_MS)));
      const said = { path: { id }, query: { wait_ms }, timeoutMs: wait_ms + MARGIN_MS };
      const run = await this.http.request("get", "/api/v1/runs/{id}", said);
      if (!["queued", "running"].includes(run.state) || Date.now() >= until) return run;
      tries = await breath(tries, asked, until);
    }
  }

  /** Begins a run and gives its events as they happen. */
  stream(agent: string, message: Schemas["Utterance"], how: RunOptions & { signal?: AbortSignal } = {}): AsyncGenerator<RunEvent> {
    // With a key of its own the request can be sent again when the line breaks before the first event.
    return this.#follow(undefined, undefined, spec(agent, message, how), how.idempotencyKey ?? randomId(), how.signal);
  }

  /**
   * What happens in a run, until it ends. A stream that is cut off is opened again where it was; the words (`delta`)
   * that were lost then are told together, right before their `message`.
   */
  events(id: string, how: { after?: string | number; signal?: AbortSignal } = {}): AsyncGenerator<RunEvent> {
    return this.#follow(id, how.after?.toString(), undefined, undefined, how.signal);
  }

  async *#follow(
    id: string | undefined,
    after: string | undefined,
    body: unknown,
    key: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<RunEvent> {
    const words = new Words();
    for (let failures = 0; ; ) {
      const stream: ReturnType<Http["events"]> =
        id === undefined
          ? this.http.events("post", "/api/v1/runs", { headers: { "Idempotency-Key": key }, body: body as never, signal })
          : this.http.events("get", "/api/v1/runs/{id}/events", {
              path: { id } as never,
              headers: { "Last-Event-ID": after },
              signal,
            });
      let failure: unknown = new ConnectionFailed("the stream ends before the run does");
      try {
        for await (const event of stream) {
          if (event.name === "error") {
            failure = new ConnectionFailed(`the stream has failed: ${JSON.stringify(event.data)}`);
            break;
          }
          failures = 0;
          after = event.id ?? after;
          const told = event.data as RunEvent;
          if (event.name === "run" && told.run) id = told.run.id;
          yield* words.passing(told);
          if (event.name === "run" && ["completed", "failed", "cancelled"].includes(told.run?.state ?? "")) return;
        }
      } catch (error) {
        const isPassing =
          error instanceof ConnectionFailed || (error instanceof ApiError && [429, 502, 503, 504].includes(error.status));
        if (!isPassing) throw error;
        failure = error;
      }
      failures += 1;
      if (failures > PAUSES_MS.length) throw failure;
      words.cut();
      await pause(PAUSES_MS[failures - 1] ?? 0);
    }
  }

  async cancel(id: string): Promise<void> {
    await this.http.request("post", "/api/v1/runs/{id}/cancel", { path: { id } });
  }

  list(filters?: Filters<"/api/v1/runs">): AsyncGenerator<Schemas["Run"]> {
    return pages(this.http, "/api/v1/runs", filters);
  }

  steps(id: string): AsyncGenerator<Schemas["Step"]> {
    return pages(this.http, "/api/v1/runs/{id}/steps", undefined, { id });
  }
}

/** Executions: what was called, and what came of it. */
export class Executions extends Group {
  get(id: string): Promise<Schemas["Execution"]> {
    return this.http.request("get", "/api/v1/executions/{id}", { path: { id } });
  }

  /** How it went, or how it stands, in the form of the answer to its call. */
  answer(id: string): Promise<Schemas["CallAnswer"]> {
    return this.http.request("get", "/api/v1/executions/{id}/answer", { path: { id } });
  }

  /** The same once it has ended, or as it stands when the time is over. */
  async wait(id: string, ms: number): Promise<Schemas["CallAnswer"]> {
    const until = Date.now() + ms;
    for (let tries = 0; ; ) {
      const asked = Date.now();
      const wait_ms = Math.round(Math.max(0, Math.min(until - asked, MOST_WAIT_EXECUTION_MS)));
      const said = { path: { id }, query: { wait_ms }, timeoutMs: wait_ms + MARGIN_MS };
      const answer = await this.http.request("get", "/api/v1/executions/{id}/answer", said);
      if (!answer.pending || Date.now() >= until) return answer;
      tries = await breath(tries, asked, until);
    }
  }

  /** Answers for a `client` tool that waits for its client. */
  giveResult(id: string, result: unknown, isError = false): Promise<Schemas["ResultReceived"]> {
    const body = { result, is_error: isError } as Schemas["ClientResult"];
    return this.http.request("post", "/api/v1/executions/{id}/result", { path: { id }, body });
  }

  list(filters?: Filters<"/api/v1/executions">): AsyncGenerator<Schemas["Execution"]> {
    return pages(this.http, "/api/v1/executions", filters);
  }
}

/** What executions wait for, and deciding it. The token that asked may not decide. */
export class Approvals extends Group {
  list(filters?: Filters<"/api/v1/approvals">): AsyncGenerator<Schemas["Ticket"]> {
    return pages(this.http, "/api/v1/approvals", filters);
  }

  get(id: string): Promise<Schemas["Ticket"]> {
    return this.http.request("get", "/api/v1/approvals/{id}", { path: { id } });
  }

  approve(id: string, how: Schemas["Approve"] = {}): Promise<Schemas["Ticket"]> {
    return this.http.request("post", "/api/v1/approvals/{id}/approve", { path: { id }, body: how });
  }

  deny(id: string, how: Schemas["Deny"] = {}): Promise<Schemas["Ticket"]> {
    return this.http.request("post", "/api/v1/approvals/{id}/deny", { path: { id }, body: how });
  }
}

/** Threads: conversations that runs take forward. */
export class Threads extends Group {
  create(thread: Schemas["ThreadSpec"] = {}): Promise<Schemas["Thread"]> {
    return this.http.request("post", "/api/v1/threads", { body: thread });
  }

  get(id: string): Promise<Schemas["Thread"]> {
    return this.http.request("get", "/api/v1/threads/{id}", { path: { id } });
  }

  async delete(id: string): Promise<void> {
    await this.http.request("delete", "/api/v1/threads/{id}", { path: { id } });
  }

  messages(id: string): AsyncGenerator<Schemas["ThreadMessage"]> {
    return pages(this.http, "/api/v1/threads/{id}/messages", undefined, { id });
  }
}

/** The log of conversations. To hold one, see `Conversation`. */
export class Conversations extends Group {
  list(filters?: Filters<"/api/v1/conversations">): AsyncGenerator<Schemas["Conversation"]> {
    return pages(this.http, "/api/v1/conversations", filters);
  }

  get(id: string): Promise<Schemas["ConversationDetail"]> {
    return this.http.request("get", "/api/v1/conversations/{id}", { path: { id } });
  }

  /** An address for one conversation that may be given to a page without a token, good for 15 minutes. */
  async signedUrl(agentId: string): Promise<string> {
    const said = { query: { agent_id: agentId } };
    return (await this.http.request("get", "/v1/convai/conversation/get-signed-url", said)).signed_url;
  }
}

/** Waits a little before the same is asked for once more, if the last answer came at once; counts such answers. */
async function breath(tries: number, asked: number, until: number): Promise<number> {
  if (Date.now() - asked >= AT_ONCE_MS) return 0;
  const wait = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
  await pause(Math.max(0, Math.min(wait, until - Date.now())));
  return tries + 1;
}

/** The words of a run as they are written. They have no ids: those of a stream that was cut are in no other one. */
class Words {
  #told = "";
  #wasCut = false;

  cut(): void {
    this.#wasCut = true;
  }

  /** What to tell for what has come: the words that a cut stream has lost are told with their message. */
  passing(told: RunEvent): RunEvent[] {
    if (told.type === "delta") {
      if (this.#wasCut) return [];
      this.#told += told.text ?? "";
      return [told];
    }
    const { message } = told;
    if (told.type !== "message" || message?.role !== "assistant") return [told];
    const whole = message.text ?? "";
    const [said, wasCut] = [this.#told, this.#wasCut];
    [this.#told, this.#wasCut] = ["", false];
    // A model that was asked again may have begun otherwise: then only the message is right.
    const isMore = wasCut && whole.length > said.length && whole.startsWith(said);
    return isMore ? [{ type: "delta", text: whole.slice(said.length) }, told] : [told];
  }
}

function spec(agent: string, message: Schemas["Utterance"], how: RunOptions): Schemas["RunSpec"] {
  const body: Schemas["RunSpec"] = { ...how.more, agent, message };
  if (how.threadId !== undefined) body.thread_id = how.threadId;
  if (how.context !== undefined) body.context = how.context;
  return body;
}
