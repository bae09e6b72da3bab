// Lines, servers, models and programs that misbehave: nothing is done twice, lost, or told to somebody else.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { test } from "node:test";
import * as sdk from "../dist/index.js";
import { JSON_TYPE, METADATA, calls, conversations, done, fake, pause, says, until } from "./fakes.mjs";
import { listen } from "./world.mjs";

const start = (server, more = {}) => sdk.Conversation.startSession({ baseUrl: server.baseUrl, token: "t", agentId: "A", ...more });
const client = (server, more = {}) => new sdk.Client({ baseUrl: server.url, token: "t", ...more });
const chat = (id, args = '{"amount": 9}', more = {}) => ({
  choices: [{ message: { role: "assistant", tool_calls: [{ id, type: "function", function: { name: "charge", arguments: args } }] } }],
  ...more,
});

test("a frame right behind the first is told, and nothing is said for the program", async () => {
  const server = await conversations((line) => line.say(METADATA, says("Hello there"), { type: "ping", ping_event: { event_id: 7 } }));
  const heard = [];
  const talk = await start(server, { onMessage: (text) => heard.push(text) });
  await until(() => heard.length);
  assert.equal((await server.lines[0].heard("pong")).event_id, 7);
  assert.deepEqual([heard, server.lines.length, server.lines[0].closed], [["Hello there"], 1, undefined]);
  await talk.endSession();
});

test("an end while the line is made again ends it", async () => {
  const ran = [];
  let held;
  const server = await conversations(async (line) => {
    if (line.number === 0) {
      line.say(METADATA);
      await pause(50);
      return line.cut();
    }
    held = line;
    await until(() => ended);
    line.say(METADATA, calls("charge"));
  });
  let ended;
  const back = [];
  const talk = await start(server, { clientTools: { charge: () => ran.push(1) }, onReconnect: () => back.push(1) });
  await until(() => held);
  ended = await talk.endSession();
  assert.equal(ended.reason, "user");
  await until(() => held.socket.destroyed || held.closed !== undefined);
  await pause(100);
  assert.deepEqual([ran, back], [[], []]);
  await assert.rejects(talk.sendUserMessage("late"), sdk.CallwrightError);
});

test("a line that is dead is noticed, and an end does not wait for it", async () => {
  const server = await conversations((line) => {
    line.isDeaf = true;
    line.say(METADATA);
  });
  let back = 0;
  const talk = await start(server, { silenceMs: 300, onReconnect: () => (back += 1) });
  await until(() => back === 1);
  const began = Date.now();
  assert.equal((await talk.endSession()).reason, "user");
  assert.ok(Date.now() - began < 4000);
  for (const line of server.lines) line.cut();
});

test("a conversation that the server will not have is not asked for again", async () => {
  const server = await conversations(async (line) => {
    if (line.number > 0) return line.say({ type: "error", error_event: { error_type: "gone", message: "it has ended" } });
    line.say(METADATA);
    await pause(50);
    line.cut();
  });
  const { reason, message } = await (await start(server)).ended;
  assert.deepEqual([reason, server.lines.length], ["error", 2]);
  assert.match(message, /it has ended/);
  // A page cannot see the status of a socket that was refused.
  const gone = await conversations(async (line) => {
    line.say(METADATA);
    await pause(50);
    line.cut();
  }, (begun) => begun > 0);
  const began = Date.now();
  assert.equal((await (await start(gone)).ended).reason, "error");
  assert.ok(gone.refused.length === 4 && Date.now() - began < 15_000);
  const large = await conversations((line) => {
    line.say(METADATA);
    line.close(1009);
  });
  assert.equal((await (await start(large)).ended).reason, "error");
  assert.equal(large.lines.length, 1);
});

