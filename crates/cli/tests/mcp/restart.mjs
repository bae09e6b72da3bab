// The MCP TypeScript SDK, in one session, while its server is killed and started again. It says a line after each part, and
// waits for one before the next.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const line = async () => (await lines.next()).value;
const say = (found) => console.log(JSON.stringify(found));

const wish = JSON.parse(await line());
const require = createRequire(wish.folder + "/package.json");
const load = (name) => import(pathToFileURL(require.resolve(`@modelcontextprotocol/sdk/${name}`)).href);
const { Client } = await load("client/index.js");
const { StreamableHTTPClientTransport } = await load("client/streamableHttp.js");
const { ElicitRequestSchema, ToolListChangedNotificationSchema } = await load("types.js");

const client = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { confirmed: true } }));
const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true)));
const headers = { Authorization: `Bearer ${wish.token}` };
const transport = new StreamableHTTPClientTransport(new URL(wish.url), { requestInit: { headers } });
await client.connect(transport);
const weather = async () => (await client.callTool({ name: "get_weather", arguments: { city: "Paris" } })).structuredContent.degrees;
say({ degrees: await weather(), session: transport.sessionId });
await line();
const found = { degrees: await weather(), tools: (await client.listTools()).tools.length };
found.refund = (await client.callTool({ name: "refund", arguments: { amount: 4 } })).isError;
say({ ...found, session: transport.sessionId });
await line();
say({ changed: await Promise.race([changed, new Promise((resolve) => setTimeout(() => resolve(false), 15000))]) });
process.exit(0);
