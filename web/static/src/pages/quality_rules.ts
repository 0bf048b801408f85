// The rules of quality checks: what was typed is checked and told by the server; only what was told can be set.
import "./base";
import { complain, forgive } from "../fault";
import { ask, Refused } from "../http";
import { t } from "../texts";

interface Change { place: string; before: string; after: string }
interface Told { version: number; rule: unknown; changes: Change[]; effect: string[] }
type Kind = "sampling" | "scorecard";

const held = JSON.parse(document.getElementById("rules-document")!.textContent!);
const told: Partial<Record<Kind, Told>> = {};
const WHOLE = 100;

function valueOf(form: HTMLFormElement, name: string): number {
  const box = form.elements.namedItem(name) as HTMLInputElement;
  return Math.round(Number(box.value) * Number(box.dataset.times ?? 1));
}

function sampling(form: HTMLFormElement): unknown {
  const kinds = [...form.querySelectorAll<HTMLInputElement>("[data-kind]")].filter((box) => Number(box.value));
  const numbers = Object.fromEntries(["per_week", "shortest", "low_rating", "longest", "longest_wait"].map((name) => [name, valueOf(form, name)]));
  return { ...numbers, interrupted: (form.elements.namedItem("interrupted") as HTMLInputElement).checked,
           of_kind: Object.fromEntries(kinds.map((box) => [box.dataset.kind!, Number(box.value)])) };
}

/** Return a key of its own for a new item: marks go by it, whatever its words become. */
function made(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `i_${Array.from(bytes, (one) => String.fromCharCode(97 + (one % 26))).join("")}`;
}

function items(form: HTMLFormElement, list: string): Record<string, unknown>[] {
  return [...form.querySelectorAll<HTMLElement>(`[data-list=${list}] > li`)].map((line) => {
    line.dataset.key ||= made();
    const part = (name: string) => line.querySelector<HTMLInputElement>(`[data-part=${name}]`)?.value.trim() ?? "";
    return list === "fatal" ? { key: line.dataset.key, name: part("name") }
      : { key: line.dataset.key, name: part("name"), weight: Number(part("weight")), hint: part("hint") };
  });
}

function card(form: HTMLFormElement): unknown {
  return { items: items(form, "items"), fatal: items(form, "fatal"), appeal_days: valueOf(form, "appeal_days") };
}

function sum(): number {
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-list=items] [data-part=weight]")];
  const found = boxes.reduce((all, box) => all + Number(box.value), 0);
  document.getElementById("card-sum")!.textContent = t("js.qrules.sum", { n: found, whole: WHOLE });
  return found;
}

/** Return the first box that is not filled in as it must be. */
function wrong(form: HTMLFormElement): HTMLInputElement | undefined {
  form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  return [...form.querySelectorAll<HTMLInputElement>("input")].find((box) => !box.checkValidity());
}

async function check(form: HTMLFormElement, kind: Kind): Promise<void> {
  const place = document.querySelector<HTMLElement>(`[data-change=${kind}]`);
  if (!place) return;
  place.hidden = true;
  forgive(form);
  const box = wrong(form);
  if (box) {
    complain(form, t("js.qrules.fill", { field: box.closest(".field")!.querySelector(".label")!.firstChild!.textContent!.trim() }), box);
    return;
  }
  if (kind === "scorecard" && sum() !== WHOLE) { complain(form, t("js.qrules.not_whole", { n: sum(), whole: WHOLE })); return; }
  try {
    const found = await ask<Told>("POST", "/quality/rules/difference", { [kind]: kind === "sampling" ? sampling(form) : card(form) }, {}, 60_000);
    if (found.version !== held[`${kind}_version`]) { complain(form, t("js.policy.newer")); return; }
    if (!found.changes.length) { complain(form, t("js.policy.same")); return; }
    told[kind] = found;
    show(place, found);
  } catch (error) { complain(form, (error as Refused).message); }
}

function show(place: HTMLElement, found: Told): void {
  place.querySelector("tbody")!.replaceChildren(...found.changes.map((change) => {
    const line = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = change.place;
    line.append(head, ...[change.before, change.after].map((words) => cell("td", words)));
    return line;
  }));
  place.querySelector("[data-effect]")!.replaceChildren(...found.effect.map((words) => cell("li", words)));
  place.hidden = false;
  place.querySelector<HTMLElement>("h3")!.focus();
}

function cell(tag: string, words: string): HTMLElement {
  const made_ = document.createElement(tag);
  made_.textContent = words;
  return made_;
}

async function set(form: HTMLFormElement, kind: Kind): Promise<void> {
  const why = String(new FormData(form).get("why")).trim(), found = told[kind];
  if (!found) return;
  if (why.length < 2) { complain(form, t("js.policy.why"), form.querySelector<HTMLElement>("[name=why]")!); return; }
  try {
    await ask("PUT", `/api/quality/${kind}`, { [kind]: found.rule, why }, { "If-Match": `"${found.version}"` });
    location.assign("/quality/rules");
  } catch (error) {
    complain(form, (error as Refused).status === 412 ? t("js.policy.newer") : (error as Refused).message);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const rule = form.dataset.rule as Kind | undefined, kind = form.dataset.set as Kind | undefined;
  if (rule || kind) event.preventDefault();
  if (rule) void check(form, rule);
  if (kind) void set(form, kind);
});

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-add], [data-move], [data-remove]");
  if (!button) return;
  const line = button.closest("li"), list = button.dataset.add;
  if (list) {
    const made_ = document.getElementById(`new-${list}`) as HTMLTemplateElement;
    const place = document.querySelector(`[data-list=${list}]`)!;
    place.append(made_.content.cloneNode(true));
    place.lastElementChild!.querySelector("input")!.focus();
  } else if (line && button.dataset.move) {
    const other = button.dataset.move === "1" ? line.nextElementSibling : line.previousElementSibling;
    if (other) other[button.dataset.move === "1" ? "after" : "before"](line);
    button.focus();
  } else if (line) {
    const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector<HTMLElement>("input");
    line.remove();
    next?.focus();
  }
  sum();
});
document.addEventListener("input", (event) => { if ((event.target as HTMLElement).dataset.part === "weight") sum(); });
sum();
