// Bringing somebody in: type a few letters, choose, Enter. Shift+Enter consults in private first.
import { ask } from "./http";
import { clear, tell } from "./notices";
import { barNow, refreshBar } from "./bar";
import { t } from "./texts";

const panel = () => document.getElementById("invite")!;
const find = () => document.getElementById("invite-find") as HTMLInputElement;
const rows = () => [...document.querySelectorAll<HTMLElement>("#invite-list [role=option]")];
const visible = () => rows().filter((row) => !row.hidden);
let back: HTMLElement | null = null;

export function openInvite(): void {
  back = document.activeElement as HTMLElement | null;
  panel().hidden = false;
  find().value = "";
  filter();
  find().focus();
}

export function closeInvite(): void {
  if (panel().hidden) return;
  panel().hidden = true;
  back?.focus();
}

/** 住建局 is 住房和城乡建设局, zjj its letters: a short name is made of the long one's characters in their order. */
function inOrder(word: string, whole: string): boolean {
  let at = 0;
  for (const one of whole) if (one === word[at]) at++;
  return at === word.length;
}

function filter(): void {
  const words = find().value.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (row: HTMLElement) => words.every((word) => row.dataset.find!.includes(word));
  const short = (row: HTMLElement) => words.every((word) =>
    inOrder(word, row.dataset.name!.toLowerCase()) || inOrder(word, row.dataset.letters!));
  const fits = rows().some(said) ? said : short; // a guess only where nothing fits as it was typed
  for (const row of rows()) row.hidden = !fits(row);
  const none = document.getElementById("invite-none")!;
  none.hidden = visible().length > 0;
  none.textContent = t("js.invite.none", { words: find().value.trim() });
  choose(visible()[0]);
}

function choose(row: HTMLElement | undefined): void {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  for (const one of panel().querySelectorAll("[data-invite]")) one.setAttribute("aria-disabled", String(!row));
  if (row) { find().setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
  else find().removeAttribute("aria-activedescendant");
}

function step(by: number): void {
  const list = visible(), at = list.findIndex((row) => row.getAttribute("aria-selected") === "true");
  choose(list[Math.max(0, Math.min(list.length - 1, at + by))]);
}

/** Enter on nothing says why, where the eye is, and so that it is read out again. */
function unchosen(): void {
  const none = document.getElementById("invite-none")!, said = t("js.invite.none", { words: find().value.trim() });
  none.hidden = false;
  none.textContent = "";
  requestAnimationFrame(() => { none.textContent = said; });
  find().focus();
}

async function invite(how: "in" | "consult"): Promise<void> {
  const row = visible().find((one) => one.getAttribute("aria-selected") === "true");
  const { call } = barNow();
  if (!row) { unchosen(); return; }
  if (!call) { tell("act", t("js.invite.no_call"), "warn"); return; }
  const path = `/api/calls/${call}/${how === "in" ? "invitations" : "consult"}`;
  closeInvite();
  try {
    await ask("POST", path, { role: row.dataset.role, id: row.dataset.id });
    clear("act");
  } catch (error) { tell("act", (error as Error).message, "warn"); }
  void refreshBar();
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === 229) return; // an input method is at work
  const keys: Record<string, () => void> = {
    ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: closeInvite,
    Enter: () => void invite(event.shiftKey ? "consult" : "in"),
  };
  const run = keys[event.key];
  if (run) { event.preventDefault(); event.stopPropagation(); run(); }
}

export function mindInvite(): void {
  find().addEventListener("input", filter);
  find().addEventListener("keydown", pressed);
  panel().addEventListener("click", (event) => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("[role=option]");
    if (row) choose(row);
    const button = target.closest<HTMLElement>("[data-invite]");
    if (button) void invite(button.dataset.invite as "in" | "consult");
    if (target.closest("[data-close]")) closeInvite();
  });
}
