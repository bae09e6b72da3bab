// The package in Chromium: the same proofs in a page of another program's, which passes the API's paths on to the
// server, as an application does; conversations go to the server itself.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as sdk from "../dist/index.js";
import { listen, makeWorld } from "./world.mjs";

const CHROMIUM = process.env.CALLWRIGHT_TEST_CHROMIUM;
const ROOT = new URL("../", import.meta.url);
const PAGE = `<!doctype html><title>Callwright</title><script type="module">
import * as sdk from "/files/dist/index.js";
import { proofs } from "/files/tests/proof.mjs";
const world = await (await fetch("/world")).json();
const told = [];
for (const [name, proof] of Object.entries(proofs)) {
  // The address of the API is the page's own, that of conversations the server's.
  const mixed = { ...sdk, Conversation: { startSession: (how) => sdk.Conversation.startSession({ ...how, baseUrl: world.socketUrl }) } };
  const guide = { ...mixed, ElevenLabsConvai: { create: (how) => sdk.ElevenLabsConvai.create({ ...how, baseUrl: world.socketUrl }) } };
  told.push(await proof(guide, { ...world, baseUrl: location.origin }).then(() => [name, null], (error) => [name, error.stack ?? String(error)]));
}
await fetch("/told", { method: "POST", body: JSON.stringify(told) });
</script>`;

test("the proofs hold in a page", { skip: CHROMIUM ? false : "CALLWRIGHT_TEST_CHROMIUM is not set", timeout: 120_000 }, async () => {
  const { asked, ...world } = await makeWorld(sdk);
  const server = new URL(world.baseUrl);
  let done;
  const told = new Promise((resolve) => (done = resolve));
  const site = createServer(async (asking, answer) => {
    const { pathname } = new URL(asking.url, "http://page");
    if (pathname === "/") return answer.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    if (pathname === "/world") return answer.end(JSON.stringify({ ...world, socketUrl: world.baseUrl }));
    if (pathname === "/told") {
      let text = "";
      for await (const piece of asking) text += piece;
      answer.end();
      return done(JSON.parse(text));
    }
    if (pathname.startsWith("/files/")) {
      const file = await readFile(new URL(pathname.slice(7), ROOT)).catch(() => undefined);
      return answer.writeHead(file ? 200 : 404, { "content-type": "text/javascript" }).end(file);
    }
    const headers = { ...asking.headers, host: server.host };
    const passed = request({ host: server.hostname, port: server.port, path: asking.url, method: asking.method, headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asking.pipe(passed);
  });
  const url = await listen(site);
  const profile = await mkdtemp(join(tmpdir(), "callwright-chromium-"));
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"];
  const chromium = spawn(CHROMIUM, [...options, `--user-data-dir=${profile}`, url], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let words = "";
  chromium.stderr.on("data", (piece) => (words += piece));
  const ended = new Promise((resolve) => chromium.once("exit", resolve));
  const gone = ended.then((code) => Promise.reject(new Error(`Chromium ended with ${code}\n${words}`)));
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing came from the page\n${words}`)), 60_000).unref());
  try {
    const all = await Promise.race([told, gone, late]);
    assert.ok(all.length >= 7, "all proofs ran");
    for (const [name, error] of all) assert.equal(error, null, `${name}: ${error}`);
  } finally {
    for (const each of [gone, late]) each.catch(() => undefined);
    // With all its children.
    process.kill(-chromium.pid, "SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
});
