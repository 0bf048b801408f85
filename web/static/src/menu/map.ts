// The flow as a map, for checking: who edits does so in the list. Drawn by LogicFlow, which only shows here.
import LogicFlow, { BezierEdge, BezierEdgeModel, h, RectNode, RectNodeModel } from "@logicflow/core";
import { has, t } from "../texts";
import { linesOf, placesOf, type Line, type MapDocument, type Way } from "./layout";

/** What callers did at a step, as /api/menu/figures tells it. */
export interface Tally { entered: number; left: number; reached_person: number; to: Record<string, number> }
export type Counts = Record<string, Tally>;
export interface FlowMap { update(flow: MapDocument, selected?: string, counts?: Counts): void }

const WIDE = 200, HIGH = 60, COLUMN = 300, ROW = 104, MARGIN = 24, LETTERS = 12;

class StepModel extends RectNodeModel {
  setAttributes(): void {
    this.width = WIDE;
    this.height = HIGH;
    this.text.value = "";
    this.draggable = false;
  }
}

class StepView extends RectNode {
  getShape() {
    const { id, x, y, properties } = this.props.model, data = properties as Record<string, string>;
    const line = (name: string, dy: number, said: string) => h("text", { className: name, x: x - WIDE / 2 + 14, y: y + dy }, said);
    return h("g", { className: `map-step map-${data.verb}${data.chosen ? " is-chosen" : ""}`, tabindex: 0, role: "button",
                    "aria-description": data.label, "aria-pressed": data.chosen ? "true" : "false", "data-step": id }, [
      h("rect", { className: "map-box", x: x - WIDE / 2, y: y - HIGH / 2, width: WIDE, height: HIGH, rx: 8 }),
      h("rect", { className: "map-kind", x: x - WIDE / 2, y: y - HIGH / 2, width: 5, height: HIGH, rx: 2 }),
      line("map-title", -6, data.title ?? ""), line("map-note", 16, data.note ?? "")]);
  }
}

class WayModel extends BezierEdgeModel {
  getEdgeStyle() {
    const tacit = Boolean((this.properties as Record<string, unknown>).tacit);
    return { ...super.getEdgeStyle(), stroke: "var(--edge-strong)", strokeWidth: tacit ? 1 : 1.6, strokeDasharray: tacit ? "4 4" : "" };
  }
  getTextStyle() {
    const style = super.getTextStyle();
    return { ...style, color: "var(--ink)", fontSize: 13, background: { ...style.background, fill: "var(--surface)", stroke: "transparent" } };
  }
}

function short(said: string): string {
  const letters = [...said];
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : said;
}

function said(way: Way): string {
  return way.key && way.why !== "cases" ? t("js.map.key", { key: way.key }) : way.key || t(`js.map.way.${way.why}`);
}

function verb(name: string): string { return has(`js.map.verb.${name}`) ? t(`js.map.verb.${name}`) : name; }

function nodes(flow: MapDocument, lines: Line[], selected: string, counts?: Counts) {
  return placesOf(flow, lines).map(({ step, column, row }) => {
    const one = flow.steps[step]!, title = one.title || step, tally = counts?.[step];
    const note = counts ? t("js.map.counts", { entered: tally?.entered ?? 0, left: tally?.left ?? 0 }) : verb(one.verb);
    const label = t("js.map.step", { title, verb: verb(one.verb), note: counts ? note : "" });
    return { id: step, type: "step", x: MARGIN + WIDE / 2 + column * COLUMN, y: MARGIN + HIGH / 2 + row * ROW,
             properties: { verb: one.verb, title: short(title), note, label, chosen: step === selected ? "1" : "" } };
  });
}

function edges(lines: Line[], counts?: Counts) {
  return lines.map(({ from, to, ways }, at) => {
    const gone = counts?.[from]?.to[to];
    const text = ways.map(said).slice(0, 3).join(" / ") + (ways.length > 3 ? "…" : "") + (gone ? ` · ${gone}` : "");
    return { id: `way-${at}`, type: "way", sourceNodeId: from, targetNodeId: to, text, properties: { tacit: ways.every((way) => way.tacit) } };
  });
}

/** Draw a flow. A click, Enter or Space on a step tells `onSelect`; `update` draws what has changed meanwhile. */
export function mountMap(element: HTMLElement, flow: MapDocument, hooks: { onSelect(step: string): void }): FlowMap {
  element.classList.add("flow-map");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", t("js.map.label"));
  const canvas = element.appendChild(document.createElement("div"));
  canvas.className = "flow-map-canvas";
  const lf = new LogicFlow({ container: canvas, isSilentMode: true, grid: false, history: false, partial: false, allowResize: false,
                             stopZoomGraph: true, stopScrollGraph: true, stopMoveGraph: true, edgeTextDraggable: false, nodeTextEdit: false });
  lf.register({ type: "step", view: StepView, model: StepModel });
  lf.register({ type: "way", view: BezierEdge, model: WayModel });
  const chosen = (event: Event) => (event.target as Element).closest("[data-step]")?.getAttribute("data-step");
  canvas.addEventListener("click", (event) => { const step = chosen(event); if (step) hooks.onSelect(step); }, true);
  canvas.addEventListener("keydown", (event) => {
    const step = chosen(event);
    if (!step || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    hooks.onSelect(step);
  }, true);
  const update = (next: MapDocument, selected = "", counts?: Counts): void => {
    const focused = (document.activeElement as HTMLElement | null)?.closest("[data-step]")?.getAttribute("data-step");
    const lines = linesOf(next), drawn = nodes(next, lines, selected, counts);
    // the canvas is as large as the flow, and its frame scrolls: by wheel, touch, keys and whatever has the focus
    lf.resize(Math.max(...drawn.map((node) => node.x), 0) + WIDE / 2 + MARGIN, Math.max(...drawn.map((node) => node.y), 0) + HIGH / 2 + MARGIN);
    lf.render({ nodes: drawn, edges: edges(lines, counts) });
    if (focused) element.querySelector<SVGElement>(`[data-step="${CSS.escape(focused)}"]`)?.focus();
    else if (selected) element.querySelector(`[data-step="${CSS.escape(selected)}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  update(flow);
  return { update };
}
