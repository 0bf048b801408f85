// Knowledge at the agent's elbow: F3, type, arrows and Enter to read, Enter again to cite. What was typed last is shown.
import { ask } from "./http";
import { t } from "./texts";

const PAUSE = 180, PATIENCE = 4000, AGAIN = 3000; // ms
const panel = document.getElementById("knowledge"), find = document.getElementById("knowledge-find") as HTMLInputElement;
const list = document.getElementById("knowledge-list")!, read = document.getElementById("knowledge-read")!;
const form = () => document.querySelector<HTMLFormElement>("#order-form");
const rows = () => [...list.querySelectorAll<HTMLElement>("[role=option]")];
const chosen = () => rows().find((row) => row.getAttribute("aria-selected") === "true");
let stop = new AbortController();
let timer: ReturnType<typeof setTimeout> | undefined;
let back: HTMLElement | null = null;

function said(words: string, warn = false): void {
  const line = document.getElementById("knowledge-said")!;
  line.textContent = words;
  line.classList.toggle("is-warn", warn);
}

/** Return a part of the page; null when something newer is asked for or nobody answers, which is told. */
async function part(path: string, again: () => void): Promise<DocumentFragment | null> {
  stop.abort();
  clearTimeout(timer);
  const mine = stop = new AbortController(), late = setTimeout(() => mine.abort(), PATIENCE);
  try {
    const answer = await fetch(path, { signal: mine.signal, redirect: "error" });
    const text = await answer.text();
    if (mine !== stop) return null;
    if (answer.ok) return document.createRange().createContextualFragment(text);
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
    if (answer.status === 404) { said(t("js.knowledge.gone"), true); return null; }
  } catch { if (mine !== stop) return null; } finally { clearTimeout(late); }
  said(t("js.knowledge.away"), true); // what was found before stays
  timer = setTimeout(again, AGAIN);
  return null;
}

const field = (name: string) => (form()?.elements.namedItem(name) as HTMLInputElement | null)?.value ?? "";

async function search(): Promise<void> {
  const asked = new URLSearchParams({ q: find.value, unit: field("unit"), field: field("first"), call: form()?.dataset.call ?? "" });
  const found = await part(`/desk/knowledge?${asked}`, () => void search());
  if (!found) return;
  said(found.firstElementChild instanceof HTMLElement ? found.firstElementChild.dataset.said ?? "" : "");
  list.replaceChildren(found);
  find.setAttribute("aria-expanded", String(rows().length > 0));
  choose(find.value.trim() ? rows()[0] : undefined);
  closed();
}

function later(wait = PAUSE): void {
  clearTimeout(timer);
  timer = setTimeout(() => void search(), wait);
}

function choose(row: HTMLElement | undefined): void {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  if (row) { find.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
  else find.removeAttribute("aria-activedescendant");
}

function step(by: number): void {
  const all = rows(), row = chosen();
  choose(all[Math.max(0, Math.min(all.length - 1, row ? all.indexOf(row) + by : 0))]);
}

async function open(row: HTMLElement | undefined): Promise<void> {
  if (!row) return;
  const found = await part(`/desk/knowledge/${row.dataset.open}`, () => void open(row));
  if (!found) return;
  choose(row);
  read.replaceChildren(found);
  read.hidden = false;
  list.hidden = true;
  read.scrollTop = 0;
  (read.querySelector<HTMLElement>("[data-cite]") ?? read.querySelector("button"))?.focus({ preventScroll: true });
}

/** Show what was found again; tell whether an article was open. */
function closed(): boolean {
  const was = !read.hidden;
  read.hidden = true;
  list.hidden = false;
  return was;
}

/** What is cited: the words marked in the article; none marked, its first sentence. */
function sentence(button: HTMLElement): string {
  const marked = document.getSelection(), words = read.querySelector(".knowledge-words");
  const own = marked && words && marked.anchorNode && marked.focusNode && words.contains(marked.anchorNode) && words.contains(marked.focusNode);
  return (own ? marked.toString().trim() : "") || button.dataset.sentence!;
}

function cite(button: HTMLElement): void {
  const box = (form()?.elements.namedItem("answer") ?? form()?.elements.namedItem("summary")) as HTMLTextAreaElement | null | undefined;
  if (!box) { said(t("js.knowledge.no_order"), true); return; }
  const words = [sentence(button), button.dataset.words!].filter((one) => one && !box.value.includes(one)).join(" ");
  const whole = [box.value.trimEnd(), words].filter(Boolean).join("\n");
  if (box.maxLength >= 0 && whole.length > box.maxLength) { said(t("js.knowledge.too_long"), true); return; }
  box.value = whole;
  box.dispatchEvent(new Event("input", { bubbles: true })); // the form saves itself
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  said(t("js.knowledge.cited"));
  tell(`${button.dataset.cite}/citations`, { call: form()!.dataset.call }).catch(() => said(t("js.knowledge.not_noted"), true));
}

const tell = (path: string, body: unknown) => ask("POST", `/api/knowledge/${path}`, body);

function clicked(event: Event): void {
  const at = (mark: string) => (event.target as Element).closest<HTMLElement>(`[data-${mark}]`);
  const row = at("open"), gap = at("gap"), button = at("cite");
  if (row) void open(row);
  else if (button) cite(button);
  else if (at("knowledge-back")) leave();
  else if (gap) tell("gaps", { words: gap.dataset.gap, unit: field("unit") })
    .then(() => { gap.remove(); find.focus(); said(t("js.knowledge.gap_told")); }).catch((error: Error) => said(error.message, true));
}

function flagged(event: SubmitEvent): void {
  const from = event.target as HTMLFormElement;
  event.preventDefault();
  tell(`${from.dataset.flag}/flags`, { words: new FormData(from).get("words") })
    .then(() => { from.closest("details")!.remove(); said(t("js.knowledge.flag_told")); }).catch((error: Error) => said(error.message, true));
}

/** Esc goes back a step: from the article to what was found, from the words to nothing typed, then to the form. */
function leave(): void {
  if (closed()) find.focus();
  else if (find.value) { find.value = ""; void search(); }
  else (back?.isConnected ? back : form()?.querySelector<HTMLElement>("[name=answer]"))?.focus();
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) return; // an input method is at work
  const typing = event.target === find;
  const keys: Record<string, (() => void) | false> = {
    ArrowDown: typing && (() => step(1)), ArrowUp: typing && (() => step(-1)), Escape: leave,
    Enter: typing && !event.ctrlKey && (() => void open(chosen() ?? rows()[0])),
  };
  const run = keys[event.key];
  if (run) { event.preventDefault(); run(); }
}

export function mindKnowledge(): void {
  if (!panel) return;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F3" || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // the browser would look for words in the page
    const from = document.activeElement as HTMLElement | null;
    if (!panel.contains(from)) back = from;
    closed();
    find.focus();
    find.select();
    if (!rows().length) void search();
  }, { capture: true });
  find.addEventListener("input", (event) => { if (!(event as InputEvent).isComposing) later(); });
  find.addEventListener("compositionend", () => later());
  panel.addEventListener("keydown", pressed);
  panel.addEventListener("click", clicked);
  panel.addEventListener("submit", (event) => flagged(event as SubmitEvent));
  const offer = () => { if (!find.value.trim() && read.hidden) later(50); };
  document.addEventListener("htmx:afterSettle", (event) => { if ((event.target as Element).id === "order") offer(); });
  document.addEventListener("change", (event) => { if ((event.target as Element).matches("#order-form [name=unit], #order-form [name=first]")) offer(); });
}
