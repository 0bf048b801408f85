// The wallboard's shares and alarms: fresh every half minute; grey when they could not be had.
import { htmx } from "./base";

const EVERY = 30000, GREY = 2.5 * EVERY; // ms
let at = Date.now();

async function refresh(place: HTMLElement): Promise<void> {
  try {
    const answer = await fetch("/wall/day", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
    if (!answer.ok) return;
    htmx.swap(place, await answer.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    at = Date.now();
  } catch { /* grey says so */ }
  place.classList.toggle("is-stale", Date.now() - at > GREY);
}

/** Look again at once. */
export async function refreshDay(): Promise<void> {
  const place = document.getElementById("wall-day");
  if (place) await refresh(place);
}

export function followDay(): void {
  void refreshDay();
  setInterval(() => void refreshDay(), EVERY);
}
