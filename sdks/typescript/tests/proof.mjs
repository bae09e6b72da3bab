// What both a Node program and a page try: given the package, a server and a way to hear of it.
//
// `world` is made by `world.mjs`: { baseUrl, token, talker, signed, upstream }. Throws at the first thing that is wrong.

function same(got, want, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

function holds(told, what) {
  if (!told) throw new Error(what);
}

async function refused(promise, kind, what) {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  );
  holds(error instanceof kind, `${what}: ${error} instead of a ${kind.name}`);
  return error;
}

/** Hands out what comes, one by one, and gives up after half a minute. */
export function heard() {
  const here = [];
  const waiting = [];
  return {
    put: (value) => (waiting.length > 0 ? waiting.shift()(value) : here.push(value)),
    next: () =>
      here.length > 0
        ? Promise.resolve(here.shift())
        : new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error("nothing came")), 30_000);
            waiting.push((value) => {
              clearTimeout(late);
              resolve(value);
            });
          }),
  };
}

export function tools(seen = []) {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    add: (p, { toolCallId }) => {
      seen.push({ ...p, toolCallId });
      return p.a + p.b;
    },
    slow_add: async (p) => {
      await pause(200);
      return p.a + p.b;
    },
    boom: async () => {
      throw new Error("bad");
    },
    falsy: () => 0,
    empty: () => undefined,
    never: () => pause(3000),
    tell: (p) => {
      seen.push(p);
    },
  };
}