test("what a tool gives is told whatever it is, once, and again only if it is asked for again", async () => {
  const deep = [];
  for (let at = deep, i = 0; i < 200; i += 1) at = at[at.push([]) - 1];
  const round = {};
  round.round = round;
  const values = {
    nan: { mean: NaN }, emoji: "half \ud83d \\ud83d", date: new Date(0), set: new Set([1]), big: { id: 12345678901234567890n },
    large: "x".repeat(13 << 20), rich: Array(30_000).fill([]), deep, round, form: () => 1,
  };
  const told = {};
  const again = [];
  const server = await conversations(async (line) => {
    line.say(METADATA);
    if (line.number === 0) {
      for (const name of Object.keys(values)) {
        line.say(calls(name, `tick_${name}`));
        told[name] = await line.heard();
      }
      return line.cut();
    }
    await pause(300);
    again.push(...line.frames);
    line.say(calls("nan", "tick_nan"));
    again.push(await line.heard());
  });
  const ran = [];
  const tools = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => (ran.push(name), value)]));
  const talk = await start(server, { clientTools: tools });
  await until(() => again.length, 30_000);
  await talk.endSession();
  assert.deepEqual(ran, Object.keys(values), "each was called once");
  assert.deepEqual(again, [told.nan]);
  assert.ok(Object.values(told).every((frame) => !frame.is_error));
  assert.deepEqual([told.nan.result, told.emoji.result, told.set.result], [{ mean: null }, "half \ufffd \\ud83d", [1]]);
  assert.equal(told.date.result, "1970-01-01T00:00:00.000Z");
  for (const name of ["large", "rich", "deep", "round", "form"]) {
    assert.match(told[name].result, new RegExp(`^${name} was carried out, but its result cannot be told`));
  }
});

test("numbers are kept on the way to the effect and to the model", async () => {
  const data = '{"account":9007199254740993,"big":12345678901234567890,"small":7,"text":"a 9007199254740993"}';
  const server = await fake(() => [200, JSON_TYPE, `{"execution_id":"e","tool":"x","state":"done","success":true,"data":${data}}`]);
  const tools = new sdk.OpenAITools({ client: client(server) });
  const args = '{"amount": 9007199254740993, "note": "x 12345678901234567890", "rate": 1.5}';
  const [reply] = await tools.handle(chat("call_8fKx01mQ2", args));
  assert.match(server.asked[0].text, /"amount":9007199254740993[,}]/);
  assert.match(server.asked[0].text, /"note":"x 12345678901234567890"/);
  assert.match(reply.content, /"account":"9007199254740993","big":"12345678901234567890","small":7,"text":"a 9007199254740993"/);
  await client(server).tools.call("x", { id: 12345678901234567890n });
  assert.match(server.asked[1].text, /"id":12345678901234567890[,}]/);
  // What a vendor's package has read may be another number already.
  const block = { type: "tool_use", id: "toolu_01A09q90qw", name: "charge", input: { amount: 2 ** 60 } };
  const [turn] = await new sdk.AnthropicTools({ client: client(server) }).handle({ content: [block] });
  assert.match(turn.content[0].content[0].text, /give it as a text/);
  assert.equal(server.asked.length, 2);
  // The parameters of a client tool.
  const line = await conversations((line) => {
    line.say(METADATA, JSON.stringify(calls("pay")).replace("{}", '{"account":9007199254740993}'));
  });
  let given;
  const talk = await start(line, { clientTools: { pay: (p) => (given = p) } });
  await until(() => given);
  assert.deepEqual(given, { account: "9007199254740993" });
  await talk.endSession();
});

test("one call does not lose what came of the others", async () => {
  const server = await fake(() => done("ok", { directive: { kind: "end_call" } }));
  const box = new sdk.Toolbox({ client: client(server), onDirective: async () => { throw new Error("session"); } });
  const bad = ['{"note": "\\ud83d"}', '{"a": 1e999}', `{"a": ${"[".repeat(150)}${"]".repeat(150)}}`, "[1]", { a: Infinity }];
  const all = await box.callAll([{ name: "charge", arguments: "{}", id: "c" }, ...bad.map((each, i) => ({ name: "n", arguments: each, id: `c${i}` }))]);
  assert.deepEqual(all.map((each) => each.isError), [false, ...bad.map(() => true)]);
  assert.equal(server.asked.length, 1);
  const round = {};
  round.round = round;
  assert.ok((await box.call({ name: "x", arguments: round, id: "c" })).isError);
});

