// The list of orders: several are picked, then signed for, passed, printed at once; each is told for itself.
import "./base";
import { ask, Refused } from "../http";
import { t } from "../texts";

interface Outcome { number: string; ok: boolean; detail?: string; fix?: string }
const bar = document.querySelector<HTMLFormElement>("[data-batch]");
const picks = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("[data-pick]")];
const picked = (): HTMLInputElement[] => picks().filter((one) => one.checked);

function show(): void {
  const count = picked().length;
  bar!.querySelectorAll<HTMLButtonElement>("button").forEach((one) => { one.disabled = count === 0; });
  bar!.querySelector("[data-batch-count]")!.textContent = count ? t("js.batch.count", { n: count }) : "";
  bar!.querySelector<HTMLInputElement>("[data-all]")!.checked = count > 0 && count === picks().length;
}

function tell(outcomes: Outcome[]): void {
  document.getElementById("batch-told")!.replaceChildren(...outcomes.map((one) => {
    const line = document.createElement("li");
    line.textContent = `${one.number} ${one.ok ? t("js.batch.done") : [one.detail, one.fix].filter(Boolean).join(" ")}`;
    line.classList.toggle("is-refused", !one.ok);
    return line;
  }));
}

async function act(button: HTMLButtonElement): Promise<void> {
  const field = bar!.querySelector<HTMLElement>(".batch-why")!, why = field.querySelector("input")!;
  if (button.dataset.words !== undefined && !why.value.trim()) {
    field.hidden = false;
    why.focus();
    return;
  }
  button.disabled = true;
  const orders = picked().map((one) => ({ number: one.dataset.pick, version: Number(one.dataset.version) }));
  try {
    const told = await ask<{ results: Outcome[] }>("POST", "/api/work-order-batches",
      { do: button.dataset.batchDo, orders, why: why.value.trim() });
    tell(told.results);
    for (const one of told.results.filter((done) => done.ok)) {
      document.querySelector(`[data-pick="${one.number}"]`)!.closest("li")!.remove(); // it has left this box
    }
    if (!picks().length) location.reload();
    else void count();
  } catch (error) {
    tell([{ number: "", ok: false, detail: (error as Refused).message }]);
  }
  show();
}

bar?.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("button");
  if (button?.dataset.batchDo) void act(button);
  if (button?.dataset.batchPrint !== undefined) {
    window.open(`/orders/print?${new URLSearchParams(picked().map((one) => ["number", one.dataset.pick!]))}`, "_blank", "noopener");
  }
});
bar?.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("change", (event) => {
  const box = event.target as HTMLInputElement;
  if (box.matches("[data-all]")) picks().forEach((one) => { one.checked = box.checked; });
  if (bar && box.matches("[data-all], [data-pick]")) show();
});
// How many wait in each box: asked for after the page stands, so that no list waits for the sums.
async function count(): Promise<void> {
  const counts = await ask<Record<string, number>>("GET", "/orders/counts").catch(() => ({} as Record<string, number>));
  for (const place of document.querySelectorAll<HTMLElement>("[data-count]")) {
    const found = counts[place.dataset.count!];
    place.textContent = !found ? "" : found < 100 ? String(found) : "99+";
  }
}

void count();
if (bar) show(); // a browser that comes back has kept the ticks
