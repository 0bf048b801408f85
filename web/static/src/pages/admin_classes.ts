// The three-level classification as a tree: renamed in place, added, moved, retired; what changes, the server tells first.
import "./base";
import { ask, Refused } from "../http";
import { t } from "../texts";

interface Matter { name: string; details: string[] }
interface Field { name: string; matters: Matter[] }
interface Use { orders: number; open: number; lead: string; share: number }
interface Told { version: number; classification: unknown; changes: string[]; effect: string[] }

const page = JSON.parse(document.getElementById("classes-document")!.textContent!) as {
  tree: { fields: Field[] }; version: number; used: Record<string, Use>; retired: string[][] };
const fields = page.tree.fields, form = document.getElementById("classes-form");
let chosen = 0, told: Told | null = null;

const by = (id: string): HTMLElement => document.getElementById(id)!;

/** Return a row with the box of a name. `place`: where it stands, as "field.matter.detail". */
function row(name: string, place: string, label: string): HTMLLIElement {
  const line = (by("class-row") as HTMLTemplateElement).content.firstElementChild!.cloneNode(true) as HTMLLIElement;
  const box = line.querySelector<HTMLInputElement>("input")!;
  line.dataset.place = place;
  box.value = name;
  box.setAttribute("aria-label", label);
  return line;
}

function use(path: string[]): string {
  const found = page.used[path.join("/")];
  if (!found) return "";
  const said = t("js.classes.use", { n: found.orders, open: found.open });
  return found.lead ? `${said} · ${t("js.classes.lead", { unit: found.lead, percent: Math.round(found.share * 100) })}` : said;
}

function button(words: string, data: Record<string, string>): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = words;
  Object.assign(made.dataset, data);
  return made;
}

function drawFields(): void {
  by("class-fields").replaceChildren(...fields.map((field, n) => {
    const line = document.createElement("li"), open = button(field.name || t("js.classes.unnamed"), { open: String(n) });
    open.className = "button class-open";
    if (n === chosen) open.setAttribute("aria-current", "true");
    line.append(open);
    return line;
  }));
}

function drawBranch(): void {
  const field = fields[chosen], place = by("class-branch");
  if (!field) { place.replaceChildren(); return; }
  by("branch-title").textContent = field.name || t("js.classes.unnamed");
  const head = document.createElement("ol");
  head.className = "class-rows";
  head.append(row(field.name, String(chosen), t("js.classes.level1")));
  place.replaceChildren(head, ...field.matters.map((matter, m) => {
    const box = document.createElement("div"), list = document.createElement("ol"), top = document.createElement("ol");
    box.className = "class-matter";
    top.className = list.className = "class-rows";
    const line = row(matter.name, `${chosen}.${m}`, t("js.classes.level2"));
    line.querySelector(".class-acts")!.append(button(t("js.classes.move"), { shift: "" }));
    top.append(line);
    list.append(...matter.details.map((name, d) => {
      const leaf = row(name, `${chosen}.${m}.${d}`, t("js.classes.level3"));
      leaf.querySelector(".class-acts")!.append(button(t("js.classes.move"), { shift: "" }));
      leaf.querySelector("[data-use]")!.textContent = use([field.name, matter.name, name]);
      return leaf;
    }));
    box.append(top, list, button(t("js.classes.add3"), { add: "detail", of: String(m) }));
    return box;
  }), button(t("js.classes.add2"), { add: "matter" }));
}

function draw(focus = ""): void {
  hide();
  drawFields();
  drawBranch();
  document.querySelector<HTMLElement>(`[data-place="${focus}"] input`)?.focus();
}

function hide(): void { by("classes-change").hidden = true; told = null; }

/** Return the list that a place stands in, and where. */
function at(place: string): { list: unknown[]; n: number } {
  const [f, m, d] = place.split(".").map(Number);
  if (d !== undefined) return { list: fields[f!]!.matters[m!]!.details, n: d };
  return m !== undefined ? { list: fields[f!]!.matters, n: m } : { list: fields, n: f! };
}

function rename(place: string, name: string): void {
  const { list, n } = at(place), one = list[n];
  if (typeof one === "string") list[n] = name;
  else (one as Field | Matter).name = name;
  if (!place.includes(".")) { drawFields(); by("branch-title").textContent = name; }
}

function step(place: string, by_: number): void {
  const { list, n } = at(place), to = n + by_;
  if (to < 0 || to >= list.length) return;
  [list[n], list[to]] = [list[to], list[n]];
  if (!place.includes(".")) chosen = to;
  draw([...place.split(".").slice(0, -1), String(to)].join("."));
}

function retire(place: string): void {
  const { list, n } = at(place);
  if (list.length === 1) { complain(t("js.classes.last")); return; }
  list.splice(n, 1);
  if (!place.includes(".")) chosen = Math.max(0, n - 1);
  draw([...place.split(".").slice(0, -1), String(Math.max(0, n - 1))].join("."));
}

