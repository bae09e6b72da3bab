// Writes src/generated.ts from a server's OpenAPI document.
//
//     node generate.mjs http://127.0.0.1:8080/openapi.json          write the file
//     node generate.mjs --check http://127.0.0.1:8080/openapi.json  only say whether it is stale (exit 1)
//
// The paths of the agent guide and of the plan are left out: they are the same things by other names. The Model Context
// Protocol is too: it has clients of its own.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const LEFT_OUT = new Set(["guide", "mcp", "plan"]);
const FILE = new URL("src/generated.ts", import.meta.url);

const wish = process.argv.slice(2);
const check = wish[0] === "--check";
const source = wish[check ? 1 : 0];
if (!source) throw new Error("say where the OpenAPI document is");
const document = JSON.parse(/^https?:/.test(source) ? await (await fetch(source)).text() : await readFile(source, "utf8"));

for (const [path, methods] of Object.entries(document.paths)) {
  for (const [name, operation] of Object.entries(methods)) {
    if (operation.tags?.some((tag) => LEFT_OUT.has(tag))) delete methods[name];
    else if (operation.responses) {
      // What goes wrong is thrown, in one form; it need not stand with every operation.
      operation.responses = Object.fromEntries(Object.entries(operation.responses).filter(([status]) => /^[12]/.test(status)));
    }
  }
  if (Object.keys(methods).length === 0) delete document.paths[path];
}
for (const name of Object.keys(document.components.schemas)) {
  if (LEFT_OUT.has(name.split(".")[0])) delete document.components.schemas[name];
}
document.components.responses = {};

const text = `// Made by generate.mjs from the OpenAPI document. Do not edit.\n${astToString(
  // A field with a default is given back always, but need not be sent.
  await openapi(document, { alphabetize: true, defaultNonNullable: false, emptyObjectsUnknown: true }),
)}`;
const old = await readFile(FILE, "utf8").catch(() => "");
if (check && old !== text) {
  console.error("stale: src/generated.ts\nhint: node sdks/typescript/generate.mjs URL/openapi.json");
  process.exit(1);
}
if (!check) await writeFile(FILE, text);
