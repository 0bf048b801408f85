// The line signs on while the page is still being read: by a script of its own, before the desk's and the telephone's
// have come. What it has begun is handed over to the telephone, which signs on again and keeps it up.
import { md5 } from "./md5";

/** A socket over which the switch has taken this page's telephone; `said`: what it has said since. */
export interface EarlyLine { phone: string; secret: string; socket: WebSocket; contact: string; instance: string; said: string[] }
/** What the first script holds for the desk's. `line` is null when it came to nothing: then the desk begins anew. */
export interface Early { owned: Promise<boolean>; line: Promise<EarlyLine | null>; onLost: (() => void) | null; lost: boolean }
declare global { interface Window { hotlineEarly?: Early } }

export const REALM = "hotline.invalid", EXPIRES = 120, AGENT = "hotline desk"; // s
const PATIENCE = 2500; // ms for the socket, and for each answer of the switch
const TRIES = 4; // a challenge or two, and one more where the switch did not know the telephone yet

export const socketAddress = (): string => location.origin.replace(/^http/, "ws") + "/ws";

/** Return what a socket got as text. */
export function words(data: string | ArrayBuffer): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

function token(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (one) => (one % 36).toString(36)).join("");
}

/** Open the socket and sign `phone` on over it; null when that did not work. `secret` has a deadline of its own. */
export async function signOn(phone: string, secret: Promise<string>): Promise<EarlyLine | null> {
  const socket = new WebSocket(socketAddress(), "sip"), host = `${token(12)}.invalid`;
  socket.binaryType = "arraybuffer";
  secret.catch(() => undefined); // it may be refused before anybody waits for it
  const line = { phone, secret: "", socket, contact: `sip:${token(8)}@${host};transport=ws`, instance: uuid(), said: [] };
  const up = await register(line, host, secret).catch(() => false);
  if (!up) socket.close();
  return up ? line : null;
}

/** crypto.randomUUID, which is there only at a secure address. */
function uuid(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

async function register(line: EarlyLine, host: string, secret: Promise<string>): Promise<boolean> {
  const call = token(22), tag = token(10);
  const answers = answersTo(call, line);
  await soon(opened(line.socket));
  let credentials = "";
  for (let n = 1; n <= TRIES; n++) {
    line.socket.send(request(line, host, call, tag, n, credentials));
    const answer = await soon(answers());
    line.secret ||= await secret; // the challenge was on its way meanwhile
    if (/^SIP\/2\.0 2/.test(answer)) return Boolean(credentials);
    const challenge = /^WWW-Authenticate:\s*Digest (.*)$/im.exec(answer)?.[1];
    if (credentials && !/stale=true/i.test(challenge ?? "")) return false;
    credentials = challenge ? authorized(line, challenge) : "";
  }
  return false;
}

function soon<T>(wish: Promise<T>): Promise<T> {
  return Promise.race([wish, new Promise<T>((_, late) => setTimeout(late, PATIENCE, new Error("late")))]);
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((done, gone) => { socket.onopen = () => done(); socket.onclose = () => gone(new Error("closed")); });
}

/** Give the answers to this Call-ID one by one; whatever else the switch says is kept for the telephone. */
function answersTo(call: string, line: EarlyLine): () => Promise<string> {
  const got: string[] = [];
  let wanted: ((answer: string) => void) | null = null;
  line.socket.onmessage = (event) => {
    const said = words(event.data);
    if (!/^SIP\/2\.0 [2-6]/.test(said) || !said.includes(call)) { if (!said.startsWith("SIP/2.0 1")) line.said.push(said); return; }
    if (wanted) { wanted(said); wanted = null; } else got.push(said);
  };
  return () => new Promise((done) => { const first = got.shift(); if (first) done(first); else wanted = done; });
}

function request(line: EarlyLine, host: string, call: string, tag: string, n: number, credentials: string): string {
  const us = `<sip:${line.phone}@${REALM}>`;
  return [
    `REGISTER sip:${REALM} SIP/2.0`, `Via: SIP/2.0/${location.protocol === "https:" ? "WSS" : "WS"} ${host};branch=z9hG4bK${token(12)}`,
    "Max-Forwards: 69", `To: ${us}`, `From: ${us};tag=${tag}`, `Call-ID: ${call}`, `CSeq: ${n} REGISTER`,
    `Contact: <${line.contact}>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:${line.instance}>";expires=${EXPIRES}`,
    `Expires: ${EXPIRES}`, ...(credentials ? [`Authorization: ${credentials}`] : []), "Supported: path,gruu,outbound",
    `User-Agent: ${AGENT}`, "Content-Length: 0", "", "",
  ].join("\r\n");
}

/** Answer a challenge (RFC 2617, with qop or without). */
function authorized(line: EarlyLine, challenge: string): string {
  const part = (name: string) => new RegExp(`\\b${name}="?([^",]+)`, "i").exec(challenge)?.[1] ?? "";
  const [realm, nonce, opaque, uri] = [part("realm"), part("nonce"), part("opaque"), `sip:${REALM}`];
  const ha1 = md5(`${line.phone}:${realm}:${line.secret}`), ha2 = md5(`REGISTER:${uri}`), cnonce = token(12);
  const qop = /\bqop="?[^"]*\bauth\b/i.test(challenge);
  const response = md5(qop ? `${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  return `Digest algorithm=MD5, username="${line.phone}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`
    + (opaque ? `, opaque="${opaque}"` : "") + (qop ? `, qop=auth, cnonce="${cnonce}", nc=00000001` : "");
}
