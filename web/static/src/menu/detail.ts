// The step that is edited: a table of fields for each verb, most used first, the rest folded away.
import { t } from "../texts";
import { calendarBox } from "./calendars";
import { byWords, lead, option, saving, setting, stepChoice, type Bench } from "./controls";
import { button, el, labelled } from "./dom";
import { promptBox, promptsOfStep, promptWords } from "./prompts";
import { freshName, type Edit, type Step } from "./model";

type Kind = "text" | "number" | "yes" | "key" | "date" | "step" | "person" | "prompt" | "calendar" | "unit" | "lang" | "urgency" | "terminator" | "keyed" | "values";
type Field = [name: string, kind: Kind, otherwise?: string];

// the fields of ivr/schema.py: [name, kind, what holds when it is not set]
const FIRST: Record<string, Field[]> = {
  say: [["then", "step"]], menu: [["choices", "keyed"], ["on_time_out", "person"]], collect: [["variable", "text"], ["max", "number"], ["then", "step"]],
  record: [["then", "step"]], hours: [["calendar", "calendar"], ["open", "step"], ["closed", "step"]], set: [["values", "values"], ["then", "step"]],
  branch: [["variable", "text"], ["cases", "keyed"], ["otherwise", "step"]], service: [["skill", "text"], ["unit", "unit"], ["urgency", "urgency"], ["lang", "lang"]],
  information: [["owner", "unit"], ["review", "date"], ["then", "step"]], hang_up: [],
};
const MORE: Record<string, Field[]> = {
  say: [["barge_in", "yes", "true"]],
  menu: [["time_out", "number", "5"], ["repeat_key", "key"], ["wrong_key", "prompt"], ["retries", "number", "2"], ["on_retries", "person"], ["barge_in", "yes", "true"]],
  collect: [["min", "number", "1"], ["terminator", "terminator"], ["time_out", "number", "5"], ["on_time_out", "person"], ["wrong_key", "prompt"],
            ["retries", "number", "2"], ["on_retries", "person"], ["barge_in", "yes", "true"]],
  record: [["max_seconds", "number", "120"], ["silence_seconds", "number", "5"], ["person_key", "key", "0"], ["person", "person"]],
  information: [["sms_key", "key"], ["person_key", "key", "0"], ["person", "person"], ["time_out", "number", "4"]],
};
const SPEAKS = new Set(["say", "menu", "collect", "record", "service", "information", "hang_up"]);
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];

/** The form of one step. */
export function stepForm(bench: Bench, name: string): HTMLElement[] {
  const step = bench.session.flow.steps[name];
  if (!step) return [];
  const more = [...(MORE[step.verb] ?? []), ["note", "text"] as Field].map((field) => control(bench, name, step, field));
  return [control(bench, name, step, ["title", "text"]), SPEAKS.has(step.verb) && promptsOfStep(bench, name),
          ...(FIRST[step.verb] ?? []).map((field) => control(bench, name, step, field)),
          el("details", { class: "flow-more", "data-more": step.verb }, el("summary", {}, t("js.flow.more")), el("div", { class: "fields" }, ...more))].filter((one): one is HTMLElement => Boolean(one));
}

function control(bench: Bench, name: string, step: Step, field: Field): HTMLElement {
  const [key, kind, otherwise = ""] = field, path = ["steps", name, key], said = label(key), value = String(step[key] ?? otherwise);
  const put = (next: unknown): void => void bench.session.operate(t("js.flow.op.field", { field: said }), setting(bench.session.flow, path, next));
  if (kind === "keyed") return keyed(bench, path, (step[key] ?? {}) as Record<string, string>, said);
  if (kind === "values") return values(bench, path, (step[key] ?? {}) as Record<string, string>, said);
  if (kind === "calendar") return calendarBox(bench, path, value, said);
  if (kind === "prompt") return wrongKey(bench, name, path, String(step[key] ?? ""), said);
  if (kind === "step" || kind === "person") return labelled(said, stepChoice(bench, path, String(step[key] ?? ""), kind === "person" ? t("js.flow.to_person") : "", name));
  if (kind === "yes") return check(path, said, value === "true" || value === "True", (on) => put(on === (otherwise === "true") ? "" : on));
  const choices = choicesOf(bench, kind, value);
  if (choices) return labelled(said, saving(el("select", {}, ...choices), path.join("."), put));
  const input = el("input", kind === "number" ? { type: "number", min: 0, max: 600, step: 1 } : kind === "date" ? { type: "date" } : { maxlength: key === "note" ? 600 : 60 });
  input.value = value;
  return labelled(said, saving(input, path.join("."), (next) => put(kind === "number" && next ? Number(next) : next.trim())));
}

function check(path: string[], said: string, on: boolean, put: (on: boolean) => void): HTMLElement {
  const input = el("input", { type: "checkbox", checked: on });
  return el("label", { class: "choice" }, saving(input, path.join("."), (value) => put(value === "true")), el("span", {}, said));
}

