// A draft's document and what follows from it: pure, nothing here asks the server or touches the page.
export type Value = unknown;
export interface Step { verb: string; title?: string; note?: string; prompts?: string[] | string; [field: string]: Value }
export type Prompt = Record<string, Value>;
export interface FlowDocument {
  entry: string; person: string; languages: string[]; title?: string; steps: Record<string, Step>;
  prompts: Record<string, Prompt>; calendars?: Record<string, Record<string, Value>>; [field: string]: Value;
}
export interface Edit { path: string[]; value?: Value; gone?: boolean; at?: number }
export interface Way { field: string[]; to: string }
export interface Row { step: string; depth: number; by: string[]; from: string }

export const VERBS = ["say", "menu", "hours", "service", "information", "collect", "record", "set", "branch", "hang_up"] as const;
const KEYED = ["choices", "cases"];
// which fields of a verb lead on, in the order callers meet them; those in OR_PERSON lead to a person when unset
const LEADS: Record<string, string[]> = {
  say: ["then"], menu: ["choices", "on_time_out", "on_retries"], collect: ["then", "on_time_out", "on_retries"],
  record: ["then", "person"], hours: ["open", "closed"], set: ["then"], branch: ["cases", "otherwise"], service: [],
  information: ["then", "person"], hang_up: [],
};
const OR_PERSON = new Set(["on_time_out", "on_retries", "person"]);

/** Return where a step leads, unset ways to a person included. */
export function waysOf(flow: FlowDocument, name: string): Way[] {
  const step = flow.steps[name], ways: Way[] = [];
  for (const field of LEADS[step?.verb ?? ""] ?? []) {
    const value = step![field];
    if (KEYED.includes(field)) for (const [key, to] of Object.entries((value ?? {}) as Record<string, string>)) ways.push({ field: [field, key], to });
    else if (value || OR_PERSON.has(field)) ways.push({ field: [field], to: String(value || flow.person) });
  }
  return ways;
}

/** Return the steps as citizens hear them: depth first from the entry, each once, those nobody reaches at the end. */
export function inOrder(flow: FlowDocument): Row[] {
  const rows: Row[] = [], seen = new Set<string>();
  const waiting: Row[] = [{ step: flow.entry, depth: 0, by: ["entry"], from: "" }];
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    if (seen.has(row.step) || !flow.steps[row.step]) continue;
    seen.add(row.step);
    rows.push(row);
    const { step, depth } = row, ways = waysOf(flow, step), deeper = ways.length > 1 ? 1 : 0;
    for (const way of ways.reverse()) waiting.push({ step: way.to, depth: depth + deeper, by: way.field, from: step });
  }
  for (const step of Object.keys(flow.steps)) if (!seen.has(step)) rows.push({ step, depth: 0, by: ["unreached"], from: "" });
  return rows;
}

export function promptsOf(step: Step | undefined): string[] {
  const given = step?.prompts ?? [];
  return typeof given === "string" ? [given] : given;
}

export function titleOf(flow: FlowDocument, name: string): string {
  return flow.steps[name]?.title || name;
}

/** Return a name that nobody has yet: word-2, word-3 … */
export function freshName(word: string, taken: Record<string, unknown>): string {
  let n = 1;
  while (`${word}-${n}` in taken) n++;
  return `${word}-${n}`;
}

/** Return the edits that add a step which leads on to `onward`, with a prompt of its own where it speaks. */
export function added(flow: FlowDocument, verb: string, onward: string, name: string, at?: number): Edit[] {
  const edits: Edit[] = [], step: Step = { verb };
  if (["say", "menu", "collect", "record", "information"].includes(verb)) {
    const prompt = freshName(`${name}-words`, flow.prompts);
    edits.push({ path: ["prompts", prompt], value: Object.fromEntries(flow.languages.map((lang) => [lang, ""])) });
    step.prompts = [prompt];
  }
  if (["say", "set", "collect", "record", "information"].includes(verb)) step.then = onward;
  if (verb === "menu") step.choices = { 0: flow.person };
  if (verb === "collect") Object.assign(step, { variable: "number", max: 10 });
  if (verb === "set") step.values = { kind: "inquiry" };
  if (verb === "branch") Object.assign(step, { variable: "kind", cases: { inquiry: onward }, otherwise: flow.person });
  if (verb === "service") step.skill = "general";
  if (verb === "hours") {
    const [calendar] = Object.keys(flow.calendars ?? {});
    if (!flow.calendars) edits.push({ path: ["calendars"], value: {} });
    if (!calendar) edits.push({ path: ["calendars", "office"], value: officeHours() });
    Object.assign(step, { calendar: calendar ?? "office", open: onward, closed: flow.person });
  }
  return [...edits, { path: ["steps", name], value: step, at }];
}

