// The order form saves itself: each pause in typing, each choice. What is not saved yet survives a reload here.
import { htmx } from "./base";
import { ask, Refused } from "./http";
import { clear, tell } from "./notices";
import { clock, t } from "./texts";

const PAUSE = 800, AGAIN = 3000; // ms
const FIELDS = ["summary", "address", "kind", "urgency", "first", "second", "third", "answer", "to_unit", "unit"] as const;
let timer: ReturnType<typeof setTimeout> | undefined;
let shown = "";
const idle = document.getElementById("order")?.innerHTML ?? "";

const form = () => document.querySelector<HTMLFormElement>("#order-form");
const draftKey = (call: string) => `desk.draft.${call}`;

/** Show the form of a call, unless it is there already. */
export async function showOrder(call: string): Promise<void> {
  if (!call || call === shown) return;
  if (shown) await saveNow();
  shown = call;
  await htmx.ajax("get", `/desk/order/${call}`, { target: "#order", swap: "innerHTML" });
  const draft = sessionStorage.getItem(draftKey(call));
  if (draft && form()) { fill(JSON.parse(draft)); later(); }
}

/** The call is over and wrapped up: the form makes room. What is not saved yet is saved first, or stays. */
export async function closeOrder(): Promise<void> {
  if (!shown || !(await saveNow())) return;
  shown = "";
  document.getElementById("order")!.innerHTML = idle;
}

type Content = Record<string, string | number | boolean>;

function content(): Content {
  const data = new FormData(form()!);
  return Object.fromEntries(FIELDS.map((name) => [name, name === "urgency" ? Number(data.get(name) ?? 0)
    : name === "to_unit" ? data.get(name) !== null : String(data.get(name) ?? "")]));
}

function fill(draft: Content): void {
  for (const name of FIELDS) {
    const field = form()!.elements.namedItem(name);
    if (name === "to_unit") (field as HTMLInputElement).checked = draft[name] === true;
    else if (field instanceof RadioNodeList) field.value = String(draft[name] ?? "");
    else if (field) (field as HTMLInputElement).value = String(draft[name] ?? "");
  }
  const path = [draft.first, draft.second, draft.third].filter(Boolean);
  (document.getElementById("class-find") as HTMLInputElement).value = path.join(" / ");
}

function later(wait = PAUSE): void {
  clearTimeout(timer);
  timer = setTimeout(() => void saveNow(), wait);
}

/** Save what stands in the form; return whether it is safe. */
export async function saveNow(): Promise<boolean> {
  clearTimeout(timer);
  const call = form()?.dataset.call;
  if (!call || !sessionStorage.getItem(draftKey(call))) return true;
  const text = JSON.stringify(content());
  try {
    const saved = await ask<{ saved_at: number }>("PUT", `/desk/order/${call}`, text);
    if (sessionStorage.getItem(draftKey(call)) === text) sessionStorage.removeItem(draftKey(call));
    said(t("js.saved", { clock: clock(saved.saved_at) }), false);
    clear("order");
    return true;
  } catch (error) {
    said(t("js.not_saved"), true);
    const code = error instanceof Refused ? error.code : "";
    if (code === "no_such_call") { tell("order", t("js.too_late"), "warn"); return false; }
    if (error instanceof Refused && error.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    later(AGAIN);
    return false;
  }
}

function said(words: string, warn: boolean): void {
  const line = document.getElementById("saved");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("is-warn", warn);
}

function touched(event: Event): void {
  const from = (event.target as Element | null)?.closest("#order-form") as HTMLFormElement | null;
  if (!from || !(event.target as HTMLInputElement).name) return; // what is typed to find a class is not the class
  sessionStorage.setItem(draftKey(from.dataset.call!), JSON.stringify(content()));
  said(t("js.saving"), false);
  later(event.type === "change" ? 50 : PAUSE);
}

export function mindOrder(): void {
  document.addEventListener("input", touched);
  document.addEventListener("change", touched);
  document.addEventListener("submit", (event) => { if ((event.target as Element).id === "order-form") event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-dispose]");
    const call = form()?.dataset.call;
    if (!button || !call) return;
    ask("POST", `/desk/disposition/${call}`, { disposition: button.dataset.dispose })
      .then(() => said(t("js.disposed", { what: button.textContent ?? "" }), false))
      .catch((error: Error) => tell("order", error.message, "warn"));
  });
}
