// The MCP TypeScript SDK, unchanged. What is wanted comes on standard input, what was found goes out as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const wish = JSON.parse(input);
const require = createRequire(wish.folder + "/package.json");
const load = (name) => import(pathToFileURL(require.resolve(`@modelcontextprotocol/sdk/${name}`)).href);
const { Client } = await load("client/index.js");
const { StreamableHTTPClientTransport } = await load("client/streamableHttp.js");
const { ElicitRequestSchema, ToolListChangedNotificationSchema } = await load("types.js");

const client = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: {} } });
const found = { asked: [], progress: 0 };
client.setRequestHandler(ElicitRequestSchema, async (request) => {
  found.asked.push(request.params.message);
  return { action: "accept", content: { confirmed: true } };
});
const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true)));
const headers = { Authorization: `Bearer ${wish.token}` };
const transport = new StreamableHTTPClientTransport(new URL(wish.url), { requestInit: { headers } });
await client.connect(transport);
found.server = client.getServerVersion().name;
found.tools = (await client.listTools()).tools.map((tool) => tool.name);
const called = await client.callTool({ name: "get_weather", arguments: { city: "Paris" } });
found.structured = called.structuredContent;
found.bad = (await client.callTool({ name: "get_weather", arguments: { town: 1 } })).isError;
found.unknown = await client.callTool({ name: "nope", arguments: {} }).catch((error) => error.code);
found.refund = (await client.callTool({ name: "refund", arguments: { amount: 4 } })).isError;
found.prompts = (await client.listPrompts()).prompts.length;
await fetch(new URL("/api/v1/tools", wish.url), {
  method: "POST", headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify({ name: "added", kind: "http", config: { url: "https://example.com" } }),
});
found.changed = await Promise.race([changed, new Promise((resolve) => setTimeout(() => resolve(false), 10000))]);
await transport.terminateSession();
await client.close();
console.log(JSON.stringify(found));
process.exit(0);
