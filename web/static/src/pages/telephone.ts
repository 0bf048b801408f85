// The citizen's telephone of the demonstration: rings 12345, presses keys, shows what has been tried.
import JsSIP from "jssip";
import "./base";
import { ask } from "../http";
import { t } from "../texts";

const LOOK = 1000; // ms
const told = document.getElementById("told")!;
const ring = document.getElementById("ring")!, end = document.getElementById("end")!;
const far = document.getElementById("far") as HTMLAudioElement;
const pressed = document.getElementById("pressed")!;
const MOST_KEYS = 12, LIGHT = 150; // keys shown, ms
const MISSES = 3; // looks in a row without an answer before it is said
let session: any = null;
let ended = ""; // how the last call ended, until the next one
let misses = 0;

interface Where { state: string; people: string[]; rating: number | null; done: string[] }

function say(key: string, values: Record<string, string> = {}): void { told.textContent = t(`js.telephone.${key}`, values); }

/** Tick what has been done; the server knows it from the journal. The first step that is open is the one to do. */
function tick(steps: string[]): void {
  let next = true;
  for (const row of document.querySelectorAll<HTMLElement>("[data-step]")) {
    const did = steps.includes(row.dataset.step!);
    row.dataset.done = did ? "1" : "0";
    row.querySelector<HTMLElement>(".step-done")!.hidden = !did;
    if (!did && next) row.setAttribute("aria-current", "step"); else row.removeAttribute("aria-current");
    next &&= did;
  }
  document.getElementById("all-done")!.hidden = !next;
}

function show(on: boolean): void { ring.hidden = on; end.hidden = !on; }

async function call(): Promise<void> {
  if (!window.isSecureContext) { say("insecure"); return; }
  show(true);
  ended = pressed.textContent = "";
  say("connecting");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const given = await ask<{ phone: string; secret: string }>("POST", "/telephone/secret");
    const socket = new URL("/ws?citizen=1", location.href);
    socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(socket.href)],
      uri: `sip:${given.phone}@hotline.invalid`, password: given.secret, register: false, session_timers: false,
    } as any);
    ua.on("connected", () => dial(ua, stream));
    ua.on("disconnected", () => { if (!session && !ended) over(ua, "failed"); });
    ua.start();
  } catch { show(false); say("failed"); }
}

function dial(ua: any, stream: MediaStream): void {
  if (session) return;
  session = ua.call("sip:12345@hotline.invalid", { mediaStream: stream, pcConfig: { iceServers: [] } });
  session.connection?.addEventListener("track", (event: RTCTrackEvent) => {
    far.srcObject = event.streams[0] ?? new MediaStream([event.track]);
    void far.play().catch(() => undefined);
  });
  session.on("ended", (event: any) => over(ua, event.originator === "local" ? "hung_up" : "ended"));
  session.on("failed", (event: any) => over(ua, event.originator === "local" ? "hung_up" : "failed"));
}

/** The call is over and stays so on the page: `word` says how. What follows on the wire changes nothing any more. */
function over(ua: any, word: string): void {
  if (ended) return;
  session = null;
  ended = word;
  show(false);
  say(word);
  setTimeout(() => ua.stop(), 500); // after the last message has gone out
}

async function look(): Promise<void> {
  const before = ended; // what was asked before the call was over knows nothing of its rating
  const where = await ask<Where>("GET", "/telephone/call").catch(() => null);
  misses = where ? 0 : misses + 1;
  if (where) tick(where.done);
  const cut = ["disconnected", "failed", "closed"].includes(session?.connection?.iceConnectionState);
  if (session && !where) { if (misses >= MISSES) away(cut); return; }
  if (!where) return;
  if (before === ended && (ended === "ended" || ended === "hung_up")) said(where);
  if (!session) return;
  if (cut) say("cut");
  else if (where.state === "rating" && where.rating) say("rated", { n: String(where.rating) });
  else if (where.state) say(where.state, { people: where.people.filter(Boolean).join(" · ") || t("js.telephone.alone") });
}

/** The demonstration does not answer: with the sound gone too there is no call any more. */
function away(cut: boolean): void {
  if (!cut) { say("away"); return; }
  const gone = session;
  over(gone._ua, "gone");
  try { gone.terminate(); } catch { /* it has just ended */ }
}

function said(where: Where): void {
  if (where.rating) say(`${ended}_rated`, { n: String(where.rating) });
  else if (!where.state) say(`${ended}_unrated`); // the house is done with it: no rating comes any more
}

/** Press a key: it shows itself, and is sent while the call is up. */
function press(digit: string): void {
  const key = document.querySelector<HTMLElement>(`[data-digit='${CSS.escape(digit)}']`)!;
  key.classList.add("is-pressed");
  setTimeout(() => key.classList.remove("is-pressed"), LIGHT);
  if (!session?.isEstablished()) { if (!session) say("ring_first"); return; }
  pressed.textContent = `${pressed.textContent}${digit}`.slice(-MOST_KEYS);
  session.sendDTMF(digit, { duration: 120, interToneGap: 100, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
}

document.addEventListener("click", (event) => {
  const key = (event.target as Element).closest<HTMLElement>("[data-digit]");
  if (key) press(key.dataset.digit!);
});
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#]$/.test(event.key)) return;
  if ((event.target as Element).closest("input, textarea, select")) return;
  event.preventDefault();
  press(event.key);
});
ring.addEventListener("click", () => void call());
end.addEventListener("click", () => { try { session?.terminate(); } catch { /* it has just ended */ } });
window.addEventListener("pagehide", () => { try { session?.terminate(); } catch { /* it has just ended */ } });
document.getElementById("again")!.addEventListener("click", async () =>
  tick((await ask<{ done: string[] }>("POST", "/telephone/steps/again")).done));
say(window.isSecureContext ? "off" : "insecure");
void look();
setInterval(() => void look(), LOOK);
