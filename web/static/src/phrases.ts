// F6 in a text: the phrases of the hotline and of one's unit; type to find one, Enter puts it where the caret stands.
// The box is no modal: the call bar stays in reach and its keys go on working.
import { ask } from "./http";
import { t } from "./texts";

interface Phrase { owner: string; key: string; kind: string; title: string; text: string }
type Text = HTMLTextAreaElement | HTMLInputElement;

const FRESH = 60_000; // ms
const MOST = 8; // that are shown
let known: Phrase[] = [], knownAt = -Infinity;
let box: HTMLElement | null = null, into: Text | null = null, at = 0, shown: Phrase[] = [];

function writes(target: EventTarget | null): target is Text {
  if (target instanceof HTMLTextAreaElement) return !target.readOnly && !target.disabled;
  return target instanceof HTMLInputElement && target.type === "text" && !target.readOnly && target.maxLength >= 200;
}

async function offered(): Promise<Phrase[]> {
  if (performance.now() - knownAt > FRESH) {
    known = (await ask<{ phrases: Phrase[] }>("GET", "/api/phrases")).phrases;
    knownAt = performance.now();
  }
  return known;
}

function fits(words: string): Phrase[] {
  const asked = words.trim().toLowerCase();
  const keyed = known.filter((one) => one.key.startsWith(asked));
  return [...keyed, ...known.filter((one) => !keyed.includes(one) && `${one.title}${one.text}`.toLowerCase().includes(asked))].slice(0, MOST);
}

function draw(find: HTMLInputElement): void {
  shown = fits(find.value);
  at = Math.min(at, Math.max(0, shown.length - 1));
  const list = box!.querySelector<HTMLElement>("[role=listbox]")!;
  list.replaceChildren(...shown.map((one, n) => {
    const line = document.createElement("div"), key = document.createElement("kbd"), text = document.createElement("span");
    line.setAttribute("role", "option");
    line.id = `phrase-${n}`;
    line.setAttribute("aria-selected", String(n === at));
    line.dataset.n = String(n);
    key.textContent = one.key;
    text.textContent = one.text;
    line.append(key, ` ${one.title} `, text);
    return line;
  }));
  find.setAttribute("aria-expanded", String(shown.length > 0));
  if (shown.length) find.setAttribute("aria-activedescendant", `phrase-${at}`);
  else find.removeAttribute("aria-activedescendant");
  box!.querySelector("[role=status]")!.textContent = shown.length ? "" : t(known.length ? "js.phrases.no_fit" : "js.phrases.nothing");
}

function close(): void {
  const gone = box, back = into;
  box = into = null; // first: taking it away is a loss of focus, which closes it
  gone?.remove();
  back?.focus();
}

/** Put the chosen words where the caret stands, as if they had been typed. */
function put(phrase: Phrase | undefined): void {
  const target = into;
  close();
  if (!phrase || !target) return;
  const start = target.selectionStart ?? target.value.length, end = target.selectionEnd ?? start;
  const room = target.maxLength < 0 ? Infinity : target.maxLength - target.value.length + end - start;
  target.setRangeText(phrase.text.slice(0, Math.max(0, room)), start, end, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function keys(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) return;
  const find = event.target as HTMLInputElement;
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close(); }
  else if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); put(shown[at]); }
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    at = Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
    draw(find);
  }
}

function make(): HTMLElement {
  const made = document.createElement("section"), label = document.createElement("label"), words = document.createElement("span");
  const find = document.createElement("input"), list = document.createElement("div"), status = document.createElement("p");
  made.className = "phrase-box panel";
  made.setAttribute("aria-label", t("js.phrases.title"));
  label.className = "field";
  words.className = "label";
  words.textContent = t("js.phrases.find");
  list.id = "phrase-options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("js.phrases.title"));
  status.setAttribute("role", "status");
  status.className = "hint";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-autocomplete": "list", "aria-expanded": "false", autocomplete: "off", spellcheck: "false" }))
    find.setAttribute(name, value);
  find.addEventListener("input", () => { at = 0; draw(find); });
  find.addEventListener("keydown", keys);
  list.addEventListener("mousedown", (event) => {
    const line = (event.target as Element).closest<HTMLElement>("[data-n]");
    event.preventDefault();
    if (line) put(shown[Number(line.dataset.n)]);
  });
  made.addEventListener("focusout", (event) => { if (box === made && !made.contains(event.relatedTarget as Node | null)) close(); });
  label.append(words, find);
  made.append(label, list, status);
  return made;
}

/** Have F6 offer phrases in every text. */
export function mindPhrases(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6" || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (box) { event.preventDefault(); close(); return; }
    if (!writes(event.target)) return;
    event.preventDefault();
    into = event.target;
    box = make();
    document.body.append(box);
    const find = box.querySelector("input")!;
    find.focus();
    offered().then(() => { if (box) draw(find); }, (error: Error) => { if (box) box.querySelector("[role=status]")!.textContent = error.message; });
  }, { capture: true });
}