test("only what says which call it is makes one of two", async () => {
  const server = await fake(() => done("ok"));
  const keys = async (...answers) => {
    server.asked.length = 0;
    const tools = new sdk.OpenAITools({ client: client(server), context: { conversation_id: "c-1" } });
    for (const answer of answers) await tools.handle(answer);
    return server.asked.map((asked) => asked.headers["idempotency-key"]);
  };
  for (const id of ["", undefined, "0", "call_0", "functions.charge:0", "charge"]) {
    const [a, b] = await keys(chat(id), chat(id));
    assert.notEqual(a, b, String(id));
  }
  let [a, b] = await keys(chat("call_8fKx01mQ2"), chat("call_8fKx01mQ2"));
  assert.equal(a, b);
  [a, b] = await keys(...Array(2).fill(chat("functions.charge:0", "{}", { id: "chatcmpl-8fKx01mQ2" })));
  assert.equal(a, b);
  [a, b] = await keys(chat("functions.charge:0", "{}", { id: "chatcmpl-8fKx01mQ2" }), chat("functions.charge:0", "{}", { id: "chatcmpl-9aBc02zzz" }));
  assert.notEqual(a, b);
});

test("a token stays with its server", async () => {
  const there = await fake(() => done("ok"));
  const here = await fake(() => [307, { location: `${there.url}/x` }, ""]);
  await assert.rejects(client(here).tools.call("x", {}, { idempotencyKey: "k" }), /points elsewhere/);
  assert.deepEqual([here.asked.length, there.asked.length], [1, 0]);
  const own = new sdk.Client({ baseUrl: there.url, token: "cw_secret\n" });
  await own.tools.call("x");
  assert.equal(there.asked[0].headers["x-token"], "cw_secret");
  assert.equal(own.token, "cw_secret");
  assert.ok(!`${inspect(own, { depth: 9, showHidden: true })}${JSON.stringify(own)}`.includes("cw_secret"));
  const wrong = () => new sdk.Client({ baseUrl: there.url, token: "cw_sec\nret" });
  assert.throws(wrong, (error) => error instanceof sdk.CallwrightError && !error.message.includes("cw_sec"));
  for (const idempotencyKey of ["bestellung-ü", "", "x".repeat(256)]) {
    await assert.rejects(own.tools.call("x", {}, { idempotencyKey }), /idempotencyKey/);
  }
});

test("streams: odd characters, lost words, empty answers", async () => {
  const event = (name, data, id) => `event: ${name}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify({ type: name, ...data })}\n\n`;
  const run = (state, more = {}) => event("run", { run: { id: "run_1", state, ...more } });
  const delta = (text) => event("delta", { text });
  const message = (seq, text) => event("message", { message: { seq, role: "assistant", text } }, seq);
  const told = async (...answers) => {
    const server = await fake(() => [200, { "content-type": "text/event-stream" }, answers.shift() ?? ""]);
    const events = [];
    for await (const each of client(server).runs.stream("A", "x")) events.push(each);
    return events;
  };
  const odd = "a\u2028b\u2029c\u0085d";
  let events = await told(run("running") + delta(odd) + message(1, odd) + run("completed", { output: odd }));
  assert.deepEqual(events.map((each) => each.type), ["run", "delta", "message", "run"]);
  assert.deepEqual([events[1].text, events[3].run.output], [odd, odd]);
  events = await told(
    run("running") + delta("w0 "), run("running") + delta("w5 ") + message(1, "w0 w1 w5 ") + delta("next "),
    run("running") + message(2, "next one") + run("completed"),
  );
  assert.equal(events.filter((each) => each.type === "delta").map((each) => each.text).join(""), "w0 w1 w5 next one");
  await assert.rejects(told(), sdk.ConnectionFailed);
});

test("times hold, and waiting is no storm", async () => {
  const never = await fake(() => new Promise(() => {}));
  const impatient = client(never, { timeoutMs: 300 });
  const began = Date.now();
  await assert.rejects(impatient.tools.call("x", {}, { idempotencyKey: "k" }), sdk.TimedOut);
  assert.match((await new sdk.Toolbox({ client: client(never), timeoutMs: 300 }).call({ name: "x", arguments: {}, id: "c" })).text, /Nobody knows/);
  await assert.rejects(impatient.http.events("post", "/api/v1/runs", {}).next(), sdk.TimedOut);
  assert.ok(Date.now() - began < 3000);
  const busy = await fake(() => [200, JSON_TYPE, '{"state":"running","pending":{"kind":"result"},"execution_id":"e"}']);
  for (const group of ["executions", "runs"]) {
    busy.asked.length = 0;
    await client(busy)[group].wait("x", 1500);
    assert.ok(busy.asked.length <= 6, `${busy.asked.length} requests`);
  }
  const gone = createServer();
  const url = await listen(gone);
  gone.close();
  const away = await new sdk.Toolbox({ client: new sdk.Client({ baseUrl: url }) }).call({ name: "x", arguments: {}, id: "c" });
  assert.match(away.text, /was not carried out/);
});

