// Opening hours, edited where a step asks for them: the week, days off, and nothing that the check does not understand.
import { t } from "../texts";
import { option, saving, setting, type Bench } from "./controls";
import { button, el, labelled } from "./dom";
import { freshName, officeHours, type Edit, type Value } from "./model";

interface Span { days: string[]; from: string; to: string }
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00";

/** Return week days of what an editor may have written: `mon-fri`, `sat`, or a list of them. */
export function daysOf(given: Value): string[] {
  return [given].flat().flatMap((part) => {
    const [first, last] = String(part).split("-") as [string, string?];
    return last ? DAYS.slice(DAYS.indexOf(first), DAYS.indexOf(last) + 1) : [first];
  });
}

export function calendarBox(bench: Bench, path: string[], value: string, said: string): HTMLElement {
  const flow = bench.session.flow, calendars = flow.calendars ?? {}, operate = (edits: Edit[]): void => void bench.session.operate(t("js.flow.op.field", { field: said }), edits);
  const select = el("select", {}, ...[...new Set([...Object.keys(calendars), value])].filter(Boolean).map((name) => option(name, name, name === value)), option("+", t("js.flow.new_calendar")));
  saving(select, path.join("."), (chosen) => {
    const name = chosen === "+" ? freshName("hours", calendars) : chosen;
    const fresh: Edit[] = chosen === "+" ? [{ path: ["calendars", name], value: officeHours() }] : [];
    operate([...(flow.calendars ? [] : [{ path: ["calendars"], value: {} }]), ...fresh, { path, value: name }]);
  });
  return el("fieldset", { class: "flow-calendar" }, el("legend", { class: "label" }, said), labelled(t("js.flow.which_calendar"), select), ...(calendars[value] ? week(bench, value) : []));
}

function week(bench: Bench, name: string): HTMLElement[] {
  const calendar = bench.session.flow.calendars![name]!, path = ["calendars", name, "weekly"];
  const spans = ((calendar.weekly ?? []) as Span[]).map((span) => ({ ...span, days: daysOf(span.days) }));
  const put = (next: Span[]): void => void bench.session.operate(t("js.flow.op.hours"), [{ path, value: next }]);
  const lines = spans.map((span, i) => {
    const change = (more: Partial<Span>): void => put(spans.map((one, at) => (at === i ? { ...one, ...more } : one)));
    return spanLine(path, i, span, change, spans.length > 1 ? () => put(spans.filter((_, at) => at !== i)) : undefined);
  });
  return [...lines, button(t("js.flow.more_hours"), () => put([...spans, { days: ["sat"], from: "09:00", to: "12:00" }])), holidays(bench, name)];
}

function spanLine(path: string[], i: number, span: Span, change: (more: Partial<Span>) => void, remove?: () => void): HTMLElement {
  const days = DAYS.map((day) => {
    const box = el("input", { type: "checkbox", checked: span.days.includes(day) });
    saving(box, [...path, i, day].join("."), (on) => {
      const chosen = DAYS.filter((one) => (one === day ? on === "true" : span.days.includes(one)));
      if (chosen.length) change({ days: chosen });
    });
    return el("label", { class: "choice" }, box, el("span", {}, t(`js.flow.day.${day}`)));
  });
  const clock = (end: "from" | "to"): HTMLElement => {
    const box = el("input", { pattern: CLOCK, size: 5, required: true, title: t("js.flow.clock_hint") });
    box.value = span[end];
    return labelled(t(`js.flow.${end}`), saving(box, [...path, i, end].join("."), (value) => change({ [end]: value })));
  };
  return el("fieldset", { class: "flow-span" }, el("legend", {}, t("js.flow.hours_n", { n: i + 1 })), el("div", { class: "flow-days" }, ...days),
            el("div", { class: "flow-clocks" }, clock("from"), clock("to"), remove && button(t("js.flow.remove"), remove)));
}

function holidays(bench: Bench, name: string): HTMLElement {
  const text = el("textarea", { rows: 2 }), path = ["calendars", name, "holidays"];
  text.value = ((bench.session.flow.calendars![name]!.holidays ?? []) as string[]).join(" ");
  return labelled(t("js.flow.holidays"), saving(text, path.join("."), (value) => {
    const days = value.split(/[\s,，、]+/).filter(Boolean);
    void bench.session.operate(t("js.flow.op.hours"), days.length ? [{ path, value: days }] : setting(bench.session.flow, path, ""));
  }), t("js.flow.holidays_hint"));
}
