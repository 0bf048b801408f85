// The directory: an entry is saved, taken out or set back; a refusal names its field, and what was typed stays.
import "./base";
import { forgive, point } from "../fault";
import { ask, Refused } from "../http";
import { t } from "../texts";

type Box = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const place = document.getElementById("directory"), form = document.getElementById("entry-form") as HTMLFormElement | null;
const phones = document.getElementById("phones");

const boxes = (within: ParentNode): Box[] => [...within.querySelectorAll<Box>("[data-of]")];

function valueOf(box: Box): unknown {
  if (box instanceof HTMLInputElement && box.type === "checkbox") return box.checked;
  if (box.dataset.list !== undefined) return box.value.split(/[\s,、,;;]+/).filter(Boolean);
  return box.dataset.of === "order" ? Number(box.value) : box.value.trim();
}

const read = (of: Box[]): Record<string, unknown> => Object.fromEntries(of.map((box) => [box.dataset.of!, valueOf(box)]));

function entryOf(): Record<string, unknown> {
  const entry = read(boxes(form!).filter((box) => !box.closest("[data-phone]") && box.dataset.of !== "id"));
  if (phones) entry.phones = [...phones.querySelectorAll("[data-phone]")].map((row) => read(boxes(row)));
  return entry;
}

/** Return the box that a refusal is about: entry.phones.1.number, phone, why … */
function boxOf(field: string): Box | null {
  const row = /phones\.(\d+)/.exec(field), last = field.split(".").pop()!;
  const within = row ? phones?.querySelectorAll("[data-phone]")[Number(row[1])] : form;
  return within?.querySelector<Box>(`[data-of="${last}"], [name="${last}"]`) ?? form?.querySelector<Box>(`[data-of="${field.split(".").find((one) => one !== "entry")}"]`) ?? null;
}

function tell(at: HTMLFormElement, lines: string[], box?: Box | null): void {
  const fault = at.querySelector<HTMLElement>(".act-fault")!;
  forgive(at);
  fault.replaceChildren(...lines.flatMap((line, n) => n ? [document.createElement("br"), line] : [line]));
  if (box) point(box, lines[1] ?? lines[0]!);
  box?.focus();
}

function refused(at: HTMLFormElement, error: Refused): void {
  const about = at === form ? error.faults.map((one) => boxOf(one.field)).find(Boolean) : null;
  tell(at, [error.message, ...error.faults.map((one) => one.problem)], about);
  if (error.status !== 412) return;
  const newer = Object.assign(document.createElement("a"), // what was typed stays here beside it
    { href: location.pathname, target: "_blank", rel: "noopener", textContent: t("js.directory.newer") });
  at.querySelector(".act-fault")!.append(" ", newer);
}

const lacking = (at: HTMLFormElement): Box | null =>
  [...at.querySelectorAll<Box>("[required]")].find((box) => !box.value.trim() || !box.checkValidity()) ?? null;

const labelOf = (box: Box): string => box.closest(".field")?.querySelector(".label")?.textContent?.trim() ?? "";

async function send(at: HTMLFormElement, method: string, path: string, body?: unknown): Promise<void> {
  const missing = lacking(at);
  if (missing) { tell(at, [t("js.directory.fill", { field: labelOf(missing) })], missing); return; }
  const button = at.querySelector<HTMLButtonElement>("button[type=submit]")!;
  button.disabled = true;
  try {
    await ask(method, path, body, { "If-Match": `"${place!.dataset.version}"` });
    location.assign(path.split("?")[0]!.replace("/api", ""));
  } catch (error) { refused(at, error as Refused); } finally { button.disabled = false; }
}

const whyOf = (at: HTMLFormElement): string => at.querySelector<HTMLInputElement>("[name=why]")!.value.trim();

document.addEventListener("submit", (event) => {
  const at = event.target as HTMLFormElement, kind = place?.dataset.kind;
  if (!kind) return;
  event.preventDefault();
  const id = place!.dataset.id || form!.querySelector<HTMLInputElement>("[data-of=id]")!.value.trim();
  const path = `/api/directory/${kind}/${encodeURIComponent(id)}`;
  if (at.id === "out-form") void send(at, "DELETE", `${path}?why=${encodeURIComponent(whyOf(at))}`);
  else if (at.dataset.back) void send(at, "PUT", path, { entry: JSON.parse(at.dataset.back), why: whyOf(at) });
  else void send(at, "PUT", path, { entry: entryOf(), why: whyOf(at) });
});

function many(): void {
  const rows = [...phones!.querySelectorAll("[data-phone]")];
  (document.getElementById("add-phone") as HTMLButtonElement).disabled = rows.length >= Number(phones!.dataset.most);
  rows.forEach((row) => { row.querySelector<HTMLButtonElement>("[data-remove]")!.disabled = rows.length === 1; });
}
if (phones) {
  many();
  document.getElementById("add-phone")!.addEventListener("click", () => {
    phones.append((document.getElementById("new-phone") as HTMLTemplateElement).content.cloneNode(true));
    many();
    phones.lastElementChild!.querySelector<HTMLElement>("input")!.focus();
  });
  phones.addEventListener("click", (event) => {
    const row = (event.target as Element).closest("[data-remove]")?.closest("[data-phone]");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    many();
    next?.querySelector<HTMLElement>("input")?.focus();
  });
}

document.getElementById("directory-find")?.addEventListener("input", (event) => {
  const wanted = (event.target as HTMLInputElement).value.trim().toLowerCase();
  const rows = [...document.querySelectorAll<HTMLElement>("#directory-rows > li")];
  for (const row of rows) row.hidden = !row.textContent!.toLowerCase().includes(wanted);
  document.getElementById("directory-nothing")!.hidden = rows.some((row) => !row.hidden);
});
