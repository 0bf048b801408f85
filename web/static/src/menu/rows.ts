// The list of what the citizen hears, in order, indented by key: where people edit.
import { t } from "../texts";
import { byWords, type Bench } from "./controls";
import { el } from "./dom";
import { inOrder, promptsOf, titleOf, waysOf, type FlowDocument, type Row } from "./model";
import type { Finding } from "./checking";

const DEEPEST = 6; // levels that are indented

export class Rows {
  rows: Row[] = [];
  lit: string | null = null; // where the caller of a walk stands

  constructor(private readonly list: HTMLElement, private readonly bench: Bench, private readonly hear: (step: string) => void) {
    list.addEventListener("keydown", (event) => this.typed(event));
  }

  draw(findings: Map<string, Finding[]>, search: string): void {
    const flow = this.bench.session.flow, focused = this.list.contains(document.activeElement);
    this.rows = inOrder(flow);
    const items = this.rows.filter((row) => found(flow, row, search)).map((row) => this.item(flow, row, findings.get(row.step) ?? []));
    this.list.replaceChildren(this.flowItem(flow, findings.get("") ?? []), ...items);
    if (focused) this.focus();
  }

  focus(): void {
    this.list.querySelector<HTMLElement>('.flow-row[tabindex="0"]')?.focus();
  }

  private flowItem(flow: FlowDocument, findings: Finding[]): HTMLLIElement {
    const said = [el("span", { class: "flow-by" }, t("js.flow.by.call")), el("span", { class: "flow-name" }, t("js.flow.the_flow")),
                  el("span", { class: "flow-text" }, t("js.flow.languages_are", { languages: flow.languages.join(" ") }))];
    return el("li", { class: "flow-item" }, this.row("", said, findings), findingsList(findings));
  }

  private item(flow: FlowDocument, row: Row, findings: Finding[]): HTMLLIElement {
    const step = flow.steps[row.step]!, lang = flow.languages[0] ?? "zh-CN";
    const words = promptsOf(step).map((name) => String(flow.prompts[name]?.[lang] ?? "")).filter(Boolean).join(" ");
    const recorded = promptsOf(step).some((name) => flow.prompts[name]?.recording);
    const ways = waysOf(flow, row.step).map((way) => `${byWords(way.field)} → ${titleOf(flow, way.to)}`).join(" · ");
    const said = [
      el("span", { class: "flow-by" }, byWords(row.by)), el("span", { class: "flow-name" }, titleOf(flow, row.step)),
      el("span", { class: "badge" }, t(`js.flow.verb.${step.verb}`)), recorded && el("span", { class: "badge" }, t("js.flow.recorded")),
      words && el("span", { class: "flow-text" }, words), ways && el("span", { class: "flow-ways" }, ways)];
    const play = words || recorded ? el("button", { type: "button", class: "button flow-hear", "aria-label": t("js.flow.hear_step", { step: titleOf(flow, row.step) }),
                                                    onclick: () => this.hear(row.step) }, "▶") : null;
    const item = el("li", { class: `flow-item${this.lit === row.step ? " is-lit" : ""}`, "data-row": row.step }, this.row(row.step, said, findings), play, findingsList(findings));
    item.style.setProperty("--depth", String(Math.min(row.depth, DEEPEST)));
    return item;
  }

  private row(step: string, said: (HTMLElement | string | false | undefined)[], findings: Finding[]): HTMLButtonElement {
    const chosen = this.bench.selected === step;
    const bad = findings.filter((one) => !one.warning).length;
    return el("button", { type: "button", class: `flow-row${chosen ? " is-chosen" : ""}${bad ? " is-bad" : ""}`, "data-step-row": step, tabindex: chosen ? 0 : -1,
                          "aria-current": chosen ? "true" : undefined, onclick: () => this.bench.select(step, true) }, ...said as Node[]);
  }

  private typed(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>(".flow-row");
    if (!row || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const all = [...this.list.querySelectorAll<HTMLElement>(".flow-row")], at = all.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key] ?? at;
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    if (!next) return;
    this.bench.select(next.dataset.stepRow ?? "", false);
    this.focus();
  }
}

function found(flow: FlowDocument, row: Row, search: string): boolean {
  if (!search) return true;
  const step = flow.steps[row.step]!, words = promptsOf(step).map((name) => JSON.stringify(flow.prompts[name] ?? ""));
  return [row.step, step.title, step.note, byWords(row.by), t(`js.flow.verb.${step.verb}`), ...words].join(" ").toLowerCase().includes(search.toLowerCase());
}

/** What the check says about a place, with what to do. */
export function findingsList(findings: Finding[]): HTMLElement | null {
  if (!findings.length) return null;
  return el("ul", { class: "flow-findings" }, ...findings.map((one) => el("li", { class: one.warning ? "flow-finding is-warning" : "flow-finding" },
    el("strong", {}, t(one.warning ? "js.flow.ask" : "js.flow.block")), ` ${one.problem} `, el("span", { class: "flow-fix" }, one.fix),
    one.way && one.way.lines.length ? el("details", {}, el("summary", {}, t("js.flow.example")), el("pre", { tabindex: 0 }, one.way.lines.join("\n"))) : null)));
}
