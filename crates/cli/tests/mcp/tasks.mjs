// The MCP TypeScript SDK with calls that take long: as tasks, and with a patience that every word from the server renews.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const wish = JSON.parse(input);
const require = createRequire(wish.folder + "/package.json");
const load = (name) => import(pathToFileURL(require.resolve(`@modelcontextprotocol/sdk/${name}`)).href);
const { Client } = await load("client/index.js");
const { StreamableHTTPClientTransport } = await load("client/streamableHttp.js");
const { CallToolResultSchema, ElicitRequestSchema } = await load("types.js");

const client = new Client({ name: "test", version: "1" }, { capabilities: { elicitation: {} } });
const found = { asked: [], progress: 0 };
client.setRequestHandler(ElicitRequestSchema, async (request) => {
  found.asked.push(request.params.message);
  return { action: "accept", content: { confirmed: true } };
});
const requestInit = { headers: { Authorization: `Bearer ${wish.token}` } };
const transport = new StreamableHTTPClientTransport(new URL(wish.url), { requestInit });
await client.connect(transport);
const { tools } = await client.listTools();
found.support = Object.fromEntries(tools.map((tool) => [tool.name, tool.execution?.taskSupport]));

const asTask = async (name, args) => {
  const seen = [];
  let result;
  for await (const message of client.experimental.tasks.callToolStream({ name, arguments: args }, CallToolResultSchema)) {
    const word = message.type === "taskStatus" ? message.task.status : message.type;
    if (seen.at(-1) !== word) seen.push(word);
    if (message.type === "result") result = message.result;
    if (message.type === "error") result = { error: message.error.message };
  }
  return { seen, result };
};
found.slow = await asTask("slow", { seconds: 3 });
found.refund = await asTask("refund", { amount: 4 });
found.broken = await asTask("broken", {});
found.listed = (await client.experimental.tasks.listTasks()).tasks.map((task) => task.status);
const begun = await client.request(
  { method: "tools/call", params: { name: "slow", arguments: { seconds: 60 }, task: {} } },
  (await load("types.js")).CreateTaskResultSchema,
);
found.cancelled = (await client.experimental.tasks.cancelTask(begun.task.taskId)).status;
found.twice = await client.experimental.tasks.cancelTask(begun.task.taskId).catch((error) => error.code);
// Without tasks: the client's own patience is shorter than the call, and renewed by what it is told.
const options = { timeout: 6500, resetTimeoutOnProgress: true, onprogress: () => (found.progress += 1) };
found.patient = (await client.callTool({ name: "slow", arguments: { seconds: 8 } }, CallToolResultSchema, options)).content[0].text;
await transport.terminateSession();
await client.close();
console.log(JSON.stringify(found));
process.exit(0);
