// Where each step of a flow stands on the map: columns by how many steps away from the entry, rows in document order.

export interface MapStep { verb: string; title?: string; [field: string]: unknown }
export interface MapDocument { entry: string; person: string; steps: Record<string, MapStep> }
/** A way on. `key`: what the caller pressed, "" for none; `why`: the field of the step; `tacit`: the default person. */
export interface Way { to: string; key: string; why: string; tacit: boolean }
export interface Place { step: string; column: number; row: number }
/** All ways between two steps are one line on the map. */
export interface Line { from: string; to: string; ways: Way[] }

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

/** Return the place of every step; those that nobody reaches stand in a last column. Linear in steps and lines. */
export function placesOf(flow: MapDocument, lines: Line[]): Place[] {
  const onward = new Map<string, string[]>();
  for (const line of lines) onward.set(line.from, [...(onward.get(line.from) ?? []), line.to]);
  const column = new Map<string, number>(flow.entry in flow.steps ? [[flow.entry, 0]] : []);
  const queue = [...column.keys()];
  for (let at = 0; at < queue.length; at++)
    for (const to of onward.get(queue[at]!) ?? []) if (!column.has(to)) { column.set(to, column.get(queue[at]!)! + 1); queue.push(to); }
  let last = 0;
  for (const one of column.values()) last = Math.max(last, one);
  const rows = new Map<number, number>();
  return Object.keys(flow.steps).map((step) => {
    const at = column.get(step) ?? last + 1, row = rows.get(at) ?? 0;
    rows.set(at, row + 1);
    return { step, column: at, row };
  });
}
