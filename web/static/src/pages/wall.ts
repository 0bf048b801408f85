// The wallboard: fresh figures after each event, and every few seconds in case none is told; figures that are old are
// grey and say since when they stand.
// A team leader begins to listen at an agent's tile and goes on in the bar above them.
import { htmx } from "../base";
import { ask, Refused } from "../http";
import { follow } from "../live";
import { clock, duration, t } from "../texts";
import { followDay, refreshDay } from "../wall_day";

const GAP = 150; // ms between two looks, however many events there are
const EVERY = 3000, GREY = 2 * EVERY, LOST = 60000; // ms
let at = Date.now(), skew = 0;
const data = () => document.getElementById("wall-data")!.dataset;
let raised = data().raised, begun = 0, due = 0;

/** Look soon: at once if the last look is a while ago, and once however many ask. */
function look(): void {
  if (!due) due = window.setTimeout(() => { due = 0; void refresh(); }, Math.max(0, begun + GAP - performance.now()));
}

async function refresh(): Promise<void> {
  begun = performance.now();
  try {
    const answer = await fetch("/wall/figures", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) return;
    const focused = document.activeElement?.id;
    htmx.swap("#wall", await answer.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    if (focused) document.getElementById(focused)?.focus();
    at = Date.now();
    skew = Number(data().now) - at / 1000;
    tick(); // or the server's wording of its age would flash for a moment
    if (data().raised !== raised) { raised = data().raised; void refreshDay(); } // an alarm does not wait half a minute
  } catch { /* the age says so */ }
}

/** Say across the whole screen that it is cut off: nobody scrolls a wall to learn it. */
function cutOff(old: number): void {
  const told = document.getElementById("wall-lost")!, words = old > LOST ? t("js.wall.lost", { clock: clock(at / 1000 + skew) }) : "";
  told.hidden = !words;
  if (told.textContent !== words) told.textContent = words;
  document.querySelector(".wall-page")!.classList.toggle("is-stale", old > GREY);
}

function tick(): void {
  const old = Date.now() - at;
  const live = data().known === "live";
  cutOff(old);
  if (old <= GREY) for (const mark of document.querySelectorAll<HTMLElement>("[data-tick]")) // what is old stands still
    mark.textContent = duration(Date.now() / 1000 + skew - Number(mark.dataset.tick));
  document.getElementById("wall")!.classList.toggle("is-stale", old > GREY || !live);
  const age = document.getElementById("wall-age"), key = old > LOST ? "js.wall.lost" : old > GREY ? "js.wall.stale" : "js.wall.live";
  if (age && (live || old > GREY)) age.textContent = t(key, { clock: clock(at / 1000 + skew), age: duration(old / 1000) });
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
follow(document.getElementById("wall")!.dataset.facts!.split(" "), {
  onFact: look, onHouse: look, onSession: () => location.reload(), onLink: (up) => { if (up) look(); },
});
setInterval(tick, 1000);
tick();
followDay();
