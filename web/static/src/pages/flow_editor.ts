// The editor of a draft: the list of what the citizen hears, the step that is edited, its check, the map, the telephone.
import "../base";
import { Checking } from "../menu/checking";
import { redraw, stepChoice, type Bench } from "../menu/controls";
import { flowForm, stepForm } from "../menu/detail";
import { button, el, labelled } from "../menu/dom";
import { mapLater } from "../menu/map_later";
import { added, copied, freshName, inOrder, moved, removed, titleOf, type Edit } from "../menu/model";
import { Press } from "../menu/press";
import { Publishing } from "../menu/publish";
import { Rows } from "../menu/rows";
import { Session, type Draft } from "../menu/session";
import { hearStep } from "../menu/sounds";
import { mountWalk } from "../menu/walk";
import { clock, t } from "../texts";

const given = JSON.parse(document.getElementById("flow-data")!.textContent ?? "{}") as {
  draft: Draft; units: Record<string, string>; choices: number; me: string; may_write: boolean; may_publish: boolean };
const place = (id: string): HTMLElement => document.getElementById(id)!;

class Editor implements Bench {
  readonly units = given.units;
  readonly mostChoices = given.choices;
  readonly session = new Session(given.draft, given.me, given.may_write, () => this.draw());
  readonly checking = new Checking(this.session, () => this.drawRows());
  readonly rows = new Rows(place("flow-rows"), this, (step) => void hearStep(this.session.flow, step).catch((error) => this.fault(error)));
  private readonly map = mapLater(place("menu-map"), given.draft.document, { onSelect: (step) => this.select(step, false) });
  private readonly press = new Press(document.body);
  private readonly search = place("flow-search") as HTMLInputElement;
  private drawnVersion = 0;
  selected = "";
  busy = 0;

  begin(): void {
    new Publishing(place("flow-publishing"), this.session, this.checking, given.may_publish);
    mountWalk(place("menu-walk"), this.session.draft.id, { onStep: (step) => { this.rows.lit = step; this.drawRows(); } });
    this.search.addEventListener("input", () => this.drawRows());
    document.addEventListener("keydown", (event) => this.typed(event));
    place("flow-undo").addEventListener("click", () => void this.session.turn("undo"));
    place("flow-redo").addEventListener("click", () => void this.session.turn("redo"));
    this.draw();
    this.session.begin();
  }

  select(step: string, focus = false): void {
    this.selected = step;
    this.drawRows();
    this.drawDetail();
    this.tellMap();
    if (focus) place("flow-detail").querySelector<HTMLElement>("input, textarea, select")?.focus();
  }

  fault(error: unknown): void {
    place("flow-said").textContent = (error as Error).message;
  }

  private draw(): void {
    if (this.selected && !this.session.flow.steps[this.selected]) this.selected = "";
    this.drawState();
    this.drawRows();
    this.refresh();
    if (this.drawnVersion !== this.session.draft.version) {
      this.drawnVersion = this.session.draft.version;
      this.checking.soon();
      this.tellMap();
    }
  }

  private tellMap(): void {
    this.map.update(this.session.flow, this.selected || undefined);
    const detail = { document: this.session.flow, selected: this.selected };
    place("menu-map").dispatchEvent(new CustomEvent("flow:changed", { bubbles: true, detail }));
  }

  private drawRows(): void {
    this.press.draw("rows", () => this.rows.draw(this.checking.byStep(), this.search.value.trim()));
  }

  private drawState(): void {
    const { session } = this, { undo, redo } = session.draft;
    turnButton("flow-undo", undo.words ? t("js.flow.undo_of", { words: undo.words }) : t("js.flow.undo"), !undo.steps || session.readOnly);
    turnButton("flow-redo", redo.words ? t("js.flow.redo_of", { words: redo.words }) : t("js.flow.redo"), !redo.steps || session.readOnly);
    const saved = session.savedAt ? t("js.flow.saved", { at: clock(session.savedAt / 1000), version: session.draft.version }) : t("js.flow.version", { version: session.draft.version });
    place("flow-saved").textContent = session.waiting.length ? t("js.flow.not_saved") : saved;
    const banner = place("flow-banner"), parts = this.trouble();
    banner.hidden = !parts.length;
    banner.replaceChildren(...parts);
  }

