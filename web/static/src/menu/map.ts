// The flow as a map, for checking: who edits does so in the list. Drawn by LogicFlow, which only shows here.
import LogicFlow, { h, PolylineEdge, PolylineEdgeModel, RectNode, RectNodeModel } from "@logicflow/core";
import { has, t } from "../texts";
import { Labels } from "./labels";
import { linesOf, planOf, type Line, type MapDocument, type Plan, type Way } from "./layout";

/** What callers did at a step, as /api/menu/figures tells it. */
export interface Tally { entered: number; left: number; reached_person: number; to: Record<string, number> }
export type Counts = Record<string, Tally>;
export interface FlowMap { update(flow: MapDocument, selected?: string, counts?: Counts): void }

interface Point { x: number; y: number }
const WIDE = 200, HIGH = 60, COLUMN = 320, MARGIN = 24, LETTERS = 12;
const BULGE = 44; // px that a line swings out where it turns back
const TIP = 10; // px before the box where a line is level, so that its arrow points straight

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

class WayModel extends PolylineEdgeModel {
  initEdgeData(data: LogicFlow.EdgeConfig): void {
    super.initEdgeData(data);
    this.updatePoints();
  }
  updatePoints(): void { this.pointsList = (this.properties as unknown as { points: Point[] }).points; }
  getTextPosition(): Point { return (this.properties as unknown as { label: Point }).label; }
  getEdgeStyle() {
    const tacit = Boolean((this.properties as Record<string, unknown>).tacit);
    return { ...super.getEdgeStyle(), stroke: "var(--edge-strong)", strokeWidth: tacit ? 1 : 1.6, strokeDasharray: tacit ? "4 4" : "" };
  }
  getTextStyle() {
    const style = super.getTextStyle();
    return { ...style, color: "var(--ink)", fontSize: 13, background: { ...style.background, fill: "var(--surface)", stroke: "transparent" } };
  }
}

class WayView extends PolylineEdge {
  getEdge() {
    const { pointsList } = this.props.model, style = this.props.model.getEdgeStyle();
    const { x, y } = pointsList.at(-1)!;
    return h("g", {}, [
      h("path", { className: "map-way", d: curve(pointsList as Point[]), fill: "none", stroke: style.stroke, strokeWidth: style.strokeWidth,
                  strokeDasharray: style.strokeDasharray }),
      h("path", { className: "map-tip", d: `M${x} ${y}l${-TIP} ${-TIP / 2}v${TIP}z` })]);
  }
}

/** A line through points: level along a lane, swinging from one lane to the next. */
function curve(points: Point[]): string {
  const [first, ...rest] = points;
  let at = first!, path = `M${at.x} ${at.y}`;
  for (const to of rest) {
    const turns = Math.abs(to.x - at.x) < COLUMN - WIDE - TIP - 1, bend = turns ? BULGE * (to.x > first!.x || at === first ? 1 : -1) : (to.x - at.x) / 2;
    path += at.y === to.y ? `L${to.x} ${to.y}` : turns ? `C${at.x + bend} ${at.y} ${to.x + bend} ${to.y} ${to.x} ${to.y}`
      : `C${at.x + bend} ${at.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
    at = to;
  }
  return path;
}

function short(said: string): string {
  const letters = [...said];
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : said;
}

function said(way: Way): string {
  return way.key && way.why !== "cases" ? t("js.map.key", { key: way.key }) : way.key || t(`js.map.way.${way.why}`);
}

function verb(name: string): string { return has(`js.map.verb.${name}`) ? t(`js.map.verb.${name}`) : name; }

function middle(column: number): number { return MARGIN + WIDE / 2 + column * COLUMN; }

function nodes(flow: MapDocument, plan: Plan, selected: string, counts?: Counts) {
  return plan.places.map(({ step, column, y }) => {
    const one = flow.steps[step]!, title = one.title || step, tally = counts?.[step];
    const note = counts ? t("js.map.counts", { entered: tally?.entered ?? 0, left: tally?.left ?? 0 }) : verb(one.verb);
    const label = t("js.map.step", { title, verb: verb(one.verb), note: counts ? note : "" });
    return { id: step, type: "step", x: middle(column), y: MARGIN + y,
             properties: { verb: one.verb, title: short(title), note, label, chosen: step === selected ? "1" : "" } };
  });
}

/** The points of a line: out of its box at the right, along its lanes, into the other box at the left. */
function pointsOf(from: Point, to: Point, lanes: Point[], back: boolean): Point[] {
  const along = lanes.flatMap(({ x, y }) => back ? [{ x: x + WIDE / 2, y }, { x: x - WIDE / 2, y }] : [{ x: x - WIDE / 2, y }, { x: x + WIDE / 2, y }]);
  const end = { x: to.x - WIDE / 2, y: to.y };
  return [{ x: from.x + WIDE / 2, y: from.y }, ...along, { x: end.x - TIP, y: end.y }, end];
}

function edges(plan: Plan, lines: Line[], counts?: Counts) {
  const at = new Map(plan.places.map(({ step, column, y }) => [step, { x: middle(column), y: MARGIN + y }])), labels = new Labels([...at.values()], WIDE, HIGH);
  return lines.map(({ from, to, ways }, number) => {
    const lanes = plan.ways[number]!.map((name) => plan.lanes.get(name)!).map((lane) => ({ x: middle(lane.column), y: MARGIN + lane.y }));
    const points = pointsOf(at.get(from)!, at.get(to)!, lanes, at.get(to)!.x <= at.get(from)!.x), gone = counts?.[from]?.to[to];
    const text = ways.map(said).slice(0, 2).join(" / ") + (ways.length > 2 ? "…" : "") + (gone ? ` · ${gone}` : "");
    return { id: `way-${number}`, type: "way", sourceNodeId: from, targetNodeId: to, startPoint: points[0]!, endPoint: points.at(-1)!, pointsList: points,
             text, properties: { tacit: ways.every((way) => way.tacit), points, label: labels.place(points, text) } };
  });
}

/** Scroll the frame until the step is in it. The page stays: whoever edits the list is not taken to the map. */
function bring(frame: HTMLElement, step: Element | null): void {
  if (!step) return;
  const box = step.getBoundingClientRect(), view = frame.getBoundingClientRect();
  const by = (near: number, far: number): number => (near < 0 ? near : Math.max(0, Math.min(far, near)));
  frame.scrollBy(by(box.left - view.left, box.right - view.right), by(box.top - view.top, box.bottom - view.bottom));
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
  lf.register({ type: "way", view: WayView, model: WayModel });
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
    const lines = linesOf(next), plan = planOf(next, lines), drawn = nodes(next, plan, selected, counts);
    // the canvas is as large as the flow, and its frame scrolls: by wheel, touch, keys and whatever has the focus
    lf.resize(Math.max(...drawn.map((node) => node.x), 0) + WIDE / 2 + MARGIN, plan.height + 2 * MARGIN);
    lf.render({ nodes: drawn, edges: edges(plan, lines, counts) });
    if (focused) element.querySelector<SVGElement>(`[data-step="${CSS.escape(focused)}"]`)?.focus();
    else if (selected) bring(element, element.querySelector(`[data-step="${CSS.escape(selected)}"]`));
  };
  update(flow);
  return { update };
}
