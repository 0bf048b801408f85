// The draft as the server keeps it: every edit is an operation there. Nothing typed is lost: what could not be saved waits.
import { ask, csrf, type Refused } from "../http";
import { t } from "../texts";
import type { Edit, FlowDocument } from "./model";

export interface Turn { steps: number; words: string }
export interface Comment { id: string; by: string; at: number; path: string; text: string }
export interface Draft {
  id: string; title: string; version: number; based_on: number; by: string; changed_at: number; document: FlowDocument;
  lock: { by: string; until: number } | null; undo: Turn; redo: Turn; comments: Comment[];
}
export interface Operation { words: string; edits: Edit[] }
export type Trouble = "" | "network" | "conflict" | "locked" | "refused";

const SIGN_OF_LIFE = 15_000; // ms; the server keeps the lock for 120 s

export class Session {
  readonly waiting: Operation[] = [];
  trouble: Trouble = "";
  said = "";
  savedAt = 0;
  private line: Promise<unknown> = Promise.resolve();

  constructor(public draft: Draft, readonly me: string, readonly mayWrite: boolean, private readonly changed: () => void) {}

  get path(): string { return `/api/menu/drafts/${this.draft.id}`; }
  get flow(): FlowDocument { return this.draft.document; }
  get readOnly(): boolean { return !this.mayWrite || this.trouble === "locked"; }
  get editor(): string { return this.draft.lock && this.draft.lock.by !== this.me ? this.draft.lock.by : ""; }

  /** Do an operation; true when the server has it. One after the other, so that versions follow each other. */
  operate(words: string, edits: Edit[]): Promise<boolean> {
    this.waiting.push({ words, edits });
    return this.queued(() => this.send());
  }

  turn(which: "undo" | "redo"): Promise<boolean> {
    return this.queued(() => this.take(() => ask<Draft>("POST", `${this.path}/${which}`, { version: this.draft.version })));
  }

  /** Try again what waits, on the newest version of the draft. */
  retry(over = false): Promise<boolean> {
    return this.queued(async () => {
      if (!(await this.hold(over))) return false;
      this.draft = await ask<Draft>("GET", this.path);
      this.settle();
      return this.send();
    }).catch(() => false);
  }

  /** Give up what waits and show what the server has. */
  async discard(): Promise<void> {
    this.waiting.length = 0;
    await this.retry();
  }

  async comment(path: string, text: string): Promise<void> {
    this.draft.comments = (await ask<{ comments: Comment[] }>("POST", `${this.path}/comments`, { path, text })).comments;
    this.changed();
  }

  /** Take the right to edit and keep it as long as the page is there. */
  begin(): void {
    const beat = () => void this.queued(() => this.live());
    beat();
    setInterval(beat, SIGN_OF_LIFE);
    addEventListener("pagehide", () => {
      if (!this.readOnly) void fetch(`${this.path}/lock`, { method: "DELETE", keepalive: true, headers: { "X-CSRF-Token": csrf() } });
    });
    addEventListener("beforeunload", (event) => { if (this.waiting.length) event.preventDefault(); });
  }

  private queued<T>(work: () => Promise<T>): Promise<T> {
    const next = this.line.then(work, work);
    this.line = next.catch(() => undefined);
    return next;
  }

  private async live(): Promise<void> {
    const locked = this.trouble === "locked";
    if (this.mayWrite && !(await this.hold(false))) return;
    const seen = await ask<Draft>("GET", this.path).catch(() => null);
    if (!seen || this.waiting.length) return;
    const moved = seen.version !== this.draft.version || seen.comments.length !== this.draft.comments.length;
    this.draft = moved ? seen : { ...this.draft, lock: seen.lock };
    if (locked) this.settle(); else if (moved) this.changed();
  }

  private async hold(over: boolean): Promise<boolean> {
    if (!this.mayWrite) return false;
    try {
      this.draft.lock = (await ask<Draft>("POST", `${this.path}/lock`, { over })).lock;
      return true;
    } catch (error) {
      await this.fail(error as Refused, "locked");
      return false;
    }
  }

  private async send(): Promise<boolean> {
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      if (this.trouble) return false;
      const done = first, version = this.draft.version;
      if (!(await this.take(() => ask<Draft>("POST", `${this.path}/operations`, { version, words: done.words.slice(0, 200), edits: done.edits })))) return false;
      this.waiting.shift();
    }
    this.changed();
    return true;
  }

  private async take(work: () => Promise<Draft>): Promise<boolean> {
    try {
      this.draft = await work();
      this.savedAt = Date.now();
      this.settle();
      return true;
    } catch (error) {
      await this.fail(error as Refused, "conflict");
      return false;
    }
  }

  private async fail(error: Refused, conflict: Trouble): Promise<void> {
    this.said = error.message;
    this.trouble = error.status === 409 ? conflict : error.status === 0 ? "network" : "refused";
    const seen = await ask<Draft>("GET", this.path).catch(() => null);
    if (error.status === 409 && seen?.lock && seen.lock.by !== this.me) this.trouble = "locked";
    if (seen && this.trouble === "locked" && !this.waiting.length) this.draft = seen; // who may only look sees the newest
    else if (seen) this.draft.lock = seen.lock;
    if (this.trouble === "conflict" && !this.waiting.length && seen) { // an undo that came too late: show what there is
      this.draft = seen;
      this.said = t("js.flow.was_changed");
    }
    this.changed();
  }

  private settle(): void {
    this.trouble = "";
    this.said = "";
    this.changed();
  }
}