  /** What stands in the way of editing, and what to do about it. */
  private trouble(): HTMLElement[] {
    const { session } = this, held = session.waiting.map((one) => one.words).join("；");
    if (!session.mayWrite) return [el("p", {}, t("js.flow.may_not_write"))];
    if (!session.trouble) return [];
    const said = session.trouble === "locked" ? t("js.flow.locked", { by: session.editor || session.said }) : session.said;
    const acts = session.trouble === "locked" ? [button(t("js.flow.take_over"), () => session.retry(true))] : [button(t("js.flow.retry"), () => session.retry())];
    if (held) acts.push(button(t("js.flow.discard"), () => session.discard()));
    return [el("p", {}, said, held ? ` ${t("js.flow.held", { words: held })}` : ""), el("div", { class: "flow-buttons" }, ...acts)];
  }

  refresh(): void {
    this.press.draw("detail", () => { if (!this.busy) this.drawDetailNow(); });
  }

  private drawDetail(): void {
    this.press.draw("detail", () => this.drawDetailNow());
  }

  private drawDetailNow(): void {
    const detail = place("flow-detail"), kept = keep(detail), begun = keepBegun(detail), { session, selected } = this;
    const opened = new Set([...detail.querySelectorAll<HTMLDetailsElement>("details[open]")].map((one) => one.dataset.more));
    const name = selected ? titleOf(session.flow, selected) : t("js.flow.the_flow");
    const form = el("fieldset", { class: "fields flow-form", disabled: session.readOnly }, ...(selected ? stepForm(this, selected) : flowForm(this)), ...(selected ? this.acts(selected) : []));
    redraw(() => detail.replaceChildren(el("h2", { id: "flow-detail-title" }, name), form, this.comments()));
    for (const one of detail.querySelectorAll<HTMLDetailsElement>("details")) if (opened.has(one.dataset.more)) one.open = true;
    begun();
    kept();
  }

  private acts(step: string): HTMLElement[] {
    const flow = this.session.flow, before = stepChoice(this, ["before"], "");
    const fresh = before.cloneNode(true) as HTMLSelectElement;
    for (const one of [...fresh.options]) if (one.value && !one.value.startsWith("+")) one.remove();
    fresh.dataset.control = `insert.${step}`;
    fresh.dataset.begun = "yes";
    const insert = button(t("js.flow.insert"), () => { if (fresh.value) this.insert(step, fresh.value.slice(1)); });
    const last = flow.person === step;
    return [el("div", { class: "flow-way" }, labelled(t("js.flow.insert_before"), fresh), insert),
            el("div", { class: "flow-buttons" }, button(t("js.flow.up"), () => this.move(step, -1)), button(t("js.flow.down"), () => this.move(step, 1)),
               button(t("js.flow.copy"), () => this.copy(step), { id: "flow-copy" }),
               last ? el("p", { class: "hint" }, t("js.flow.is_person")) : button(t("js.flow.remove_step"), () => this.remove(step)))];
  }

  private insert(step: string, verb: string): void {
    const flow = this.session.flow, row = inOrder(flow).find((one) => one.step === step)!, name = freshName(verb.replace("_", "-"), flow.steps);
    const path = row.from ? ["steps", row.from, ...row.by] : ["entry"];
    const edits: Edit[] = [...added(flow, verb, step, name, Object.keys(flow.steps).indexOf(step)), ...(row.by[0] === "unreached" ? [] : [{ path, value: name }])];
    void this.session.operate(t("js.flow.op.new", { verb: t(`js.flow.verb.${verb}`) }), edits).then((done) => { if (done) this.select(name, true); });
  }

  private copy(step: string): void {
    const flow = this.session.flow, name = freshName(step, flow.steps), title = titleOf(flow, step);
    const edits = copied(flow, step, name, t("js.flow.copy_of", { step: title }).slice(0, 60));
    void this.session.operate(t("js.flow.op.copy", { step: title }), edits).then((done) => { if (done) this.select(name, true); });
  }

  private move(step: string, by: -1 | 1): void {
    const row = this.rows.rows.find((one) => one.step === step), edits = row ? moved(this.session.flow, row, by) : null;
    if (!edits) return this.fault(new Error(t("js.flow.cannot_move")));
    void this.session.operate(t("js.flow.op.move", { step: titleOf(this.session.flow, step) }), edits).then(() => this.rows.focus());
  }

