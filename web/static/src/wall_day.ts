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

export function followDay(): void {
  const place = document.getElementById("wall-day");
  if (!place) return;
  void refresh(place);
  setInterval(() => void refresh(place), EVERY);
}