export const proofs = {
  "tools are called, and errors have names": async (sdk, world) => {
    const client = new sdk.Client(world);
    const answer = await client.tools.call("weather", { city: "Bonn" }, { agent: "Voice", context: { phone_number: "+49" } });
    same([answer.success, answer.data], [true, { sky: "clear", temp_c: 21 }], "the answer");
    same((await client.tools.call("broken")).error.class, "upstream_error", "the error's class");
    const key = `key-${Math.random()}`;
    const first = await client.tools.call("charge", { amount: 5 }, { idempotencyKey: key });
    const again = await client.tools.call("charge", { amount: 5 }, { idempotencyKey: key });
    same([again.data, again.meta.duplicate], [first.data, true], "a repeated call");
    const conflict = await refused(client.tools.call("charge", { amount: 6 }, { idempotencyKey: key }), sdk.ApiError, "a reused key");
    same([conflict.status, conflict.code], [409, "idempotency_key_reused"], "a reused key");
    const bad = await refused(client.request("post", "/api/v1/tools", { body: { name: "x" } }), sdk.ApiError, "no kind");
    holds(bad.field && bad.requestId, `a field and a request id: ${bad.field} ${bad.requestId}`);
    const stranger = new sdk.Client({ ...world, token: "nobody" });
    same((await refused(stranger.tools.get("weather"), sdk.ApiError, "a stranger")).status, 401, "a stranger");
    await refused(client.tools.get(".."), sdk.CallwrightError, "a step upwards");
  },

  "lists and streams go on by themselves": async (sdk, world) => {
    const client = new sdk.Client(world);
    const names = [];
    for await (const tool of client.tools.list({ limit: 3 })) names.push(tool.name);
    holds(names.length >= 11 && new Set(names).size === names.length, `all tools, once: ${names}`);
    const run = await client.agents.run("Talker", "hi");
    same([run.state, run.output], ["completed", "you said: hi"], "a run");
    const events = [];
    for await (const event of client.runs.stream("Talker", "slowly")) events.push(event);
    same([events[0].type, events.at(-1).run.output], ["run", "at last"], "a stream");
    holds(events.some((event) => event.type === "message" && event.message.text === "at last"), "the message");
  },

  "an approval is waited for": async (sdk, world) => {
    const client = new sdk.Client(world);
    const waiting = await client.tools.call("refund", { amount: 1 }, { agent: "Voice" });
    same([waiting.state, waiting.pending.kind], ["parked", "approval"], "a refund");
    const made = await client.request("post", "/api/v1/tokens", { body: { name: `decider-${Math.random()}` } });
    await new sdk.Client({ ...world, token: made.token }).approvals.approve(waiting.pending.ticket);
    same((await client.executions.wait(waiting.execution_id, 20_000)).data, { receipt: "r-1" }, "the refund");
  },

  "a conversation with every kind of tool": async (sdk, world) => {
    const seen = [];
    const answers = heard();
    const talk = await sdk.Conversation.startSession({
      ...world,
      agentId: world.talker,
      clientTools: tools(seen),
      userId: "somebody",
      onMessage: answers.put,
    });
    holds(talk.id.startsWith("conv_"), `an id: ${talk.id}`);
    await talk.sendContextualUpdate("it rains");
    const said = {};
    for (const word of ["hello", "add", "both", "boom", "nope", "never", "tell"]) {
      await talk.sendUserMessage(word);
      said[word] = await answers.next();
      if (said[word] === "Let me add.") said[word] = await answers.next();
    }
    same([said.hello, said.add, said.tell], ["you said: hello", "sum 5", "told"], "what was said");
    same(said.both, "11 and 2 and 0 and Client tool: empty called successfully.", "several at once");
    for (const [word, part] of [["boom", "bad"], ["nope", "is not defined on client"], ["never", "timeout_error"]]) {
      holds(said[word].includes(part), `${word}: ${said[word]}`);
    }
    holds(seen[0].a === 2 && seen[0].toolCallId.startsWith("tick_"), JSON.stringify(seen));
    const ended = new Promise((resolve) => talk.addEventListener("end", (event) => resolve(event.data.reason)));
    same([(await talk.endSession()).reason, await ended], ["user", "user"], "the end");
    await refused(talk.sendUserMessage("late"), sdk.CallwrightError, "too late");
    let logged;
    for (let tries = 0; tries < 50 && logged?.state !== "ended"; tries += 1) {
      logged = await new sdk.Client(world).conversations.get(talk.id);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    same([logged.source, logged.client_user_id, logged.end_reason], ["callwright_js", "somebody", "client"], "the log");
  },

  "a signed address needs no token, and strangers are refused": async (sdk, world) => {
    const signedUrl = await new sdk.Client(world).conversations.signedUrl(world.talker);
    const answers = heard();
    const talk = await sdk.Conversation.startSession({ signedUrl, onMessage: answers.put });
    await talk.sendUserMessage("signed");
    same(await answers.next(), "you said: signed", "an answer");
    await talk.endSession();
    const wish = { ...world, token: "nobody", agentId: world.talker };
    await refused(sdk.Conversation.startSession(wish), sdk.ConnectionFailed, "a stranger");
    await refused(sdk.Conversation.startSession({ ...world, agentId: "asst_nobody" }), sdk.ConnectionFailed, "no agent");
  },

  "the guide's names": async (sdk, world) => {
    const agent = await sdk.ElevenLabsConvai.create({ agentId: world.talker, apiKey: world.token, baseUrl: world.baseUrl });
    agent.registerTool("add", async (p) => p.a + p.b);
    let twice;
    try {
      agent.registerTool("add", () => 0);
    } catch (error) {
      twice = error;
    }
    holds(twice instanceof sdk.CallwrightError, `twice: ${twice}`);
    const answers = heard();
    await agent.start({ onMessage: answers.put });
    await agent.sendMessage("add");
    same([await answers.next(), await answers.next()], ["Let me add.", "sum 5"], "the sum");
    same((await agent.end()).reason, "user", "the end");
  },

  "models' calls are answered": async (sdk, world) => {
    const client = new sdk.Client(world);
    const how = { agent: "Voice", client, context: { phone_number: "+49" } };
    const openai = new sdk.OpenAITools(how);
    same((await openai.chat()).map((tool) => tool.function.name), ["broken", "charge", "refund", "weather"], "the tools");
    same((await openai.responses())[3].name, "weather", "a flat tool");
    const call = (id, name, args) => ({ id, type: "function", function: { name, arguments: args } });
    const message = {
      role: "assistant",
      tool_calls: [call("c1", "weather", '{"city": "Bonn"}'), call("c2", "broken", "{}"), call("c3", "refund", '{"amount": 3}'), call("c4", "weather", "{")],
    };
    const replies = await openai.handle({ choices: [{ message }] });
    same(replies.map((reply) => reply.tool_call_id), ["c1", "c2", "c3", "c4"], "the replies");
    for (const [place, part] of ["temp_c", "upstream_error", "has to approve", "not a JSON object"].entries()) {
      holds(replies[place].content.includes(part), replies[place].content);
    }
    same((await openai.handle(message, { only: ["broken"] })).length, 1, "only some");
    same(await openai.handle({ role: "assistant", content: "hi" }), [], "no calls");
    const item = { type: "function_call", call_id: "c9", name: "weather", arguments: '{"city": "Bonn"}', status: "completed" };
    same((await openai.handle({ output: [item] }))[0].type, "function_call_output", "an item");

    const anthropic = new sdk.AnthropicTools(how);
    holds((await anthropic.tools())[3].input_schema.required[0] === "city", "Anthropic's form");
    const block = (id, name, input) => ({ type: "tool_use", id, name, input });
    const [turn] = await anthropic.handle({ content: [block("t1", "weather", { city: "Bonn" }), block("t2", "broken", {})] });
    same(turn.content.map((each) => [each.tool_use_id, each.is_error ?? false]), [["t1", false], ["t2", true]], "the results");

    const realtime = new sdk.RealtimeTools(how);
    same(Object.keys((await realtime.sessionTools())[0]).sort(), ["description", "name", "parameters", "type"], "a tool");
    const sent = [];
    const listen = realtime.listener({ send: (text) => sent.push(JSON.parse(text)) });
    await listen({ data: JSON.stringify({ type: "response.output_item.done", item }) });
    await listen({ data: JSON.stringify({ type: "response.done", response: { status: "cancelled", output: [item] } }) });
    same(sent, [], "nothing yet");
    await listen({ data: JSON.stringify({ type: "response.done", response: { status: "completed", output: [item] } }) });
    same(sent.map((event) => event.type), ["conversation.item.create", "response.create"], "the answer");
    holds(sent[0].item.call_id === "c9" && sent[0].item.output.includes("clear"), JSON.stringify(sent[0]));
    const away = new sdk.OpenAITools({ client: new sdk.Client({ baseUrl: "http://127.0.0.1:9", token: "t" }) });
    holds((await away.handle(message, { only: ["broken"] }))[0].content.includes("did not answer"), "a server that is away");
  },
};
