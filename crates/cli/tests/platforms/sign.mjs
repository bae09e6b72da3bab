// Signs a text with Retell's own SDK. Reads one JSON object from standard input: package, body, key, and time in
// milliseconds if it is not now. Prints the header.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
const wish = JSON.parse(readFileSync(0, "utf8"));
const { symmetric } = await import(wish.package);
console.log(await symmetric.sign(wish.body, wish.key, ...(wish.time ? [wish.time] : [])));
