// Rules of the policy as forms: who reads them is the list's order. A condition's form is made when it is opened.
import { t } from "./texts";

interface When { kinds: string[]; urgency: number | null; fields: string[]; matters: string[]; tags: string[]; reports: boolean }
export type Fault = Readonly<{ field: string; problem: string }>
const LISTS = ["kinds", "fields", "matters"] as const;

const rows = (list: string) => [...document.querySelectorAll<HTMLElement>(`[data-rules=${list}] > [data-rule]`)];
const kept = (list: string) => rows(list).filter((row) => !("gone" in row.dataset));

function boxes(row: HTMLElement, name: string): HTMLInputElement[] {
  return [...row.querySelectorAll<HTMLInputElement>(`[data-when-place] [data-w=${name}]`)];
}

/** Make the form of a rule's condition; what the page has no choice for (a class that was retired) gets one. */
function opened(row: HTMLElement): void {
  const place = row.querySelector<HTMLElement>("[data-when-place]")!;
  if (place.firstElementChild) return;
  const when = JSON.parse(row.dataset.when!) as When;
  place.append((document.getElementById("when-editor") as HTMLTemplateElement).content.cloneNode(true));
  for (const name of LISTS) for (const value of when[name] ?? []) tick(row, name, value);
  const known = new Set(boxes(row, "tags").map((box) => box.value));
  for (const box of boxes(row, "tags")) box.checked = when.tags.includes(box.value);
  boxes(row, "more_tags")[0]!.value = when.tags.filter((tag) => !known.has(tag)).join("、");
  boxes(row, "urgency")[0]!.value = when.urgency === null ? "" : String(when.urgency);
  boxes(row, "reports")[0]!.checked = when.reports;
}

function tick(row: HTMLElement, name: string, value: string): void {
  const all = boxes(row, name), box = all.find((one) => one.value === value);
  if (box) { box.checked = true; return; }
  const chip = all[0]!.closest("label")!.cloneNode(true) as HTMLElement, made = chip.querySelector("input")!;
  made.value = value;
  made.checked = true;
  chip.querySelector("span")!.textContent = value;
  all[0]!.closest(".chips")!.append(chip);
}

function when(row: HTMLElement): unknown {
  const was = JSON.parse(row.dataset.when!) as When;
  if (!row.querySelector("[data-when-place]")?.firstElementChild) return was;
  const ticked = (name: string) => [...new Set(boxes(row, name).filter((box) => box.checked).map((box) => box.value))];
  const urgency = boxes(row, "urgency")[0]!.value;
  const more = boxes(row, "more_tags")[0]!.value.split(/[、,，\s]+/).filter(Boolean);
  return { ...Object.fromEntries(LISTS.map((name) => [name, ticked(name)])), urgency: urgency === "" ? null : Number(urgency),
           tags: [...new Set([...ticked("tags"), ...more])], reports: boxes(row, "reports")[0]!.checked };
}

/** Return the rules of a list as they stand in the forms, without those that are to go. */
export function rules(list: "terms" | "signature"): unknown[] {
  if (list === "signature") return kept(list).map(when);
  return kept(list).map((row) => {
    const terms: Record<string, Record<string, unknown>> = { sign: {}, contact: {}, reply: {} };
    for (const box of row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-at]")) {
      const [, which, part] = box.dataset.at!.split(".");
      terms[which!]![part!] = part === "unit" ? box.value : box.value.trim() === "" ? null : Number(box.value);
    }
    return { name: row.querySelector<HTMLInputElement>("[data-r=name]")!.value.trim(), when: when(row), terms };
  });
}

