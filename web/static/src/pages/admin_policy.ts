// The policy: what was typed is checked and told as differences by the server; only what was told can be set.
import "./base";
import { ask, Refused } from "../http";
import { mindRules, pointRules, rules } from "../policy_rules";
import { t } from "../texts";

interface Change { place: string; before: string; after: string }
interface Checked { version: number; policy: unknown; changes: Change[] }

const page = document.getElementById("policy")!, fault = document.getElementById("policy-fault")!;
const start = document.getElementById("policy-document")!.textContent!;
let checked: Checked | null = null;

/** Put a value at a place of the document that is there already. */
function put(document: any, path: string, value: unknown): void {
  const parts = path.split("."), last = parts.pop()!;
  let at = document;
  for (const part of parts) at = at[part];
  at[last] = value;
}

function typed(): unknown {
  const document_ = JSON.parse(start);
  for (const box of document.querySelectorAll<HTMLInputElement | HTMLSelectElement>("#policy-form [data-at]")) {
    if (box.closest("[data-rule]")) continue;
    const share = box.dataset.kind === "share", number = share || box.dataset.kind === "int";
    put(document_, box.dataset.at!, !number ? box.value : box.value.trim() === "" ? null : share
      ? Math.round(Number(box.value) * 1e4) / 1e6 : Number(box.value));
  }
  return { ...(withBring(document_) as object), terms: rules("terms"), signature: rules("signature") };
}

/** What a reply must bring: rules that are ticked off go, the one that was typed comes. */
function withBring(policy: { bring?: unknown[] }): unknown {
  const dropped = ticked("[data-drop]").map((box) => Number(box.dataset.drop));
  const bring = (policy.bring ?? []).filter((_, n) => !dropped.includes(n)), added = bringTyped();
  return { ...policy, bring: added ? [...bring, added] : bring };
}

function bringTyped(): unknown {
  const box = <T extends HTMLElement>(name: string) => document.querySelector<T>(`#bring-new [data-bring=${name}]`);
  const name = box<HTMLInputElement>("name")?.value.trim();
  if (!name) return null;
  const [field, matter] = box<HTMLSelectElement>("class")!.value.split("/");
  const values = (which: string) => ticked(`#bring-new [data-bring=${which}]`).map((one) => one.value);
  const when = { kinds: values("kinds"), fields: field ? [field] : [], matters: matter ? [matter] : [] };
  return { name, when, media: values("media"), only_solved: box<HTMLInputElement>("only_solved")!.checked };
}

function ticked(which: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`${which}:checked`)];
}

async function check(policy: unknown): Promise<void> {
  fault.textContent = "";
  pointRules([]);
  point([]);
  const section = document.getElementById("policy-change")!;
  section.hidden = true;
  try {
    checked = await ask<Checked>("POST", "/policy/difference", { policy });
  } catch (error) {
    const refused = error as Refused;
    const rest = pointRules(refused.faults);
    fault.textContent = [refused.message, ...rest.map((one) => `${one.field}: ${one.problem}`)].join(" ");
    point(rest.map((one) => one.field));
    (document.querySelector<HTMLElement>("#policy-form [aria-invalid]") ?? fault).focus();
    return;
  }
  if (String(checked.version) !== page.dataset.version) { tell("js.policy.newer"); return; }
  if (!checked.changes.length) { tell("js.policy.same"); return; }
  document.getElementById("policy-rows")!.replaceChildren(...checked.changes.map(row));
  section.hidden = false;
  document.getElementById("change-title")!.focus();
}

function tell(key: string): void { fault.textContent = t(key); fault.focus(); }

function point(fields: string[]): void {
  for (const box of document.querySelectorAll("#policy-form [data-at]"))
    if ((box as HTMLElement).closest("[data-rule]")) continue;
    else if (fields.some((field) => field.endsWith((box as HTMLElement).dataset.at!))) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
}

function row(change: Change): HTMLTableRowElement {
  const line = document.createElement("tr"), place = document.createElement("th");
  place.scope = "row";
  place.textContent = change.place;
  line.append(place, ...[change.before, change.after].map((words) => {
    const cell = document.createElement("td");
    cell.textContent = words;
    return cell;
  }));
  return line;
}

async function set(form: HTMLFormElement): Promise<void> {
  const words = new FormData(form), told = form.querySelector<HTMLElement>(".act-fault")!, from = String(words.get("valid_from"));
  const why = String(words.get("why")).trim();
  if (!checked) return;
  if (why.length < 2) { told.textContent = t("js.policy.why"); form.querySelector<HTMLElement>("[name=why]")!.focus(); return; }
  try {
    await ask("PUT", "/api/policy", { policy: checked.policy, why, valid_from: from ? Date.parse(from) / 1000 : null },
              { "If-Match": `"${page.dataset.version}"` });
    location.assign("/policy");
  } catch (error) {
    told.textContent = (error as Refused).status === 412 ? t("js.policy.newer") : (error as Refused).message;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  event.preventDefault();
  if (form.id === "policy-form") void check(typed());
  if (form.id === "policy-set") void set(form);
  if (form.id === "policy-whole") {
    try { void check(JSON.parse(String(new FormData(form).get("document")))); } catch { tell("js.policy.unreadable"); }
  }
});
mindRules();
