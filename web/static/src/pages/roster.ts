// A unit's roster: slots are added, changed, removed, and kept as one version; what is refused leaves all as typed.
import "./base";
import { ask, Refused } from "../http";
import { t } from "../texts";

const page = document.getElementById("roster")!, list = document.getElementById("slots")!;
const fault = document.getElementById("roster-fault");

const value = (slot: Element, name: string): string =>
  slot.querySelector<HTMLInputElement>(`[data-${name}]`)!.value.trim();

/** Read a slot; telephones stand a line each, "number words", and ring one after the other. */
function read(slot: Element): object {
  const days = [...slot.querySelectorAll<HTMLInputElement>("[data-day]:checked")].map((one) => one.value);
  const lines = value(slot, "phones").split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    days, date: value(slot, "date"), begin: value(slot, "begin"), end: value(slot, "end"), who: value(slot, "who"),
    phones: lines.map((line, n) => {
      const [number = "", ...words] = line.split(/\s+/);
      return { number, label: words.join(" "), order: Math.min(9, n + 1) };
    }),
  };
}

function tell(error: Refused): void {
  list.querySelectorAll("[data-slot]").forEach((one) => one.classList.remove("is-wrong"));
  const places = error.faults.map((one) => Number(/slots\.(\d+)/.exec(one.field)?.[1] ?? NaN)).filter((n) => !Number.isNaN(n));
  for (const n of places) list.children[n]?.classList.add("is-wrong");
  const first = places[0];
  fault!.textContent = [error.message, first === undefined ? "" : t("js.roster.slot_wrong", { n: first + 1 })].filter(Boolean).join(" ");
  if (first !== undefined) list.children[first]?.querySelector<HTMLElement>("[data-phones]")?.focus();
}

document.getElementById("add-slot")?.addEventListener("click", () => {
  const template = document.getElementById("new-slot") as HTMLTemplateElement;
  list.append(template.content.cloneNode(true));
  list.lastElementChild!.querySelector<HTMLElement>("input")!.focus();
});
list.addEventListener("click", (event) => {
  (event.target as Element).closest("[data-remove]")?.closest("[data-slot]")?.remove();
});
document.getElementById("save")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const why = new FormData(event.target as HTMLFormElement).get("why");
  const slots = [...list.querySelectorAll("[data-slot]")].map(read);
  try {
    await ask("PUT", `/api/rosters/${page.dataset.unit}`, { roster: { slots }, why }, { "If-Match": `"${page.dataset.version}"` });
    location.reload();
  } catch (error) { tell(error as Refused); }
});