function choicesOf(bench: Bench, kind: Kind, value: string): HTMLOptionElement[] | null {
  const of = (all: [string, string][]): HTMLOptionElement[] => {
    const known = all.some(([one]) => one === value) ? all : [...all, [value, value] as [string, string]];
    return known.map(([one, said]) => option(one, said, one === value));
  };
  if (kind === "unit") return of([["", t("js.flow.no_unit")], ...Object.entries(bench.units)]);
  if (kind === "lang") return of([["", t("js.flow.as_it_is")], ...bench.session.flow.languages.map((one): [string, string] => [one, one])]);
  if (kind === "urgency") return of([["", t("js.flow.urgency.0")], ["1", t("js.flow.urgency.1")], ["2", t("js.flow.urgency.2")]].map(([one, said]) => [one === "" && value === "0" ? "0" : one!, said!]));
  if (kind === "key") return of([["", t("js.flow.no_key")], ...KEYS.map((one): [string, string] => [one, one])]);
  return kind === "terminator" ? of([["", t("js.flow.by_hash")], ["#", "#"]]) : null;
}

/** Ways by key, or by value: each a line, and a last line that adds one. */
function keyed(bench: Bench, path: string[], there: Record<string, string>, said: string): HTMLElement {
  const byKey = path[2] === "choices", lines = Object.entries(there).map(([key, to]) => el("div", { class: "flow-way" },
    labelled(byWords([path[2]!, key]), stepChoice(bench, [...path, key], to)),
    button(t("js.flow.remove"), () => void bench.session.operate(t("js.flow.op.less", { place: byWords([path[2]!, key]) }), [{ path: [...path, key], gone: true }]),
           { "aria-label": t("js.flow.remove_way", { way: byWords([path[2]!, key]) }) })));
  const full = byKey && lines.length >= bench.mostChoices;
  return el("fieldset", { class: "flow-ways-form" }, el("legend", { class: "label" }, said), ...lines,
            full ? el("p", { class: "hint" }, t("js.flow.enough_keys", { n: bench.mostChoices })) : newWay(bench, path, there, byKey));
}

function newWay(bench: Bench, path: string[], there: Record<string, string>, byKey: boolean): HTMLElement {
  const which = byKey ? el("select", {}, ...KEYS.filter((key) => !(key in there)).map((key) => option(key, key))) : el("input", { maxlength: 120 });
  which.dataset.control = `${path.join(".")}?`;
  which.dataset.begun = "yes";
  const to = stepChoice(bench, [...path, "+"], "");
  const target = to.cloneNode(true) as HTMLSelectElement; // the same choices, saved under the key that is chosen beside it
  saving(target, `${path.join(".")}+`, (chosen) => { if (chosen && which.value.trim()) lead(bench, [...path, which.value.trim()], chosen, bench.session.flow.person); });
  return el("div", { class: "flow-way is-new" }, labelled(t(byKey ? "js.flow.add_key" : "js.flow.add_value"), which), labelled(t("js.flow.leads_to"), target));
}

function values(bench: Bench, path: string[], there: Record<string, string>, said: string): HTMLElement {
  const text = el("textarea", { rows: 3 });
  text.value = Object.entries(there).map(([name, value]) => `${name}=${value}`).join("\n");
  return labelled(said, saving(text, path.join("."), (value) => {
    const pairs = value.split("\n").map((line) => line.trim()).filter(Boolean).map((line): [string, string] => [line.split("=")[0]!.trim(), line.split("=").slice(1).join("=").trim()]);
    void bench.session.operate(t("js.flow.op.field", { field: said }), [{ path, value: Object.fromEntries(pairs) }]);
  }), t("js.flow.values_hint"));
}

function wrongKey(bench: Bench, step: string, path: string[], value: string, said: string): HTMLElement {
  const flow = bench.session.flow;
  const select = el("select", {}, option("", t("js.flow.the_same_again"), !value), option("+", t("js.flow.new_words")), ...Object.keys(flow.prompts).map((name) => option(name, promptWords(bench, name), name === value)));
  saving(select, path.join("."), (chosen) => {
    const name = chosen === "+" ? freshName(`${step}-wrong`, flow.prompts) : chosen;
    const fresh: Edit[] = chosen === "+" ? [{ path: ["prompts", name], value: Object.fromEntries(flow.languages.map((lang) => [lang, ""])) }] : [];
    void bench.session.operate(t("js.flow.op.field", { field: said }), [...fresh, ...setting(flow, path, name)]);
  });
  return el("div", { class: "fields" }, labelled(said, select), value && promptBox(bench, value, said));
}

/** The form of the flow itself: its name, where calls begin, who the person is, which languages. */
export function flowForm(bench: Bench): HTMLElement[] {
  const flow = bench.session.flow, operate = (field: string, edits: Edit[]): void => void bench.session.operate(t("js.flow.op.field", { field: label(field) }), edits);
  const input = (field: string, value: string, read: (typed: string) => unknown): HTMLElement => {
    const box = el("input", { maxlength: 120 });
    box.value = value;
    return saving(box, field, (typed) => operate(field, setting(flow, [field], read(typed))));
  };
  const silence = el("select", {}, option("person", t("js.flow.silence.person"), flow.silence !== "any"), option("any", t("js.flow.silence.any"), flow.silence === "any"));
  return [labelled(label("flow_title"), input("title", flow.title ?? "", (typed) => typed.trim())),
          labelled(label("entry"), stepChoice(bench, ["entry"], flow.entry)), labelled(label("person"), stepChoice(bench, ["person"], flow.person)),
          labelled(label("languages"), input("languages", flow.languages.join(" "), (typed) => typed.split(/[\s,，、]+/).filter(Boolean)), t("js.flow.languages_hint")),
          labelled(label("silence"), saving(silence, "silence", (value) => operate("silence", [{ path: ["silence"], value }])))];
}

function label(field: string): string {
  return t(`js.flow.field.${field}`);
}