/** Say a refusal at the field it is about; return those that are about no rule. */
export function pointRules(faults: readonly Fault[]): Fault[] {
  for (const row of document.querySelectorAll<HTMLElement>("[data-rule]")) {
    row.querySelector(".rule-fault")!.textContent = "";
    for (const box of row.querySelectorAll("[aria-invalid]")) box.removeAttribute("aria-invalid");
  }
  return faults.filter((fault) => {
    const [, list, n, ...rest] = fault.field.split(".");
    const row = list === "terms" || list === "signature" ? kept(list)[Number(n)] : undefined;
    if (!row || !n) return true;
    const box = fieldOf(row, rest);
    if (box) { box.setAttribute("aria-invalid", "true"); box.closest("details")?.setAttribute("open", ""); }
    row.querySelector(".rule-fault")!.textContent += `${box ? nameOf(box) : ""}${box ? ": " : ""}${fault.problem} `;
    return false;
  });
}

function fieldOf(row: HTMLElement, path: string[]): HTMLElement | null {
  if (path[0] === "name") return row.querySelector("[data-r=name]");
  if (path[0] === "terms") return row.querySelector(`[data-at="${CSS.escape(path.slice(0, 3).join("."))}"]`) ?? row.querySelector(`[data-at^="terms.${CSS.escape(path[1] ?? "")}"]`);
  const name = path[0] === "when" ? path[1] : path[0];
  if (name) { opened(row); row.querySelector(".when")?.setAttribute("open", ""); }
  return name === "tags" ? boxes(row, "more_tags")[0] ?? null : name ? boxes(row, name)[0] ?? null : null;
}

const nameOf = (box: HTMLElement) => box.getAttribute("aria-label") ?? box.closest("label, fieldset")?.querySelector(".label")?.textContent ?? "";

/** Where the rule that is being changed stands is said for those who do not see it. */
function named(row: HTMLElement): string {
  return row.querySelector<HTMLInputElement>("[data-r=name]")?.value.trim() || row.querySelector("[data-asked]")?.textContent?.trim() || "";
}

function remove(row: HTMLElement, button: HTMLElement): void {
  const gone = !("gone" in row.dataset);
  if (gone) row.dataset.gone = ""; else delete row.dataset.gone;
  for (const box of row.querySelectorAll<HTMLInputElement>("input, select, [data-move]")) box.disabled = gone;
  button.textContent = t(gone ? "js.prules.restore" : "js.prules.remove");
  button.setAttribute("aria-label", `${button.textContent} ${named(row)}`);
}

function move(row: HTMLElement, by: number, button: HTMLElement): void {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row); else other.after(row);
  button.focus();
}

function add(list: string): void {
  const made = (document.getElementById(`new-${list}`) as HTMLTemplateElement).content.cloneNode(true) as DocumentFragment;
  const row = made.querySelector<HTMLElement>("[data-rule]")!, place = document.querySelector<HTMLElement>(`[data-rules=${list}]`)!;
  const last = rows(list).at(-1); // of the terms the last rule is what holds for all the rest
  if (list === "terms" && last) last.before(row); else place.append(row);
  place.querySelector("[data-none]")?.remove();
  const asked = row.querySelector<HTMLElement>("[data-asked]")!;
  asked.textContent = t("js.prules.new");
  opened(row);
  row.querySelector("details.when")!.setAttribute("open", "");
  (row.querySelector<HTMLElement>("[data-r=name]") ?? boxes(row, "kinds")[0]!).focus();
}

export function mindRules(): void {
  document.addEventListener("toggle", (event) => {
    const details = event.target as HTMLDetailsElement, row = details.closest<HTMLElement>("[data-rule]");
    if (row && details.open && details.matches(".when")) opened(row);
  }, { capture: true });
  document.addEventListener("click", (event) => {
    const at = (mark: string) => (event.target as Element).closest<HTMLElement>(`[data-${mark}]`);
    const row = (event.target as Element).closest<HTMLElement>("[data-rule]"), moved = at("move"), removed = at("remove"), added = at("add");
    if (row && moved) move(row, Number(moved.dataset.move), moved);
    else if (row && removed) remove(row, removed);
    else if (added) add(added.dataset.add!);
  });
}
