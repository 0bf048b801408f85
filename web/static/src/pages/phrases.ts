// The phrases of an owner: rows that are edited in place; what changes, the server tells before it is set.
import "./base";
import { complain, forgive } from "../fault";
import { ask, Refused } from "../http";
import { t } from "../texts";

interface Told { version: number; changes: string[]; phrases: unknown[] }
const held = JSON.parse(document.getElementById("phrases-document")!.textContent!) as { owner: string; version: number };
const form = document.getElementById("phrases-form") as HTMLFormElement, rows = form.querySelector("ol")!;
let told: Told | null = null;

function typed(): Record<string, string>[] {
  return [...rows.children].map((line) => Object.fromEntries(
    [...line.querySelectorAll<HTMLInputElement>("[data-part]")].map((box) => [box.dataset.part!, box.value.trim()])));
}

function hide(): void {
  document.getElementById("phrases-change")!.hidden = true;
  document.getElementById("phrases-none")!.hidden = rows.children.length > 0;
  told = null;
}

async function check(): Promise<void> {
  hide();
  forgive(form);
  const wrong = [...rows.querySelectorAll<HTMLInputElement>("[data-part]")].find((box) => !box.checkValidity() || !box.value.trim());
  if (wrong) { complain(form, t("js.phrases.fill", { field: wrong.closest(".field")!.querySelector(".label")!.textContent! }), wrong); return; }
  try {
    const found = await ask<Told>("POST", "/phrases/difference", { owner: held.owner, phrases: typed() });
    if (found.version !== held.version) { complain(form, t("js.phrases.newer")); return; }
    if (!found.changes.length) { complain(form, t("js.policy.same")); return; }
    told = found;
    const place = document.getElementById("phrases-change")!;
    place.querySelector("ul")!.replaceChildren(...found.changes.map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    }));
    place.hidden = false;
    place.querySelector("h2")!.focus();
  } catch (error) { complain(form, (error as Refused).message); }
}

async function set(sent: HTMLFormElement): Promise<void> {
  const why = String(new FormData(sent).get("why")).trim();
  if (!told) return;
  if (why.length < 2) { complain(sent, t("js.phrases.why"), sent.querySelector<HTMLElement>("[name=why]")); return; }
  try {
    await ask("PUT", `/api/phrases/lists/${held.owner}`, { phrases: told.phrases, why }, { "If-Match": `"${held.version}"` });
    location.assign(`/phrases?owner=${held.owner}`);
  } catch (error) {
    complain(sent, (error as Refused).status === 412 ? t("js.phrases.newer") : (error as Refused).message);
  }
}

document.addEventListener("submit", (event) => {
  const sent = event.target as HTMLFormElement;
  if (sent !== form && sent.id !== "phrases-set") return;
  event.preventDefault();
  if (!document.getElementById("phrases-set")) return;
  void (sent === form ? check() : set(sent));
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-add], [data-move], [data-remove]"), line = button?.closest("li");
  if (!button) return;
  if (button.dataset.add !== undefined) {
    rows.append((document.getElementById("phrase-row") as HTMLTemplateElement).content.cloneNode(true));
    rows.lastElementChild!.querySelector("input")!.focus();
  } else if (line && button.dataset.move) {
    const down = button.dataset.move === "1", other = down ? line.nextElementSibling : line.previousElementSibling;
    if (other) other[down ? "after" : "before"](line);
    button.focus();
  } else if (line) {
    const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector<HTMLElement>("input");
    line.remove();
    (next ?? document.querySelector<HTMLElement>("[data-add]"))!.focus();
  }
  hide();
});
