// Writes the TypeScript of the guides as modules for the compiler: `node tests/guides.mjs FOLDER PAGE…`.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

// What a guide leaves to its reader; `openai` has what it takes and gives in the forms of OpenAI's package.
const BEFORE = `
declare const baseUrl: string, token: string, agentId: string, apiKey: string, signedUrl: string, value: string, model: string;
declare const client: import("callwright").Client;
declare const getUserLocation: () => Promise<{ city: string }>;
interface Called { id: string; type: "function"; function: { name: string; arguments: string } }
type Message =
  | { role: "user"; content: string }
  | { role: "assistant"; content?: string | null; refusal?: string | null; tool_calls?: Called[] }
  | { role: "tool"; content: string; tool_call_id: string };
interface Tool { type: "function"; function: { name: string; description?: string; parameters?: { [key: string]: unknown }; strict?: boolean | null } }
declare const messages: Message[];
declare const openai: { chat: { completions: { create(how: { model: string; messages: Message[]; tools?: Tool[] }): Promise<{
  id: string; choices: { message: { role: "assistant"; content: string | null; refusal: string | null; tool_calls?: Called[] } }[];
}> } } };
`;

const [folder, ...pages] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
for (const page of pages) {
  const blocks = [...(await readFile(page, "utf8")).matchAll(/```ts\n([^]*?)```/g)];
  if (blocks.length === 0) throw new Error(`${page} has no TypeScript in it`);
  for (const [place, [, block]] of blocks.entries()) {
    // The imports of a block are good for those after it, and `client` is the reader's unless the block makes one.
    const names = ["OpenAITools", "ElevenLabsConvai"].filter((name) => block.includes(name) && !/^import/m.test(block));
    const imports = names.length > 0 ? `import { ${names.join(", ")} } from "callwright";` : "";
    const before = /const client =/.test(block) ? BEFORE.replace(/^declare const client.*$/m, "") : BEFORE;
    await writeFile(join(folder, `${basename(page, ".md")}-${place}.ts`), `${imports}${before}${block}\nexport {};\n`);
  }
}
