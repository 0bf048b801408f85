// People and units: a form says which request it is; the answer is told in place, a made password once, then read anew.
import "./base";
import { complain } from "../fault";
import { ask, Refused } from "../http";
import { t } from "../texts";

type Box = HTMLInputElement | HTMLSelectElement;

function changed(box: Box): boolean {
  if (box instanceof HTMLSelectElement) return [...box.options].some((one) => one.selected !== one.defaultSelected);
  return box.type === "checkbox" ? box.checked !== box.defaultChecked : box.value !== box.defaultValue;
}

/** Return what a form asks for; with data-only-changed, what was changed in it and nothing else. */
function bodyOf(form: HTMLFormElement): Record<string, unknown> | undefined {
  if (form.dataset.body !== undefined) return form.dataset.body ? JSON.parse(form.dataset.body) : undefined;
  const boxes = [...form.querySelectorAll<Box>("[name]")], body: Record<string, unknown> = {};
  for (const name of new Set(boxes.map((box) => box.name))) {
    const own = boxes.filter((box) => box.name === name);
    if (form.dataset.onlyChanged !== undefined && !own.some(changed)) continue;
    body[name] = own[0]!.dataset.kind === "list"
      ? own.filter((box) => (box as HTMLInputElement).checked).map((box) => box.value) : own[0]!.value.trim();
  }
  return body;
}

function labelOf(box: Element): string {
  return box.closest(".field")?.querySelector(".label")?.firstChild?.textContent?.trim() ?? "";
}

function lacking(form: HTMLFormElement): Box | null {
  return [...form.querySelectorAll<Box>("[required]")].find((box) => !box.value.trim()) ?? null;
}

async function send(form: HTMLFormElement): Promise<void> {
  const missing = lacking(form);
  if (missing) { complain(form, t("js.admin.fill", { field: labelOf(missing) }), missing); return; }
  const body = bodyOf(form);
  if (body && form.dataset.onlyChanged !== undefined && !Object.keys(body).length) { complain(form, t("js.admin.same")); return; }
  const path = form.dataset.path!.replace(/\{(\w+)\}/, (_, name: string) => {
    const value = String(body![name]);
    delete body![name];
    return encodeURIComponent(value);
  });
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  button.disabled = true;
  try {
    const said = await ask<{ id?: string; password?: string }>(form.dataset.method!, path, body,
      form.dataset.version ? { "If-Match": `"${form.dataset.version}"` } : {});
    if (said.password) await once(said.password);
    location.assign(form.dataset.then ? form.dataset.then.replace("{id}", said.id ?? "") : location.href);
  } catch (error) {
    const refused = error as Refused, names = refused.faults.flatMap((one) => one.field.split("."));
    complain(form, refused.message, [...form.querySelectorAll<Box>("[name]")].find((box) => names.includes(box.name)));
  } finally { button.disabled = false; }
}

function once(password: string): Promise<void> {
  const dialog = document.getElementById("shown-once") as HTMLDialogElement;
  document.getElementById("shown-once-value")!.textContent = password;
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(), { once: true }));
}

/** Give a choice that is opened the options of the one it is like: a page of units does not repeat them all for each. */
function fill(choice: HTMLSelectElement): void {
  const value = choice.value, like = document.getElementById(choice.dataset.like!) as HTMLSelectElement;
  choice.replaceChildren(...[...like.options].filter((one) => one.value !== choice.dataset.but).map((one) => one.cloneNode(true)));
  choice.value = value;
  delete choice.dataset.like;
}
document.addEventListener("toggle", (event) => {
  for (const choice of (event.target as Element).querySelectorAll<HTMLSelectElement>("select[data-like]")) fill(choice);
}, true);

document.addEventListener("submit", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-send]");
  if (!form) return;
  event.preventDefault();
  void send(form);
});
