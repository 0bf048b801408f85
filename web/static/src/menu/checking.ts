// The check of a draft: asked for after every edit, each finding beside the row it is about.
import { ask } from "../http";
import type { Session } from "./session";

export interface Finding { path: string; problem: string; fix: string; warning: boolean; code: string; way: { lines: string[] } | null }
export interface Report { ok: boolean; findings: Finding[] }

const QUIET = 700; // ms after the last edit
const PATIENCE = 30_000;

export class Checking {
  report: Report | null = null;
  private timer = 0;
  private turn = 0;

  constructor(private readonly session: Session, private readonly done: () => void) {}

  soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.now(), QUIET);
  }

  async now(): Promise<Report | null> {
    const turn = ++this.turn;
    const report = await ask<Report>("GET", `${this.session.path}/check`, undefined, {}, PATIENCE).catch(() => null);
    if (turn !== this.turn) return this.report;
    this.report = report;
    this.done();
    return report;
  }

  /** Return the findings by step, those about prompts with every step that says them, "" for the rest. */
  byStep(): Map<string, Finding[]> {
    const found = new Map<string, Finding[]>(), steps = this.session.flow.steps;
    const put = (step: string, one: Finding): void => { found.set(step, [...(found.get(step) ?? []), one]); };
    for (const one of this.report?.findings ?? []) {
      const [section, name = ""] = one.path.split(".");
      const says = section === "prompts" ? Object.keys(steps).filter((step) => [steps[step]!.prompts, steps[step]!.wrong_key].flat().includes(name)) : [];
      if (section === "steps" && steps[name]) put(name, one);
      else if (says.length) for (const step of says) put(step, one);
      else put("", one);
    }
    return found;
  }
}
