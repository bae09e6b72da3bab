// A running server, named by CALLWRIGHT_URL and CALLWRIGHT_TOKEN, with tools and agents to try.
import { createServer } from "node:http";

/** Listens on a free port, without keeping the program alive; gives the address. */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

function script() {
  const add = (name, a, b) => ({ name, arguments: { a, b } });
  return [
    { when: "add", turns: [{ say: "Let me add.", calls: [add("add", 2, 3)] }, { say: "sum {{results.add}}" }] },
    {
      when: "both",
      turns: [
        { calls: [add("slow_add", 10, 1), add("add", 1, 1), { name: "falsy" }, { name: "empty" }] },
        { say: "{{results.slow_add}} and {{results.add}} and {{results.falsy}} and {{results.empty}}" },
      ],
    },
    ...["boom", "nope", "never"].map((name) => ({ when: name, turns: [{ calls: [{ name }] }, { say: "it said {{result}}" }] })),
    { when: "tell", turns: [{ calls: [{ name: "tell", arguments: { page: 7 } }] }, { say: "told" }] },
    { when: "slowly", turns: [{ delay_ms: 1500, say: "at last" }] },
    { turns: [{ say: "you said: {{message}}" }] },
  ];
}

/** Makes the tools and agents, and gives what `proofs` want. */
export async function makeWorld(sdk) {
  const asked = [];
  const upstream = await listen(
    createServer((request, response) => {
      asked.push(request.url);
      const broken = request.url.startsWith("/broken");
      const told = request.url.startsWith("/weather") ? { sky: "clear", temp_c: 21 } : { receipt: "r-1" };
      request.resume();
      response.writeHead(broken ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(broken ? {} : told));
    }),
  );
  const world = { baseUrl: process.env.CALLWRIGHT_URL, token: process.env.CALLWRIGHT_TOKEN };
  const client = new sdk.Client(world);
  const object = (required, properties) => ({ type: "object", properties, required, additionalProperties: false });
  const charge = { method: "POST", url: `${upstream}/charge`, body: { json: { amount: "{{ parameters.amount }}" } } };
  const weather = { method: "GET", url: `${upstream}/weather`, query: { city: "{{ parameters.city }}" } };
  const numbers = object(["a", "b"], { a: { type: "integer" }, b: { type: "integer" } });
  const amount = object(["amount"], { amount: { type: "integer", minimum: 1 } });
  const tools = [
    { name: "weather", kind: "http", effect: "read", config: weather, parameters: object(["city"], { city: { type: "string" } }) },
    { name: "charge", kind: "http", config: charge, parameters: amount },
    { name: "refund", kind: "http", config: charge, parameters: amount, policy: { approval: true } },
    { name: "broken", kind: "http", effect: "read", config: { method: "GET", url: `${upstream}/broken` }, parameters: object([], {}) },
    ...["add", "slow_add"].map((name) => ({ name, kind: "client", config: {}, parameters: numbers })),
    ...["empty", "falsy", "boom", "nope"].map((name) => ({ name, kind: "client", config: {}, parameters: { type: "object" } })),
    { name: "never", kind: "client", config: { timeout_s: 1 }, parameters: { type: "object" } },
    { name: "tell", kind: "client", config: { expects_response: false }, parameters: { type: "object" } },
  ];
  await client.agents.create({ name: "Voice", model: "scripted", metadata: { script: [{ say: "hello" }] } });
  const { id } = await client.agents.create({ name: "Talker", model: "scripted", metadata: { script: script() } });
  for (const tool of tools) {
    await client.request("post", "/api/v1/tools", { body: { ...tool, description: `The tool ${tool.name}.` } });
    await client.agents.assign(tool.kind === "client" ? "Talker" : "Voice", tool.name);
  }
  return { ...world, talker: id, asked };
}
