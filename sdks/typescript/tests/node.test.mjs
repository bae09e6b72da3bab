// The package in Node: all that `proof.mjs` tries, what is sent again, and lines that break.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import net from "node:net";
import { before, test } from "node:test";
import * as sdk from "../dist/index.js";
import { heard, proofs } from "./proof.mjs";
import { listen, makeWorld } from "./world.mjs";

let world;
before(async () => {
  world = await makeWorld(sdk);
});

for (const [name, proof] of Object.entries(proofs)) test(name, () => proof(sdk, world));

/** A server that answers as planned, then well; a status of 0 breaks the connection off. */
async function failing(...plan) {
  const keys = [];
  // In the form of our server's own refusals, if it is said.
  const ours = plan[0] === "ours" && plan.shift() ? { error: { code: "overloaded", message: "later", request_id: "r" } } : {};
  const server = createServer((request, response) => {
    request.resume();
    keys.push(request.headers["idempotency-key"]);
    const [status, headers] = plan.shift() ?? [200, {}];
    if (status === 0) return request.socket.destroy();
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(status === 200 ? { success: true } : ours));
  });
  return { keys, client: new sdk.Client({ baseUrl: await listen(server), token: "t" }) };
}

test("what is sent again, and what is not", async () => {
  for (const plan of [[[503, {}]], [[502, {}], [504, {}]], [[0, {}]], [[429, { "retry-after": "0" }]]]) {
    const read = await failing(...structuredClone(plan));
    await read.client.tools.get("x");
    assert.equal(read.keys.length, plan.length + 1);
    const keyed = await failing(...structuredClone(plan));
    await keyed.client.tools.call("x", {}, { idempotencyKey: "k" });
    assert.deepEqual(keyed.keys, Array(plan.length + 1).fill("k"));
  }
  for (const headers of [{ "retry-after": "0" }, { "retry-after": "1" }]) {
    const gateway = await failing([503, headers]);
    await assert.rejects(gateway.client.tools.call("x"), sdk.ApiError);
    assert.equal(gateway.keys.length, 1, "a gateway may have passed it on");
    const limited = await failing("ours", [503, headers]);
    const began = Date.now();
    await limited.client.tools.call("x");
    assert.ok(Date.now() - began >= Number(headers["retry-after"]) * 1000);
    assert.equal(limited.keys.length, 2);
  }
  for (const [status, kind] of [[503, sdk.ApiError], [502, sdk.ApiError], [0, sdk.ConnectionFailed]]) {
    const once = await failing([status, {}]);
    await assert.rejects(once.client.tools.call("x"), kind);
    assert.equal(once.keys.length, 1);
  }
  const never = await failing([429, { "retry-after": "3600" }]);
  await assert.rejects(never.client.tools.get("x"), (error) => error.retryAfter === 3600);
  assert.equal(never.keys.length, 1);
  const enough = await failing(...Array(9).fill([503, {}]));
  await assert.rejects(enough.client.tools.get("x"), sdk.ApiError);
  assert.equal(enough.keys.length, 3);
  const slow = new sdk.Client({ baseUrl: await listen(createServer(() => {})), token: "t", timeoutMs: 200 });
  await assert.rejects(slow.tools.call("x", {}, { timeoutMs: 200 }), sdk.TimedOut);
});

test("a cut line is made again", async () => {
  const { hostname, port } = new URL(world.baseUrl);
  const open = new Set();
  const line = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    for (const [a, b] of [[near, far], [far, near]]) {
      open.add(a);
      a.on("error", () => {}).on("close", () => b.destroy());
      a.pipe(b);
    }
  });
  const baseUrl = await listen(line);
  const cut = () => {
    for (const each of open) each.destroy();
    open.clear();
  };
  const answers = heard();
  let calls = 0;
  let back = 0;
  const add = async (p) => {
    calls += 1;
    cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return p.a + p.b;
  };
  const talk = await sdk.Conversation.startSession({
    ...world, baseUrl, agentId: world.talker, clientTools: { add }, onMessage: answers.put, onReconnect: () => (back += 1),
  });
  const { id } = talk;
  await talk.sendUserMessage("add");
  assert.deepEqual([await answers.next(), await answers.next()], ["Let me add.", "sum 5"]);
  assert.deepEqual([calls, back], [1, 1]);
  await talk.sendUserMessage("slowly");
  // A message that has not arrived when the line breaks is lost; this one is to have arrived.
  const own = new sdk.Client(world);
  for (let isThere = false; !isThere; ) {
    for await (const run of own.runs.list({ state: "running" })) isThere ||= run.input === "slowly";
  }
  cut();
  assert.equal(await answers.next(), "at last");
  await talk.sendUserMessage("bye");
  assert.equal(await answers.next(), "you said: bye");
  assert.equal(talk.id, id);
  assert.equal((await talk.endSession()).reason, "user");
  // A stream of a run that is cut is gone on with, and tells nothing twice.
  const client = new sdk.Client({ ...world, baseUrl });
  const events = [];
  for await (const event of client.runs.stream("Talker", "slowly")) {
    events.push(event);
    if (events.length === 1) setTimeout(cut, 100);
  }
  const told = events.filter((event) => event.type === "message").map((event) => event.message.seq);
  assert.deepEqual(told, [...new Set(told)]);
  assert.equal(events.at(-1).run.output, "at last");
});