/** Ask where a matter or a detail goes, and move it there. */
function shift(place: string): void {
  const dialog = document.createElement("dialog"), choice = document.createElement("select"), go = button(t("js.classes.here"), {});
  const deep = place.split(".").length === 3, { list, n } = at(place);
  const targets: [string, unknown[]][] = fields.flatMap((field): [string, unknown[]][] =>
    deep ? field.matters.map((matter): [string, unknown[]] => [`${field.name} / ${matter.name}`, matter.details]) : [[field.name, field.matters]]);
  const others = targets.filter(([, target]) => target !== list);
  choice.setAttribute("aria-label", t("js.classes.where"));
  choice.append(...others.map(([name], k) => new Option(name, String(k))));
  const head = document.createElement("h2");
  head.textContent = t("js.classes.where");
  dialog.className = "class-shift";
  dialog.append(head, choice, go, button(t("js.classes.cancel"), { cancel: "" }));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-cancel]")!.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    if (list.length === 1) complain(t("js.classes.last"));
    else others[Number(choice.value)]?.[1].push(list.splice(n, 1)[0]);
    dialog.close();
    draw();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function add(kind: string, of: number): void {
  if (kind === "field") { fields.push({ name: "", matters: [{ name: "", details: [""] }] }); chosen = fields.length - 1; draw(String(chosen)); return; }
  const field = fields[chosen]!;
  if (kind === "matter") { field.matters.push({ name: "", details: [""] }); draw(`${chosen}.${field.matters.length - 1}`); return; }
  const details = field.matters[of]!.details;
  details.push("");
  draw(`${chosen}.${of}.${details.length - 1}`);
}

/** Take up a retired path again, making what of it is not there. */
function restore([first, second, third]: string[]): void {
  let field = fields.find((one) => one.name === first);
  if (!field) fields.push(field = { name: first!, matters: [] });
  let matter = field.matters.find((one) => one.name === second);
  if (!matter) field.matters.push(matter = { name: second!, details: [] });
  if (!matter.details.includes(third!)) matter.details.push(third!);
  chosen = fields.indexOf(field);
  draw(`${chosen}.${field.matters.indexOf(matter)}.${matter.details.indexOf(third!)}`);
}

function complain(words: string): void { const fault = by("classes-fault"); fault.textContent = words; fault.focus(); }

/** Return the place of a name that is empty, "" when all are there. */
function unnamed(): string {
  for (const [f, field] of fields.entries()) {
    if (!field.name.trim()) return String(f);
    for (const [m, matter] of field.matters.entries()) {
      if (!matter.name.trim()) return `${f}.${m}`;
      const d = matter.details.findIndex((one) => !one.trim());
      if (d >= 0) return `${f}.${m}.${d}`;
    }
  }
  return "";
}

function list(id: string, words: string[]): void {
  by(id).replaceChildren(...words.map((one) => {
    const line = document.createElement("li");
    line.textContent = one;
    return line;
  }));
}

async function check(): Promise<void> {
  by("classes-fault").textContent = "";
  hide();
  const empty = unnamed();
  if (empty) {
    chosen = Number(empty.split(".")[0]);
    draw(empty);
    by("classes-fault").textContent = t("js.classes.name");
    return;
  }
  try {
    const found = await ask<Told>("POST", "/classification/difference", { classification: page.tree });
    if (found.version !== page.version) { complain(t("js.classes.newer")); return; }
    if (!found.changes.length) { complain(t("js.policy.same")); return; }
    told = found;
    list("classes-changes", found.changes);
    list("classes-effect", found.effect);
    by("classes-change").hidden = false;
    by("change-title").focus();
  } catch (error) { complain((error as Refused).message); }
}

async function set(form_: HTMLFormElement): Promise<void> {
  const words = new FormData(form_), fault = form_.querySelector<HTMLElement>(".act-fault")!, from = String(words.get("valid_from"));
  const why = String(words.get("why")).trim();
  if (!told) return;
  if (why.length < 2) { fault.textContent = t("js.policy.why"); form_.querySelector<HTMLElement>("[name=why]")!.focus(); return; }
  try {
    await ask("PUT", "/api/classification", { classification: told.classification, why, valid_from: from ? Date.parse(from) / 1000 : null },
              { "If-Match": `"${page.version}"` });
    location.assign("/classification");
  } catch (error) {
    fault.textContent = (error as Refused).status === 412 ? t("js.classes.newer") : (error as Refused).message;
  }
}

function press(target: HTMLElement): void {
  const place = target.closest<HTMLElement>("[data-place]")?.dataset.place ?? "";
  if (target.dataset.open !== undefined) { chosen = Number(target.dataset.open); draw(); document.querySelector<HTMLElement>("[data-open][aria-current]")?.focus(); }
  else if (target.dataset.add) add(target.dataset.add, Number(target.dataset.of));
  else if (target.dataset.move) step(place, Number(target.dataset.move));
  else if (target.dataset.retire !== undefined) retire(place);
  else if (target.dataset.shift !== undefined) shift(place);
  else if (target.dataset.restore) restore(JSON.parse(target.dataset.restore));
}

if (form) {
  document.addEventListener("click", (event) => {
    const target = (event.target as Element).closest<HTMLElement>("button");
    if (target) press(target);
  });
  document.addEventListener("input", (event) => {
    const box = event.target as HTMLInputElement, place = box.closest<HTMLElement>("[data-place]")?.dataset.place;
    if (place !== undefined) { hide(); rename(place, box.value); }
  });
  form.addEventListener("keydown", (event) => {
    const place = (event.target as Element).closest<HTMLElement>("[data-place]")?.dataset.place;
    if (place === undefined || event.isComposing || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    step(place, event.key === "ArrowUp" ? -1 : 1);
  });
  document.addEventListener("submit", (event) => {
    const sent = event.target as HTMLFormElement;
    if (sent.id !== "classes-form" && sent.id !== "classes-set") return;
    event.preventDefault();
    void (sent.id === "classes-form" ? check() : set(sent));
  });
  const retired = by("classes-retired");
  retired.hidden = !page.retired.length;
  retired.querySelector("ul")!.replaceChildren(...page.retired.map((path) => {
    const line = document.createElement("li");
    line.append(`${path.join(" / ")} `, button(t("js.classes.restore"), { restore: JSON.stringify(path) }));
    return line;
  }));
  draw();
}
