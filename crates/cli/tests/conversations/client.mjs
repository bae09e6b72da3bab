// The official JavaScript client, unchanged, against a server of ours. Reads one JSON object from standard input: origin,
// agent, signed, variables, say, and the path of the package. Prints one JSON line for each thing that happens.
import { readFileSync } from "node:fs";

const wish = JSON.parse(readFileSync(0, "utf8"));
const { Conversation } = await import(wish.package);
const tell = (what) => console.log(JSON.stringify(what));
const PATIENCE = 60000;
const heard = [];
let wake = () => {};
const next = async () => {
  const until = Date.now() + PATIENCE;
  while (heard.length === 0) {
    if (Date.now() > until) throw new Error("no answer came");
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, 200);
    });
  }
  return heard.shift();
};
const ended = new Promise((resolve) => {
  globalThis.gone = resolve;
});
const conversation = await Conversation.startSession({
  ...(wish.signed ? { signedUrl: wish.signed } : { agentId: wish.agent, origin: wish.origin }),
  textOnly: true,
  dynamicVariables: wish.variables ?? {},
  userId: "somebody",
  overrides: wish.overrides,
  clientTools: {
    add: ({ a, b }) => a + b,
    slow_add: async ({ a, b }) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return a + b;
    },
    boom: async () => {
      throw new Error("bad");
    },
    empty: () => undefined,
    obj: () => ({ k: [1] }),
    never: () => new Promise(() => {}),
    tell: (parameters) => tell({ told: parameters }),
  },
  onMessage: ({ message, source }) => {
    if (source === "ai" || source === "agent") {
      heard.push(message);
      wake();
    }
  },
  onError: (message) => tell({ error: String(message) }),
  onInterruption: (event) => tell({ interrupted: event }),
  onDisconnect: (details) => {
    tell({ gone: details.reason });
    globalThis.gone();
  },
});
tell({ id: conversation.getId() });
for (const said of wish.say) {
  if (said.update) {
    conversation.sendContextualUpdate(said.update);
    continue;
  }
  if (!said.hear) conversation.sendUserMessage(said);
  for (;;) {
    const answer = await next();
    tell({ answer });
    if (answer !== "Let me add.") break;
  }
}
await conversation.endSession();
await ended;
process.exit(0);
