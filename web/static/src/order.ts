// The order form saves itself: each pause in typing, each choice. What is not saved yet survives a reload here.
import { htmx } from "./base";
import { ask, Refused, spoken } from "./http";
import { clear, tell } from "./notices";
import { clock, t } from "./texts";

const PAUSE = 800, AGAIN = 3000, PATIENCE = 6000, LONGEST = 2500; // ms; LONGEST: also who types without a pause is saved
const FIELDS = ["summary", "address", "kind", "urgency", "first", "second", "third", "answer", "to_unit", "unit"] as const;
const DRAFT = "desk.draft.";
let timer: ReturnType<typeof setTimeout> | undefined;
let leftTimer: ReturnType<typeof setTimeout> | undefined;
let waiting = 0; // since when something waits to be saved; 0: nothing does
let kept = ""; // the call and the words that were saved last
let wanted = ""; // the call whose form should stand here
const idle = document.getElementById("order")?.innerHTML ?? "";

const form = () => document.querySelector<HTMLFormElement>("#order-form");
const draftKey = (call: string) => `${DRAFT}${call}`;

/** Show the form of a call, unless it is there already. */
export async function showOrder(call: string): Promise<void> {
  if (!call || call === wanted) return;
  wanted = call;
  await saveNow();
  await bring(call);
}

/** Fetch a call's form; one that does not come is asked for again: nobody talks to a citizen without a form to write in. */
async function bring(call: string): Promise<void> {
  const html = await formOf(call);
  if (call !== wanted) return;
  if (html === null) {
    if (form()) document.getElementById("order")!.innerHTML = idle; // words about this call belong in no other's form
    tell("form", t("js.form.late"), "warn");
    setTimeout(() => { if (call === wanted) void bring(call); }, AGAIN);
    return;
  }
  clear("form");
  htmx.swap("#order", html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  const draft = sessionStorage.getItem(draftKey(call));
  if (draft) { fill(JSON.parse(draft)); later(); }
  void saveLeft();
}

/** Not by htmx.ajax: of requests that wait behind another one it keeps the last, and drops this one without a word. */
async function formOf(call: string): Promise<string | null> {
  try {
    const answer = await fetch(`/desk/order/${call}`, { headers: { "HX-Request": "true", ...spoken() }, signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok ? await answer.text() : null;
  } catch { return null; }
}

/** The call is over and wrapped up: the form makes room. What is not saved yet is saved first, or stays. */
export async function closeOrder(): Promise<void> {
  if (!wanted || !(await saveNow())) return;
  wanted = "";
  clear("form");
  document.getElementById("order")!.innerHTML = idle;
}

/** What was typed about an earlier call and could not be saved while its form stood here is saved now, or again later. */
async function saveLeft(): Promise<void> {
  clearTimeout(leftTimer);
  const left = Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT) && key !== draftKey(wanted));
  for (const key of left) {
    const text = sessionStorage.getItem(key)!;
    await ask("PUT", `/desk/order/${key.slice(DRAFT.length)}`, text).then(() => sessionStorage.removeItem(key), (error: Refused) => {
      if (error.code === "no_such_call") tooLate("left", key, text);
      else leftTimer = setTimeout(() => void saveLeft(), AGAIN);
    });
  }
}

type Content = Record<string, string | number | boolean>;

function content(of: HTMLFormElement): Content {
  const data = new FormData(of);
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
  waiting ||= Date.now();
  timer = setTimeout(() => void saveNow(), wait === AGAIN ? wait : Math.max(0, Math.min(wait, waiting + LONGEST - Date.now())));
}

/** Save what stands in the form; return whether it is safe. */
export async function saveNow(): Promise<boolean> {
  clearTimeout(timer);
  waiting = 0;
  const here = form(), call = here?.dataset.call;
  if (!here || !call || !sessionStorage.getItem(draftKey(call))) return true;
  const text = JSON.stringify(content(here));
  try {
    const saved = await ask<{ saved_at: number }>("PUT", `/desk/order/${call}`, text);
    if (sessionStorage.getItem(draftKey(call)) === text) sessionStorage.removeItem(draftKey(call));
    kept = call + text;
    said(t("js.saved", { clock: clock(saved.saved_at) }), false);
    clear("order");
    return true;
  } catch (error) {
    said(t("js.not_saved"), true);
    const code = error instanceof Refused ? error.code : "";
    if (code === "no_such_call") { tooLate("order", draftKey(call), text); return false; }
    if (error instanceof Refused && error.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    later(AGAIN);
    return false;
  }
}

/** The words can no longer be saved here; whoever typed them can still take them along into the order. */
function tooLate(subject: string, key: string, text: string): void {
  const { summary, address, answer } = JSON.parse(text) as Content;
  const words = [summary, address, answer].filter(Boolean).join("\n");
  tell(subject, t("js.too_late"), "warn", words ? [{ label: t("js.too_late.copy"), run: () =>
    void navigator.clipboard?.writeText(words).then(() => { sessionStorage.removeItem(key); clear(subject); }) }] : []);
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
  const call = from.dataset.call!, text = JSON.stringify(content(from));
  // it is being taken away with the caret in it: nobody typed
  if (from !== form() || (call + text === kept && !sessionStorage.getItem(draftKey(call)))) return;
  sessionStorage.setItem(draftKey(call), text);
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
