// A telephone in the page that plays a draft: what is heard as sound and words, the way taken and why, at any hour.
import { ask, csrf, type Refused } from "../http";
import { t } from "../texts";

interface Move { step: string; pressed: string; words: string; texts: string[]; seconds: number }
interface Walked {
  moves: Move[]; step: string; seconds: number; lines: string[]; variables: Record<string, string>;
  outcome: { kind: string; skill: string } | null; asked: { texts: string[]; kind: string } | null;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

class Telephone {
  private presses: string[] = [];
  private turn = 0;
  private readonly sound = new Audio();
  private readonly heard = made("ol", "walk-heard");
  private readonly known = made("dl", "walk-known");
  private readonly state = made("p", "walk-state");
  private readonly day = made("input", "");
  private readonly pad = made("div", "walk-pad");
  private readonly ringer = made("button", "button walk-ring");

  constructor(private readonly element: HTMLElement, private readonly draft: string, private readonly onStep: (step: string | null) => void) {
    this.state.setAttribute("role", "status");
    this.ringer.type = "button";
    this.ringer.textContent = t("js.walk.ring");
    this.heard.setAttribute("aria-label", t("js.walk.heard"));
    this.day.type = "datetime-local";
    this.day.addEventListener("change", () => { if (this.presses.length || this.heard.childElementCount) void this.begin(); });
    const clock = made("label", "field");
    const label = made("span", "label");
    label.textContent = t("js.walk.clock");
    clock.append(label, this.day);
    this.pad.setAttribute("role", "group");
    this.pad.setAttribute("aria-label", t("js.walk.pad"));
    this.pad.append(...KEYS.map((key) => this.button(key, () => this.press(key), "walk-key", t("js.walk.press", { key }))));
    const acts = made("div", "walk-acts");
    acts.append(this.button(t("js.walk.begin"), () => this.begin(), "primary"), this.button(t("js.walk.silence"), () => this.press("t")),
                this.button(t("js.walk.hang_up"), () => this.press("h")), this.ringer);
    this.ringer.addEventListener("click", () => void this.ring());
    element.classList.add("walk");
    element.replaceChildren(clock, acts, this.pad, this.state, this.heard, this.known);
    element.addEventListener("keydown", (event) => this.typed(event));
    this.mayPress(false);
    this.state.textContent = t("js.walk.ready");
  }

  private button(said: string, act: () => unknown, name = "", label = ""): HTMLButtonElement {
    const button = made("button", `button ${name}`);
    button.type = "button";
    button.textContent = said;
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", () => void act());
    return button;
  }

  private typed(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target === this.day || !KEYS.includes(event.key)) return;
    event.preventDefault();
    if (this.pad.dataset.open) void this.press(event.key);
  }

  private begin(): Promise<void> {
    this.presses = [];
    return this.go();
  }

  private press(key: string): Promise<void> | void {
    if (!this.pad.dataset.open) return;
    this.presses.push(key);
    return this.go();
  }

  private mayPress(open: boolean): void {
    if (open) this.pad.dataset.open = "yes"; else delete this.pad.dataset.open;
    for (const button of this.element.querySelectorAll<HTMLElement>(".walk-key, .walk-acts .button:not(.primary, .walk-ring)"))
      button.setAttribute("aria-disabled", String(!open));
  }

  /** Have the switch ring the reader's own telephone and play the draft there, as callers would hear it. */
  private async ring(): Promise<void> {
    if (this.ringer.getAttribute("aria-busy") === "true") return;
    this.ringer.setAttribute("aria-busy", "true");
    this.sound.pause();
    try {
      const { phone } = await ask<{ phone: string }>("POST", `/api/menu/drafts/${this.draft}/ring`);
      this.state.textContent = t("js.walk.rings", { phone });
    } catch (error) { this.state.textContent = (error as Refused).message; }
    this.ringer.removeAttribute("aria-busy");
  }

  private async go(): Promise<void> {
    const turn = ++this.turn, wish = { presses: this.presses, at: this.day.value || null };
    this.sound.pause();
    this.mayPress(false);
    try {
      const walked = await ask<Walked>("POST", `/api/menu/drafts/${this.draft}/walk`, wish);
      if (turn === this.turn) this.show(walked);
    } catch (error) {
      if (turn !== this.turn) return;
      this.presses.pop(); // the key was not taken: it may be pressed again
      this.mayPress(true);
      this.state.textContent = (error as Refused).message;
      return;
    }
    if (this.presses.at(-1) !== "h") await this.play(turn, wish);
  }

  private show(walked: Walked): void {
    this.heard.replaceChildren(...walked.moves.map((move) => row(move.words, move.texts)),
                               ...(walked.asked ? [row(t("js.walk.now"), walked.asked.texts)] : []));
    this.heard.lastElementChild?.classList.add("is-now");
    this.known.replaceChildren(...Object.entries(walked.variables).flatMap(([name, value]) => [text("dt", name), text("dd", value)]));
    this.state.textContent = walked.lines.at(-1)?.trim() ?? "";
    this.mayPress(walked.asked !== null);
    this.onStep(walked.step);
  }

  /** Play what the last key has led to. Where there is no sound (no speech engine), the words still stand there. */
  private async play(turn: number, wish: { presses: string[]; at: string | null }): Promise<void> {
    const answer = await fetch(`/api/menu/drafts/${this.draft}/sound?last=true`, {
      method: "POST", headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/json" }, body: JSON.stringify(wish),
      signal: AbortSignal.timeout(20000),
    }).catch(() => null);
    if (!answer?.ok || turn !== this.turn) return;
    URL.revokeObjectURL(this.sound.src);
    this.sound.src = URL.createObjectURL(await answer.blob());
    if (turn === this.turn) await this.sound.play().catch(() => undefined);
  }

  stop(): void {
    this.turn++;
    this.sound.pause();
    URL.revokeObjectURL(this.sound.src);
    this.onStep(null);
  }
}

function made<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}

function text(tag: "dt" | "dd" | "q", said: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = said;
  return element;
}

function row(words: string, texts: string[]): HTMLLIElement {
  const line = made("li", ""), why = made("span", "walk-why");
  why.textContent = words;
  line.append(why, ...texts.map((one) => text("q", one)));
  return line;
}

/** Put a telephone into `element` that walks a draft; `onStep` is told where the caller stands, null when it is gone. */
export function mountWalk(element: HTMLElement, draftId: string, hooks: { onStep(step: string | null): void }): { stop(): void } {
  return new Telephone(element, draftId, hooks.onStep);
}
