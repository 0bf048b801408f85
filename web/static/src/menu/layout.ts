// Where each step of a flow stands on the map, and which way its lines take: columns from left to right, lanes between the boxes.

export interface MapStep { verb: string; title?: string; [field: string]: unknown }
export interface MapDocument { entry: string; person: string; steps: Record<string, MapStep> }
/** A way on. `key`: what the caller pressed, "" for none; `why`: the field of the step; `tacit`: the default person. */
export interface Way { to: string; key: string; why: string; tacit: boolean }
/** `y`: px from the top to the middle. */
export interface Place { step: string; column: number; y: number }
/** `ways`: for each line the names of the lanes it passes, in order; a line that leads back passes them from right to left. */
export interface Plan { places: Place[]; lanes: Map<string, { column: number; y: number }>; ways: string[][]; height: number }
/** All ways between two steps are one line on the map. */
export interface Line { from: string; to: string; ways: Way[] }

export const ROW = 104, LANE = 36;
const MOST_LANES = 3000;
const TACIT: Record<string, readonly string[]> = { menu: ["on_time_out", "on_retries"], collect: ["on_time_out", "on_retries"],
                                                  record: ["person"], information: ["person"] };
const FIELDS = ["then", "open", "closed", "otherwise", "person", "on_time_out", "wrong_key", "on_retries"] as const;

/** Return the ways on from a step, in the order in which they are told. */
export function waysFrom(step: MapStep, person: string): Way[] {
  const ways: Way[] = [];
  for (const name of ["choices", "cases"] as const)
    for (const [key, to] of Object.entries((step[name] ?? {}) as Record<string, string>)) ways.push({ to, key, why: name, tacit: false });
  for (const why of FIELDS) {
    const said = step[why], key = why === "person" ? String(step.person_key ?? "0") : "";
    if (typeof said === "string" && said) ways.push({ to: said, key, why, tacit: false });
    else if (TACIT[step.verb]?.includes(why)) ways.push({ to: person, key, why, tacit: true });
  }
  return ways;
}

/** Return the lines of a flow; ways that lead nowhere are left out (the check tells them). */
export function linesOf(flow: MapDocument): Line[] {
  const lines: Line[] = [];
  for (const [from, step] of Object.entries(flow.steps)) {
    const met = new Map<string, Line>();
    for (const way of waysFrom(step, flow.person)) {
      if (!(way.to in flow.steps)) continue;
      const line = met.get(way.to) ?? { from, to: way.to, ways: [] };
      line.ways.push(way);
      if (!met.has(way.to)) { met.set(way.to, line); lines.push(line); }
    }
  }
  return lines;
}

/** Return the lines that lead back, by walking from the entry: without them there is no circle. */
function backward(flow: MapDocument, onward: Map<string, string[]>): Set<string> {
  const back = new Set<string>(), state = new Map<string, "open" | "done">();
  for (const first of [flow.entry, ...Object.keys(flow.steps)]) {
    if (!(first in flow.steps) || state.has(first)) continue;
    const stack: [string, number][] = [[first, 0]];
    state.set(first, "open");
    while (stack.length) {
      const top = stack[stack.length - 1]!, to = onward.get(top[0])?.[top[1]++];
      if (to === undefined) { state.set(top[0], "done"); stack.pop(); }
      else if (state.get(to) === "open") back.add(`${top[0]} ${to}`);
      else if (!state.has(to)) { state.set(to, "open"); stack.push([to, 0]); }
    }
  }
  return back;
}

/** Return the column of every step: right of all that lead to it. Those that nobody reaches stand where they lead from. */
function columnsOf(flow: MapDocument, onward: Map<string, string[]>, back: Set<string>): Map<string, number> {
  const ways = new Map<string, number>(Object.keys(flow.steps).map((step) => [step, 0]));
  const forward = (step: string) => (onward.get(step) ?? []).filter((to) => !back.has(`${step} ${to}`));
  for (const step of ways.keys()) for (const to of forward(step)) ways.set(to, ways.get(to)! + 1);
  const column = new Map<string, number>([...ways.keys()].map((step) => [step, 0]));
  const ready = [...ways].filter(([, n]) => n === 0).map(([step]) => step);
  for (let at = 0; at < ready.length; at++)
    for (const to of forward(ready[at]!)) {
      column.set(to, Math.max(column.get(to)!, column.get(ready[at]!)! + 1));
      ways.set(to, ways.get(to)! - 1);
      if (ways.get(to) === 0) ready.push(to);
    }
  return column;
}

/** What stands in a column: a step, or a lane on which lines to the same step pass by. `above`: where they come from. */
interface Slot { step: string; lane: string; column: number; above: string[] }

/** Return where everything stands, and for each line the lanes that it takes, so that none runs behind a box. */
export function planOf(flow: MapDocument, lines: Line[]): Plan {
  const onward = new Map<string, string[]>();
  for (const { from, to } of lines) if (from !== to) onward.set(from, [...(onward.get(from) ?? []), to]);
  const column = columnsOf(flow, onward, backward(flow, onward));
  const slots = new Map<string, Slot>(Object.keys(flow.steps).map((step) => [step, { step, lane: "", column: column.get(step)!, above: [] }]));
  let room = MOST_LANES;
  const ways = lines.map(({ from, to }) => {
    const a = column.get(from)!, b = column.get(to)!, leadsBack = b <= a, passed: string[] = [];
    room -= Math.abs(b - a);
    if (room < 0) return passed; // so large a map is read step by step: the line runs straight
    for (let at = leadsBack ? a : a + 1; leadsBack ? at >= b : at < b; at += leadsBack ? -1 : 1) {
      const lane = `${at} ${to}${leadsBack ? " back" : ""}`;
      if (!slots.has(lane)) slots.set(lane, { step: "", lane: leadsBack ? "back" : "on", column: at, above: [] });
      if (!leadsBack) slots.get(lane)!.above.push(passed.at(-1) ?? from);
      passed.push(lane);
    }
    if (!leadsBack) slots.get(to)!.above.push(passed.at(-1) ?? from);
    return passed;
  });
  return { ...stacked(slots), ways };
}

/** Stack every column from the top; what comes from above stands above, lanes that lead back at the bottom. */
function stacked(slots: Map<string, Slot>): { places: Place[]; lanes: Map<string, { column: number; y: number }>; height: number } {
  const y = new Map<string, number>(), columns: string[][] = [];
  for (const [name, slot] of slots) (columns[slot.column] ??= []).push(name);
  let height = 0;
  for (const names of columns) {
    const wish = new Map((names ?? []).map((name) => {
      const slot = slots.get(name)!, from = slot.above.map((one) => y.get(one) ?? 0);
      return [name, slot.lane === "back" ? Infinity : from.length ? from.reduce((sum, one) => sum + one, 0) / from.length : 0];
    }));
    let top = 0;
    for (const name of (names ?? []).sort((one, other) => wish.get(one)! === wish.get(other)! ? 0 : wish.get(one)! - wish.get(other)!)) {
      const room = slots.get(name)!.lane ? LANE : ROW;
      y.set(name, top + room / 2);
      top += room;
    }
    height = Math.max(height, top);
  }
  const places: Place[] = [], lanes = new Map<string, { column: number; y: number }>();
  for (const [name, slot] of slots)
    if (slot.step) places.push({ step: slot.step, column: slot.column, y: y.get(name)! }); else lanes.set(name, { column: slot.column, y: y.get(name)! });
  return { places, lanes, height };
}