test("a program's own faults end neither the conversation nor the program", async () => {
  const program = `
    import * as sdk from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    import { METADATA, conversations, done, fake, pause, says } from ${JSON.stringify(new URL("fakes.mjs", import.meta.url).href)};
    console.error = () => {};
    const server = await conversations((line) => line.say(METADATA, "no JSON", says("one"), says("two")));
    const heard = [];
    await sdk.Conversation.startSession({ baseUrl: server.baseUrl, token: "t", agentId: "A",
      onMessage: async (text) => { heard.push(text); throw new Error("mine"); } });
    const http = await fake(() => done("ok"));
    const tools = new sdk.RealtimeTools({ client: new sdk.Client({ baseUrl: http.url, token: "t" }) });
    const listen = tools.listener({ send() { throw new Error("closed"); } });
    const output = [{ type: "function_call", call_id: "c", name: "x", arguments: "{}" }];
    listen({ data: JSON.stringify({ type: "response.done", response: { status: "completed", output } }) });
    listen({ data: "no JSON" });
    await pause(300);
    process.exit(heard.join() === "one,two" ? 0 : 3);`;
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
});

test("a session is asked to go on when nothing is being said", async () => {
  const server = await fake(async () => (await pause(100), done("ok")));
  const tools = new sdk.RealtimeTools({ client: client(server) });
  const sent = [];
  const listen = tools.listener({ send: (text) => sent.push(JSON.parse(text)) });
  const say = (type, id, ...names) => {
    const output = names.map((name) => ({ type: "function_call", call_id: `${id}_${name}`, name, arguments: "{}" }));
    return listen({ data: JSON.stringify({ type, response: { id, status: "completed", output } }) });
  };
  await say("response.created", "r1");
  const answered = say("response.done", "r1", "weather");
  await say("response.created", "r2");
  await answered;
  assert.deepEqual(sent.map((each) => each.type), ["conversation.item.create"]);
  await say("response.done", "r2");
  assert.equal(sent.at(-1).type, "response.create");
  const { event_id } = sent.at(-1);
  await listen({ data: JSON.stringify({ type: "error", error: { event_id, code: "conversation_already_has_active_response" } }) });
  assert.equal(sent.length, 2);
  await say("response.done", "r3");
  assert.deepEqual([sent.length, sent.at(-1).type], [3, "response.create"]);
  const both = { type: "response.done", response: { status: "completed", output: ["weather", "mine"].map((name) => ({ type: "function_call", call_id: name, name, arguments: "{}" })) } };
  assert.deepEqual((await tools.handle(both, { only: ["weather"] })).map((each) => each.type), ["conversation.item.create"]);
});

test("what is no text is given as bytes, and a page of somebody else is no answer", async () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0, 1]);
  const server = await fake(({ url }) => [200, { "content-type": url.includes("documents") ? "image/png" : "text/html" }, bytes]);
  const got = await client(server).request("get", "/api/v1/documents/{id}/content", { path: { id: "d" } });
  assert.deepEqual([...got], [...bytes]);
  await assert.rejects(client(server).tools.get("x"), /that of a Callwright server/);
});

test("tools from everywhere are called, and lists begin where they are told to", async () => {
  const server = await conversations((line) => line.say(METADATA, calls("a", "1"), calls("b", "2"), calls("c", "3")));
  const agent = await sdk.ElevenLabsConvai.create({ agentId: "A", token: "t", baseUrl: server.baseUrl, clientTools: { a: () => "a" } });
  agent.registerTool("b", () => "b");
  assert.throws(() => agent.registerTool("a", () => 0), sdk.CallwrightError);
  await agent.start({ clientTools: { c: () => "c" } });
  for (const name of ["a", "b", "c"]) assert.equal((await server.lines[0].heard()).result, name);
  await agent.end();
  const pages = await fake(() => [200, JSON_TYPE, '{"items":[{"name":"x"}],"next_cursor":null}']);
  for await (const tool of client(pages).tools.list({ cursor: "abc" })) assert.equal(tool.name, "x");
  assert.match(pages.asked[0].url, /cursor=abc/);
});
