// Check, difference in words, publish now or at a time.
import { ask, type Refused } from "../http";
import { t } from "../texts";
import type { Checking } from "./checking";
import { button, el, labelled } from "./dom";
import { findingsList } from "./rows";
import type { Session } from "./session";
import { epochOf } from "./wall_clock";

interface Change { words: string; kind: string; before: unknown; after: unknown }
interface Replayed { worse: number; words: string; differences: { words: string; examples: string[] }[] }
interface Entry { number: number; due_at: number | null }

const RENDERING = 120_000; // ms; every prompt is spoken before a release comes into force

const REPLAYED = 2000; // calls, the latest

export class Publishing {
  private current: number | null = null; // the release in force that has been looked at, where somebody was quicker
  private readonly told = el("div", { class: "flow-told", role: "status", tabindex: -1 });

  constructor(element: HTMLElement, private readonly session: Session, private readonly checking: Checking, mayPublish: boolean) {
    const acts = el("div", { class: "flow-buttons" }, button(t("js.flow.check"), () => this.check(), { id: "flow-check" }), button(t("js.flow.difference"), () => this.difference(), { id: "flow-difference" }), button(t("js.flow.replay"), () => this.replay(), { id: "flow-replay" }));
    element.append(acts, ...(mayPublish ? [this.form()] : [el("p", { class: "hint" }, t("js.flow.may_not_publish"))]), this.told);
  }

  private form(): HTMLFormElement {
    const why = el("input", { name: "why", minlength: 2, maxlength: 500, required: true }), due = el("input", { name: "due", type: "datetime-local" });
    const publish = el("button", { type: "submit", class: "button primary" }, t("js.flow.publish"));
    const form = el("form", { class: "flow-row-form", id: "flow-publish" }, labelled(t("js.flow.why"), why), labelled(t("js.flow.due"), due, t("js.flow.due_hint")), publish);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (publish.getAttribute("aria-busy") === "true") return;
      publish.setAttribute("aria-busy", "true");
      void this.publish(why.value.trim(), due.value).finally(() => publish.removeAttribute("aria-busy"));
    });
    return form;
  }

  private say(...parts: (Node | string | null)[]): void {
    this.told.replaceChildren(...parts.filter((one): one is Node | string => one !== null));
  }

  private async check(): Promise<void> {
    this.say(t("js.flow.checking"));
    const report = await this.checking.now();
    if (!report) return this.say(t("js.flow.not_checked"));
    const bad = report.findings.filter((one) => !one.warning).length, asks = report.findings.length - bad;
    this.say(el("p", {}, t(report.ok ? "js.flow.check_good" : "js.flow.check_bad", { bad, asks })), findingsList(report.findings));
  }

  private async difference(): Promise<void> {
    try {
      const { changes } = await ask<{ changes: Change[] }>("GET", `${this.session.path}/difference`);
      this.say(el("p", {}, t(changes.length ? "js.flow.changes" : "js.flow.no_changes", { n: changes.length })),
               el("ul", { class: "flow-said" }, ...changes.map((one) => el("li", {}, one.words))));
    } catch (error) { this.say((error as Refused).message); }
  }

  /** Walk the keys of the last real calls through the draft: who would end elsewhere than they did. */
  private async replay(): Promise<void> {
    this.say(t("js.flow.replaying", { n: REPLAYED }));
    try {
      const found = await ask<Replayed>("POST", `${this.session.path}/replay`, { last: REPLAYED }, {}, RENDERING);
      this.say(el("p", { class: found.worse ? "error-summary" : "flow-done", id: "flow-replayed" }, found.words),
               el("ul", { class: "flow-said" }, ...found.differences.map((one) => el("li", {}, one.words, " ", ...one.examples.slice(0, 3).map((call, n) =>
                 el("a", { href: `/menu/calls/${call}` }, t("js.flow.example_call", { n: n + 1 })))))));
    } catch (error) { this.say((error as Refused).message); }
  }

  private async publish(why: string, due: string): Promise<void> {
    this.say(t("js.flow.publishing"));
    const based = this.current === null ? {} : { based_on: this.current };
    try {
      const entry = await ask<Entry>("POST", `${this.session.path}/publish`, { why, due_at: due ? epochOf(due) : null, ...based }, {}, RENDERING);
      this.say(el("p", { class: "flow-done", id: "flow-published" }, t(entry.due_at ? "js.flow.scheduled" : "js.flow.published", { number: entry.number })),
               el("a", { class: "button", href: "/menu" }, t("js.flow.to_releases")));
    } catch (error) { await this.refused(error as Refused); }
    this.told.focus();
  }

  private async refused(error: Refused): Promise<void> {
    const report = error.status === 422 ? await this.checking.now() : null;
    const said = el("p", { class: "error-summary" }, error.message);
    if (error.status !== 409) return this.say(said, report && findingsList(report.findings.filter((one) => !one.warning)));
    this.current = (await ask<{ current: number }>("GET", "/api/menu/releases").catch(() => ({ current: null as unknown as number }))).current;
    const { changes } = await ask<{ changes: Change[] }>("GET", `${this.session.path}/difference`).catch(() => ({ changes: [] as Change[] }));
    this.say(said, el("p", {}, t("js.flow.publish_again")), el("ul", { class: "flow-said" }, ...changes.map((one) => el("li", {}, one.words))));
  }
}
