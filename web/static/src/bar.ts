// The call bar: one fragment of the server, fetched anew after each event, its clocks running between.
import { htmx } from "./base";
import { duration } from "./texts";

export interface BarNow { state: string; call: string; party: string; direction: string; listening: string; rejoin: string; unrecorded: boolean; cut: number; since: number; until: number }
type Listener = (now: BarNow, before: BarNow) => void;

const frame = () => document.getElementById("callbar")!;
const listeners: Listener[] = [];
let skew = 0; // s that the server's clock is ahead of ours
let asking = false, again = false, last: BarNow;

export const known = { at: Date.now(), ok: true };

export function barNow(): BarNow {
  const bar = document.getElementById("bar")!.dataset;
  return { state: bar.state!, call: bar.call!, party: bar.party!, direction: bar.direction!, listening: bar.listening!, rejoin: bar.rejoin!,
           unrecorded: bar.unrecorded === "1", cut: Number(bar.cut), since: Number(bar.since), until: Number(bar.until) };
}

/** Be told of each change of the bar. */
export function onBar(listener: Listener): void { listeners.push(listener); }

/** Fetch the bar anew; many wishes at once make one more request. */
export async function refreshBar(): Promise<void> {
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      const answer = await fetch("/desk/bar", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(6000) });
      known.ok = answer.ok;
      if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
      if (!answer.ok) break;
      const html = await answer.text();
      known.at = Date.now();
      swap(html);
    } while (again);
  } catch { known.ok = false; } finally { asking = false; }
  document.dispatchEvent(new CustomEvent("bar-known"));
}

function swap(html: string): void {
  const focused = document.activeElement?.id, menu = document.querySelector<HTMLDetailsElement>("#break-menu")?.open;
  htmx.swap("#callbar", html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  if (focused && frame().querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused)?.focus();
  if (menu) document.querySelector<HTMLDetailsElement>("#break-menu")!.open = true;
  took();
}

/** Read the server's clock from the fragment and tell who listens. */
function took(): void {
  skew = Number(document.getElementById("bar")!.dataset.now) - Date.now() / 1000;
  const now = barNow(), before = last;
  last = now;
  for (const listener of listeners) listener(now, before);
}

/** Tell everybody what the page was loaded with. */
export function beginBar(): void {
  last = { ...barNow(), state: "" };
  took();
  setInterval(tick, 500);
}

function tick(): void {
  const now = Date.now() / 1000 + skew;
  for (const mark of document.querySelectorAll<HTMLElement>("[data-tick]")) {
    const words = duration(now - Number(mark.dataset.tick));
    if (mark.textContent !== words) mark.textContent = words;
  }
}
