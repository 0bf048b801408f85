// Live events of the server: each one is a reason to look; what is shown comes from the server's own view.
import { ask } from "./http";

export interface Fact { kind: string; call: string; data: Record<string, unknown> }
export interface Live { onFact(fact: Fact): void; onHouse(word: string): void; onSession(): void; onLink(up: boolean): void }

const PAUSE = 2000; // ms between attempts when the browser gave up
let source: EventSource | null = null;
let after = ""; // where to go on after the stream was opened anew

/** Follow the facts of these kinds for as long as the page lives. */
export function follow(kinds: string[], live: Live): void {
  source?.close();
  source = new EventSource(`/api/events${after ? `?after=${after}` : ""}`);
  source.onopen = () => live.onLink(true);
  source.onerror = () => {
    live.onLink(false);
    if (source?.readyState === EventSource.CLOSED) void reopen(kinds, live);
  };
  source.addEventListener("house", (event) => {
    const said = JSON.parse((event as MessageEvent).data);
    if (said.session) live.onSession(); else live.onHouse(said.controller);
  });
  for (const kind of kinds)
    source.addEventListener(kind, (event) => {
      const message = event as MessageEvent;
      after = message.lastEventId || after;
      live.onFact(JSON.parse(message.data));
    });
}

/** The browser does not try again after a refusal: find out whether the session is over. */
async function reopen(kinds: string[], live: Live): Promise<void> {
  try {
    await ask("GET", "/api/session");
  } catch (error) {
    if ((error as { status: number }).status === 401) { live.onSession(); return; }
  }
  setTimeout(() => follow(kinds, live), PAUSE);
}

export function stop(): void { source?.close(); source = null; }
