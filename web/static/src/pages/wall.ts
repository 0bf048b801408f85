// The wallboard: fresh figures every few seconds; figures that are old are grey and say since when they stand.
// A team leader begins to listen at an agent's tile and goes on in the bar above them.
import { htmx } from "../base";
import { ask, Refused } from "../http";
import { clock, duration, t } from "../texts";
import { followDay } from "../wall_day";

const EVERY = 3000, GREY = 2 * EVERY, LOST = 60000; // ms
let at = Date.now(), skew = 0;

async function refresh(): Promise<void> {
  try {
    const answer = await fetch("/wall/figures", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) return;
    const focused = document.activeElement?.id;
    htmx.swap("#wall", await answer.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    if (focused) document.getElementById(focused)?.focus();
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

async function listen(method: string, path: string, body?: unknown): Promise<void> {
  const fault = document.getElementById("wall-fault")!;
  try {
    await ask(method, path, body);
    fault.textContent = "";
  } catch (error) { fault.textContent = (error as Refused).message; }
  await refresh();
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-listen-call], [data-listen-mode], [data-listen-stop]");
  if (!button) return;
  button.disabled = true;
  const bar = button.closest<HTMLElement>("[data-listener]")?.dataset;
  if (!bar) return void listen("POST", `/api/calls/${button.dataset.listenCall}/listeners`, { mode: "listen" });
  const path = `/api/calls/${bar.call}/listeners/${bar.listener}`;
  if (button.dataset.listenMode) void listen("PATCH", path, { mode: button.dataset.listenMode });
  else void listen("DELETE", path);
});

setInterval(() => void refresh(), EVERY);
setInterval(tick, 1000);
followDay();
