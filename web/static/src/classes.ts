// The class of an appeal: type words, first letters or a number; arrows and Enter. → opens a level, ← goes back up one.
import { t } from "./texts";

const PAUSE = 150, PATIENCE = 4000; // ms
const field = () => document.getElementById("class-find") as HTMLInputElement | null;
const list = () => document.getElementById("class-list")!;
const form = () => document.querySelector<HTMLFormElement>("#order-form");
const level = (name: string) => form()!.elements.namedItem(name) as HTMLInputElement;
const rows = () => [...list().querySelectorAll<HTMLElement>("[role=option]")];
const marked = () => rows().find((row) => row.getAttribute("aria-selected") === "true");
const chosen = () => ["first", "second", "third"].map((name) => level(name).value).filter(Boolean);
let stop = new AbortController();
let timer: ReturnType<typeof setTimeout> | undefined;
let at = "";

function said(words: string, warn = false): void {
  const line = document.getElementById("class-said")!;
  line.textContent = words;
  line.classList.toggle("is-warn", warn);
}

/** Ask what fits: the words typed, or what is below `at`. The newest question is the one that is answered. */
async function look(words: string): Promise<void> {
  stop.abort();
  const mine = stop = new AbortController(), late = setTimeout(() => mine.abort(), PATIENCE);
  const asked = new URLSearchParams({ q: words, at, unit: level("unit").value, call: form()!.dataset.call ?? "" });
  try {
    const answer = await fetch(`/desk/classes?${asked}`, { signal: mine.signal, redirect: "error" });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    const found = document.createRange().createContextualFragment(await answer.text());
    if (mine !== stop || !field()) return;
    if (!answer.ok) { said(t("js.form.class_away"), true); return; }
    said((found.firstElementChild as HTMLElement).dataset.said ?? "");
    list().replaceChildren(found);
    opened(true);
    mark(words || at ? rows()[0] : undefined);
  } catch { if (mine === stop && field()) said(t("js.form.class_away"), true); } finally { clearTimeout(late); }
}

function opened(open: boolean): void {
  list().hidden = !open;
  field()!.setAttribute("aria-expanded", String(open && rows().length > 0));
  if (!open) field()!.removeAttribute("aria-activedescendant");
}

function mark(row: HTMLElement | undefined): void {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  if (row) { field()!.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
  else field()!.removeAttribute("aria-activedescendant");
}

function step(by: number): void {
  if (list().hidden) { void look(""); return; }
  const all = rows(), row = marked();
  mark(all[Math.max(0, Math.min(all.length - 1, row ? all.indexOf(row) + by : 0))]);
}

function into(place: string): void {
  at = place;
  field()!.value = "";
  void look("");
}

function choose(path: string[]): void {
  stop.abort();
  ["first", "second", "third"].forEach((name, n) => { level(name).value = path[n] ?? ""; });
  at = "";
  field()!.value = path.join(" / ");
  opened(false);
  said(path.length ? t("js.form.class_chosen", { path: path.join(" / ") }) : t("js.form.class_cleared"));
  level("first").dispatchEvent(new Event("change", { bubbles: true })); // the form saves itself; knowledge offers its field
}

function take(row: HTMLElement | undefined): void {
  if (row?.dataset.into) into(row.dataset.into);
  else if (row?.dataset.class) choose(row.dataset.class.split("/"));
}

/** Leaving without a choice: nothing typed clears the class, anything else leaves what was chosen before. */
function left(): void {
  clearTimeout(timer);
  const box = field();
  if (!box || list().hidden) { if (box && !box.value.trim() && chosen().length) choose([]); return; }
  const cleared = !box.value.trim() && chosen().length > 0 && !at;
  stop.abort();
  at = "";
  opened(false);
  if (cleared) choose([]);
  else { box.value = chosen().join(" / "); said(t("js.form.class_kept")); }
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
  const box = field()!, row = marked(), open = !list().hidden;
  const keys: Record<string, (() => void) | false> = {
    ArrowDown: () => step(1), ArrowUp: open && (() => step(-1)), Enter: () => (open ? take(row ?? rows()[0]) : void look("")),
    Escape: open && (() => { box.value = chosen().join(" / "); at = ""; stop.abort(); opened(false); said(t("js.form.class_kept")); }),
    ArrowRight: open && !box.value && !!row?.dataset.into && (() => into(row.dataset.into!)),
    ArrowLeft: open && !box.value && !!at && (() => into(at.split("/").slice(0, -1).join("/"))),
    Backspace: open && !box.value && !!at && (() => into(at.split("/").slice(0, -1).join("/"))),
  };
  const run = keys[event.key];
  if (run) { event.preventDefault(); event.stopPropagation(); run(); }
}

export function mindClasses(): void {
  const ours = (event: Event) => event.target === field() && field() !== null;
  const typed = () => { clearTimeout(timer); at = ""; timer = setTimeout(() => { if (field()) void look(field()!.value); }, PAUSE); };
  document.addEventListener("keydown", (event) => { if (ours(event)) pressed(event); });
  document.addEventListener("input", (event) => { if (ours(event) && !(event as InputEvent).isComposing) typed(); });
  document.addEventListener("compositionend", (event) => { if (ours(event)) typed(); });
  document.addEventListener("focusin", (event) => { if (ours(event)) field()!.select(); });
  document.addEventListener("focusout", (event) => { if (ours(event)) left(); });
  document.addEventListener("click", (event) => { if (ours(event) && list().hidden) void look(""); });
  document.addEventListener("mousedown", (event) => {
    const row = (event.target as Element).closest<HTMLElement>("#class-list [role=option]");
    if ((event.target as Element).closest("#class-list")) event.preventDefault(); // the field keeps the focus
    if (row) take(row);
  });
}
