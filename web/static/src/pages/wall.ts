// The wallboard: fresh figures every few seconds; figures that are old are grey and say since when they stand.
import { htmx } from "../base";
import { clock, duration, t } from "../texts";

const EVERY = 3000, GREY = 2 * EVERY, LOST = 60000; // ms
let at = Date.now(), skew = 0;

async function refresh(): Promise<void> {
  try {
    const answer = await fetch("/wall/figures", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) return;
    htmx.swap("#wall", await answer.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    at = Date.now();
    skew = Number(document.getElementById("wall-data")!.dataset.now) - at / 1000;
  } catch { /* the age says so */ }
}

function tick(): void {
  for (const mark of document.querySelectorAll<HTMLElement>("[data-tick]"))
    mark.textContent = duration(Date.now() / 1000 + skew - Number(mark.dataset.tick));
  const old = Date.now() - at;
  document.getElementById("wall")!.classList.toggle("is-stale", old > GREY);
  const age = document.getElementById("wall-age");
  if (age && old > GREY) age.textContent = t(old > LOST ? "js.wall.lost" : "js.wall.stale", { clock: clock(at / 1000) });
}

setInterval(() => void refresh(), EVERY);
setInterval(tick, 1000);