  private remove(step: string): void {
    const flow = this.session.flow;
    if (flow.person === step) return this.fault(new Error(t("js.flow.is_person")));
    const at = this.rows.rows.findIndex((one) => one.step === step), next = this.rows.rows[at - 1]?.step ?? "";
    const words = t("js.flow.op.remove", { step: titleOf(flow, step) });
    void this.session.operate(words, removed(flow, step)).then((done) => {
      if (!done) return;
      this.select(next, false);
      this.rows.focus();
      place("flow-said").textContent = t("js.flow.removed", { words });
    });
  }

  private comments(): HTMLElement {
    const path = this.selected ? `steps.${this.selected}` : "", { session } = this, text = el("textarea", { rows: 2, maxlength: 1000 });
    text.dataset.control = `comment.${path}`;
    text.dataset.begun = "yes";
    const add = button(t("js.flow.comment_add"), () => { if (text.value.trim()) void session.comment(path, text.value.trim()).then(() => { text.value = ""; this.drawDetail(); }, (error) => this.fault(error)); });
    const there = session.draft.comments.filter((one) => one.path === path);
    return el("section", { class: "flow-comments", "aria-labelledby": "flow-comments-title" }, el("h3", { id: "flow-comments-title" }, t("js.flow.comments")),
              ...there.map((one) => el("p", {}, el("strong", {}, one.by), ` ${clock(one.at)} `, one.text)), ...(session.mayWrite ? [labelled(t("js.flow.comment"), text), add] : []));
  }

  private typed(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const target = event.target as HTMLElement, row = target.closest<HTMLElement>(".flow-row");
    if (event.key === "Escape" && target.closest("#flow-detail")) return this.rows.focus();
    if (row?.dataset.stepRow) {
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        return this.move(row.dataset.stepRow, event.key === "ArrowUp" ? -1 : 1);
      }
      if (event.key === "Delete" && !this.session.readOnly) return this.remove(row.dataset.stepRow);
    }
    if (!(event.ctrlKey || event.metaKey) || target.matches("input:not([type=checkbox]), textarea")) return;
    const key = event.key.toLowerCase(), redo = key === "y" || (key === "z" && event.shiftKey);
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    void this.session.turn(redo ? "redo" : "undo");
  }
}

function turnButton(id: string, said: string, off: boolean): void {
  const element = place(id) as HTMLButtonElement;
  element.textContent = said;
  element.disabled = off;
}

/** Remember what is begun but not saved; return what puts it back after a redraw. */
function keepBegun(detail: HTMLElement): () => void {
  const begun = new Map([...detail.querySelectorAll<HTMLInputElement>("[data-begun]")].map((one) => [one.dataset.control, one.value]));
  return () => {
    for (const one of detail.querySelectorAll<HTMLInputElement>("[data-begun]")) {
      const value = begun.get(one.dataset.control);
      if (value !== undefined) putBack(one, value);
    }
  };
}

function putBack(control: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (!(control instanceof HTMLSelectElement) || [...control.options].some((one) => one.value === value)) control.value = value;
}

/** Remember where the focus is, and what is typed or chosen there; return what puts both back after a redraw. */
function keep(detail: HTMLElement): () => void {
  const active = document.activeElement as HTMLInputElement | null;
  if (!active || active === detail || !detail.contains(active)) return () => undefined;
  const word = wordOf(active), nth = alike(detail, word).indexOf(active);
  const unsaved = active.dataset.was !== active.value;
  const typing = unsaved && active.matches("select, textarea, input:not([type=checkbox], [type=file])"), value = active.value;
  const at = typing && !(active instanceof HTMLSelectElement) && active.type !== "number" && active.type !== "date" ? active.selectionStart : null;
  return () => {
    const again = alike(detail, word)[nth] as HTMLInputElement | undefined;
    if (typing && again) putBack(again, value);
    again?.focus();
    if (at !== null) again?.setSelectionRange(at, at);
  };
}

function wordOf(element: HTMLElement): string {
  return [element.tagName, element.dataset.control ?? element.getAttribute("aria-label") ?? element.textContent].join(" ");
}

function alike(detail: HTMLElement, word: string): HTMLElement[] {
  return [...detail.querySelectorAll<HTMLElement>("input, select, textarea, button, summary")].filter((one) => wordOf(one) === word);
}

new Editor().begin();
