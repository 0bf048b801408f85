// Bringing somebody in: type a few letters, choose, Enter. Shift+Enter consults in private first.
import { ask } from "./http";
import { clear, tell } from "./notices";
import { barNow, refreshBar } from "./bar";

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

function filter(): void {
  const words = find().value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows()) row.hidden = !words.every((word) => row.dataset.find!.includes(word));
  document.getElementById("invite-none")!.hidden = visible().length > 0;
  choose(visible()[0]);
}

function choose(row: HTMLElement | undefined): void {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  if (row) { find().setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
  else find().removeAttribute("aria-activedescendant");
}

function step(by: number): void {
  const list = visible(), at = list.findIndex((row) => row.getAttribute("aria-selected") === "true");
  choose(list[Math.max(0, Math.min(list.length - 1, at + by))]);
}

async function invite(how: "in" | "consult"): Promise<void> {
  const row = visible().find((one) => one.getAttribute("aria-selected") === "true");
  const { call } = barNow();
  if (!row || !call) return;
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
