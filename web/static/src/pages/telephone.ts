// The citizen's telephone of the demonstration: rings 12345, presses keys, shows what has been tried.
import JsSIP from "jssip";
import "./base";
import { ask } from "../http";
import { t } from "../texts";

const LOOK = 1000; // ms
const told = document.getElementById("told")!;
const ring = document.getElementById("ring")!, end = document.getElementById("end")!;
const far = document.getElementById("far") as HTMLAudioElement;
let session: any = null;

interface Where { state: string; people: string[]; done: string[] }

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
  say("connecting");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const given = await ask<{ phone: string; secret: string }>("POST", "/telephone/secret");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(`${scheme}://${location.host}/ws?citizen=1`)],
      uri: `sip:${given.phone}@hotline.invalid`, password: given.secret, register: false, session_timers: false,
    } as any);
    ua.on("connected", () => dial(ua, stream));
    ua.on("disconnected", () => { if (!session) over(ua, "failed"); });
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
  session.on("ended", () => over(ua, "ended"));
  session.on("failed", () => over(ua, "failed"));
}

function over(ua: any, word: string): void {
  session = null;
  show(false);
  say(word);
  setTimeout(() => ua.stop(), 500); // after the last message has gone out
}

async function look(): Promise<void> {
  const where = await ask<Where>("GET", "/telephone/call").catch(() => null);
  if (!where) return;
  tick(where.done);
  if (!session) return;
  if (where.state) say(where.state, { people: where.people.filter(Boolean).join(" · ") || t("js.telephone.alone") });
}

document.addEventListener("click", (event) => {
  const key = (event.target as Element).closest<HTMLElement>("[data-digit]");
  if (key && session?.isEstablished())
    session.sendDTMF(key.dataset.digit, { duration: 120, interToneGap: 100, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
});
ring.addEventListener("click", () => void call());
end.addEventListener("click", () => { try { session?.terminate(); } catch { /* it has just ended */ } });
window.addEventListener("pagehide", () => { try { session?.terminate(); } catch { /* it has just ended */ } });
document.getElementById("again")!.addEventListener("click", async () =>
  tick((await ask<{ done: string[] }>("POST", "/telephone/steps/again")).done));
say(window.isSecureContext ? "off" : "insecure");
void look();
setInterval(() => void look(), LOOK);
