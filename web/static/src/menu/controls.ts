// Controls that save by themselves when one leaves them: no key pressed on the way to another choice changes anything.
import { t } from "../texts";
import { el } from "./dom";
import { added, freshName, titleOf, VERBS, type Edit, type FlowDocument, type Value } from "./model";
import type { Session } from "./session";

/** What the editor's parts share. */
export interface Bench {
  readonly session: Session;
  readonly units: Record<string, string>;
  readonly mostChoices: number;
  selected: string; // a step, "" for the flow itself
  busy: number; // recordings and uploads under way: their part of the page is not drawn anew meanwhile
  select(step: string, focus?: boolean): void;
  refresh(): void;
  fault(error: unknown): void;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

let redrawing = false;

/** Draw controls anew: what loses the focus by that alone was not left by anybody, and saves nothing. */
export function redraw(work: () => void): void {
  redrawing = true;
  try { work(); } finally { redrawing = false; }
}

/** Save when the control is left, by Enter, or, for a choice made by pointer, at once. `id` finds it again after a redraw. */
export function saving<T extends Control>(control: T, id: string, commit: (value: string) => void): T {
  const read = (): string => (control instanceof HTMLInputElement && control.type === "checkbox" ? String(control.checked) : control.value);
  let was = read(), keyed = false;
  const save = (): void => {
    if (redrawing || read() === was || !control.checkValidity()) return;
    was = control.dataset.was = read();
    commit(was);
  };
  control.dataset.control = id;
  control.dataset.was = was;
  control.addEventListener("keydown", (event) => {
    const key = event as KeyboardEvent;
    if (key.isComposing) return;
    keyed = key.key !== "Tab";
    if (key.key === "Enter" && (key.ctrlKey || !(control instanceof HTMLTextAreaElement))) save();
  });
  control.addEventListener("pointerdown", () => { keyed = false; });
  control.addEventListener("change", () => {
    if (control instanceof HTMLInputElement ? control.type === "checkbox" : control instanceof HTMLSelectElement && !keyed) save();
  });
  control.addEventListener("focusout", save);
  return control;
}

export function option(value: string, said: string, chosen = false): HTMLOptionElement {
  return el("option", { value, selected: chosen }, said);
}

/** A choice of a step, with new steps at its end: choosing one makes it, and leads to it, in one operation. */
export function stepChoice(bench: Bench, path: string[], value: string, none = "", own = ""): HTMLSelectElement {
  const flow = bench.session.flow, select = el("select");
  if (none || !value) select.append(option("", none || t("js.flow.choose"), !value));
  for (const name of Object.keys(flow.steps)) if (name !== own || name === value) select.append(option(name, titleOf(flow, name), name === value));
  if (value && !flow.steps[value]) select.append(option(value, t("js.flow.gone", { step: value }), true));
  const fresh = el("optgroup", { label: t("js.flow.new_step") });
  for (const verb of VERBS) fresh.append(option(`+${verb}`, t("js.flow.new_of", { verb: t(`js.flow.verb.${verb}`) })));
  select.append(fresh);
  return saving(select, path.join("."), (chosen) => lead(bench, path, chosen, value || flow.person));
}

/** Have a place lead to a step, or to a new one of a verb (`+menu`) that leads on to where the place led. */
export function lead(bench: Bench, path: string[], chosen: string, onward: string): void {
  const flow = bench.session.flow, words = t("js.flow.op.lead", { place: placeWords(flow, path) });
  if (!chosen) return void bench.session.operate(words, [{ path, gone: true }]);
  if (!chosen.startsWith("+")) return void bench.session.operate(words, [{ path, value: chosen }]);
  const verb = chosen.slice(1), name = freshName(verb.replace("_", "-"), flow.steps);
  const edits: Edit[] = [...added(flow, verb, onward, name), { path, value: name }];
  void bench.session.operate(t("js.flow.op.new", { verb: t(`js.flow.verb.${verb}`) }), edits).then((done) => { if (done) bench.select(name, true); });
}

/** Say in words which way it is by which a step is reached. */
export function byWords(by: string[]): string {
  const [first, key] = by as [string, string?];
  if (first === "choices") return t("js.flow.by.choices", { key: key ?? "" });
  if (first === "cases") return t("js.flow.by.cases", { value: key ?? "" });
  return t(`js.flow.by.${first}`);
}

export function placeWords(flow: FlowDocument, path: string[]): string {
  return path[0] === "steps" ? `${titleOf(flow, path[1]!)} · ${byWords(path.slice(2))}` : byWords(path);
}

/** Return the edit that sets a field, or takes it away where the value is empty. */
export function setting(flow: FlowDocument, path: string[], value: Value): Edit[] {
  if (value !== "" && value !== null && value !== undefined) return [{ path, value }];
  let there: unknown = flow;
  for (const part of path) there = (there as Record<string, unknown> | undefined)?.[part];
  return there === undefined ? [] : [{ path, gone: true }];
}