export function officeHours(): Record<string, Value> {
  return { weekly: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:30" }] };
}

/** Return every place that names a step. */
export function meant(flow: FlowDocument, name: string): string[][] {
  const found: string[][] = ["entry", "person"].filter((field) => flow[field] === name).map((field) => [field]);
  for (const step of Object.keys(flow.steps))
    for (const way of waysOf(flow, step)) if (way.to === name && setAt(flow.steps[step]!, way.field)) found.push(["steps", step, ...way.field]);
  for (const [number, begins] of Object.entries((flow.numbers ?? {}) as Record<string, { entry?: string }>))
    if (begins.entry === name) found.push(["numbers", number, "entry"]);
  return found;
}

function setAt(step: Step, field: string[]): boolean {
  const [first, key] = field as [string, string?], value = step[first];
  return key === undefined ? Boolean(value) : Boolean((value as Record<string, Value> | undefined)?.[key]);
}

/** Return the edits that copy a step under `name`, with prompts of its own: changing one never changes the other. */
export function copied(flow: FlowDocument, step: string, name: string, title: string): Edit[] {
  const copy: Step = { ...structuredClone(flow.steps[step]!), title }, taken: Record<string, unknown> = { ...flow.prompts };
  const prompts = promptsOf(copy).map((prompt) => {
    const fresh = freshName(`${name}-words`, taken);
    taken[fresh] = structuredClone(flow.prompts[prompt] ?? {});
    return fresh;
  });
  if (prompts.length) copy.prompts = prompts;
  return [...prompts.map((prompt): Edit => ({ path: ["prompts", prompt], value: taken[prompt] })), { path: ["steps", name], value: copy }];
}

/** Return the edits that take a step out: whoever led to it leads on to where it led; its own prompts go with it. */
export function removed(flow: FlowDocument, name: string): Edit[] {
  const onward = waysOf(flow, name).find((way) => way.field[0] === "then" || way.field[0] === "open")?.to;
  const target = onward && onward !== name ? onward : flow.person;
  const edits: Edit[] = meant(flow, name).map((path) => ({ path, value: target }));
  edits.push({ path: ["steps", name], gone: true });
  const others = Object.entries(flow.steps).filter(([other]) => other !== name);
  const greetings = Object.values((flow.numbers ?? {}) as Record<string, { greeting?: string }>).map((one) => one.greeting);
  const used = new Set([...others.flatMap(([, step]) => [...promptsOf(step), step.wrong_key]), ...greetings]);
  for (const prompt of promptsOf(flow.steps[name])) if (!used.has(prompt) && prompt in flow.prompts) edits.push({ path: ["prompts", prompt], gone: true });
  return edits;
}

/** Return the edits that move a step up (-1) or down (+1) among its neighbours, null where there is no such place. */
export function moved(flow: FlowDocument, row: Row, by: -1 | 1): Edit[] | null {
  const [first, key] = row.by as [string, string?];
  if (first === "choices" && key !== undefined) return swappedKeys(flow, row.from, key, by);
  const [upper, lower] = by < 0 ? [row.from, row.step] : [row.step, String(flow.steps[row.step]?.then ?? "")];
  const above = flow.steps[upper], below = flow.steps[lower];
  if (above?.then !== lower || !below?.then || below.then === upper || flow.person === lower) return null;
  return [...meant(flow, upper).map((path) => ({ path, value: lower })),
          { path: ["steps", upper, "then"], value: below.then }, { path: ["steps", lower, "then"], value: upper }];
}

function swappedKeys(flow: FlowDocument, menu: string, key: string, by: -1 | 1): Edit[] | null {
  const choices = (flow.steps[menu]?.choices ?? {}) as Record<string, string>, keys = Object.keys(choices);
  const other = keys[keys.indexOf(key) + by];
  if (other === undefined) return null;
  return [{ path: ["steps", menu, "choices", key], value: choices[other] }, { path: ["steps", menu, "choices", other], value: choices[key] }];
}
