// Servers that answer what a test says, over HTTP and over the socket of conversations.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { listen } from "./world.mjs";

/** A server that keeps what it was asked and answers with what a function gives: status, headers, body. */
export async function fake(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request) text += piece;
    const { method, url, headers } = request;
    asked.push({ method, url, headers, text });
    const [status, more, body] = await answer(asked.at(-1));
    response.writeHead(status, more);
    for (const piece of [body].flat()) response.write(piece);
    response.end();
  });
  return { asked, url: await listen(server) };
}

export const JSON_TYPE = { "content-type": "application/json" };

/** The answer to a call that worked. */
export function done(data, more = {}) {
  const answer = { execution_id: "exec_1", tool: "x", state: "done", success: true, data, ...more };
  return [200, JSON_TYPE, JSON.stringify(answer)];
}

function framed(text) {
  const body = Buffer.from(typeof text === "string" ? text : JSON.stringify(text));
  const head = Buffer.alloc(body.length < 126 ? 2 : 4);
  head[0] = 0x81;
  if (body.length < 126) head[1] = body.length;
  else {
    head[1] = 126;
    head.writeUInt16BE(body.length, 2);
  }
  return Buffer.concat([head, body]);
}

/** One connection of a conversation, over bare TCP: what is written together comes together. */
class Line {
  #rest = Buffer.alloc(0);
  frames = [];
  closed;

  constructor(socket, number) {
    Object.assign(this, { socket, number });
    socket.on("data", (data) => this.#take(data));
    socket.on("error", () => {});
  }

  #take(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const rest = this.#rest;
      if (rest.length < 2) return;
      let length = rest[1] & 127;
      let at = 2;
      if (length === 126) [length, at] = [rest.length < 4 ? Infinity : rest.readUInt16BE(2), 4];
      if (length === 127) [length, at] = [rest.length < 10 ? Infinity : Number(rest.readBigUInt64BE(2)), 10];
      if (rest.length < at + 4 + length) return;
      const mask = rest.subarray(at, at + 4);
      const body = Buffer.from(rest.subarray(at + 4, at + 4 + length));
      for (let i = 0; i < body.length; i += 1) body[i] ^= mask[i % 4];
      this.#rest = rest.subarray(at + 4 + length);
      if ((rest[0] & 15) === 8) {
        this.closed = body.length >= 2 ? body.readUInt16BE(0) : 1005;
        if (!this.isDeaf) this.socket.end(Buffer.from([0x88, 0]));
      } else if ((rest[0] & 15) === 1) this.frames.push(JSON.parse(body.toString()));
    }
  }

  /** Says frames, all in one piece. */
  say(...frames) {
    this.socket.write(Buffer.concat(frames.map(framed)));
  }

  close(code) {
    this.socket.write(Buffer.from([0x88, 2, code >> 8, code & 255]));
  }

  cut() {
    this.socket.destroy();
  }

  async heard(type = "client_tool_result") {
    return until(() => {
      const place = this.frames.findIndex((frame) => frame.type === type);
      return place >= 0 && this.frames.splice(place, 1)[0];
    });
  }
}

export const METADATA = {
  type: "conversation_initiation_metadata",
  conversation_initiation_metadata_event: { conversation_id: "conv_1", reconnect_token: "word" },
};

export const says = (text) => ({ type: "agent_response", agent_response_event: { agent_response: text } });

export const calls = (name, id = "tick_1", parameters = {}) => ({
  type: "client_tool_call",
  client_tool_call: { tool_name: name, tool_call_id: id, parameters },
});

/** Holds conversations as a function says that is given each connection once its client has begun. */
export async function conversations(converse, isRefused = () => false) {
  const lines = [];
  const server = createServer((_, response) => response.end("ready"));
  const refused = [];
  server.on("upgrade", (request, socket) => {
    if (isRefused(lines.length)) {
      refused.push(request.url);
      return socket.end("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: convai\r\n\r\n`,
    );
    const line = new Line(socket, lines.length);
    lines.push(line);
    line.heard("conversation_initiation_client_data").then(() => converse(line));
  });
  return { lines, refused, baseUrl: await listen(server) };
}

export async function until(true_, ms = 10_000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const value = true_();
    if (value) return value;
    await pause(10);
  }
  throw new Error("it did not happen");
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
