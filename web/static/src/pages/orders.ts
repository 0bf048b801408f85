// An order's page: an act goes to the API with the version that was seen; what somebody else did meanwhile stands beside.
import "./base";
import { forgive, point } from "../fault";
import { ask, Refused } from "../http";
import { beside } from "../orders/beside";
import { boxes, dataOf, forget, keep, labelOf, lacking, restore } from "../orders/fields";
import { upload } from "../orders/files";
import { mindChanges } from "../orders/renew";
import { mountPlayers } from "../player/player";
import { t } from "../texts";

const page = document.getElementById("order-page")!;
const number = page.dataset.number!;
const STALE = new Set(["stale", "version_changed", "precondition_failed"]);

function bodyOf(form: HTMLFormElement): Record<string, unknown> {
  const words = new FormData(form);
  return { do: form.dataset.do, about: form.dataset.about, why: String(words.get("why") ?? ""),
           text: String(words.get("text") ?? ""), data: dataOf(form) };
}

function post(body: unknown): Promise<{ version: number }> {
  return ask("POST", `/api/work-orders/${number}/acts`, body, { "If-Match": `"${page.dataset.version}"` });
}

function faultOf(place: Element): HTMLElement {
  return place.querySelector<HTMLElement>(".act-fault")!;
}

function clear(form: HTMLFormElement): void {
  forgive(form);
  faultOf(form).textContent = "";
}

/** Put what the API says of a field by that field. */
function byTheField(form: HTMLFormElement, refused: Refused): void {
  for (const fault of refused.faults) {
    const parts = fault.field.split("."), box = boxes(form).find((one) => parts.includes(one.dataset.field!))
      ?? form.querySelector<HTMLElement>(`[name="${CSS.escape(parts.at(-1)!)}"]`);
    if (box) point(box, t("js.order.field_bad", { field: labelOf(box) }));
  }
  for (const box of boxes(form)) { // a refusal in words names the field at its head
    if (refused.message.includes(`:${box.dataset.field}:`)) point(box, refused.message);
  }
  form.querySelector<HTMLElement>("[aria-invalid]")?.focus();
}

async function send(form: HTMLFormElement): Promise<void> {
  clear(form);
  const missing = lacking(form), fault = faultOf(form);
  if (missing) {
    point(missing.box, t("js.order.fill", { field: missing.label }));
    missing.box.focus();
    return;
  }
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  button.disabled = true;
  try {
    const body = bodyOf(form);
    await post(body);
    forget(form, number);
    location.reload();
  } catch (error) {
    const refused = error as Refused;
    button.disabled = false;
    if (refused.status === 412 || STALE.has(refused.code)) {
      fault.textContent = t("js.order.stale");
      const words = [...form.querySelectorAll<HTMLTextAreaElement>("textarea")].map((one) => one.value);
      await beside(form, page, words, () => void send(form)).catch(() => location.reload());
      return;
    }
    fault.textContent = refused.message;
    byTheField(form, refused);
  }
}

async function unmask(form: HTMLFormElement): Promise<void> {
  const why = String(new FormData(form).get("why") ?? "").trim(), field = form.dataset.unmask!;
  try {
    const told = await ask<{ value: string }>("POST", `/api/work-orders/${number}/unmask`, { field, why });
    document.querySelector(`[data-shown="${field}"]`)!.textContent = told.value;
    const now = await ask<{ version: number }>("GET", `/api/work-orders/${number}`); // the asking is part of the history
    page.dataset.version = String(now.version);
    form.closest("details")!.remove();
  } catch (error) {
    faultOf(form).textContent = (error as Refused).message;
  }
}

/** The unit heard the citizen in the talk: one key signs for it and begins. */
async function taken(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    const signed = await post({ do: "sign_for", about: "", data: {} });
    page.dataset.version = String(signed.version);
    await post({ do: "start", about: "", data: {} });
    location.reload();
  } catch (error) {
    faultOf(button.parentElement!).textContent = (error as Refused).message;
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-act-form], [data-unmask]")) return;
  event.preventDefault();
  void (form.matches("[data-unmask]") ? unmask(form) : send(form));
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-taken]");
  if (button) void taken(button);
});
const written = new Set<HTMLFormElement>();
document.addEventListener("input", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("[data-act-form]");
  if (!form) return;
  written.add(form);
  keep(form, number);
  form.querySelector("[data-kept]")!.textContent = t("js.order.kept");
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.ctrlKey) return;
  (event.target as Element).closest<HTMLFormElement>("[data-act-form]")?.requestSubmit();
});
for (const form of document.querySelectorAll<HTMLFormElement>("[data-act-form]")) {
  if (!restore(form, number)) continue;
  written.add(form);
  form.querySelector("[data-kept]")!.textContent = t("js.order.restored");
  for (let around = form.closest("details"); around; around = around.parentElement!.closest("details")) around.open = true;
}
const asked = document.querySelector<HTMLDetailsElement>("[data-asked]"); // whoever came for one act begins to write at once
for (let around = asked?.parentElement?.closest("details"); around; around = around.parentElement!.closest("details")) around.open = true;
asked?.querySelector<HTMLElement>("textarea, input, select")?.focus();
document.addEventListener("change", (event) => {
  if ((event.target as Element).id === "file-pick") void sendFiles(event.target as HTMLInputElement);
});
async function sendFiles(picked: HTMLInputElement): Promise<void> {
  const list = document.getElementById("uploads")!, sent: boolean[] = [];
  for (const file of picked.files ?? []) sent.push(await upload(number, file, list));
  picked.value = "";
  if (sent.length && sent.every(Boolean)) location.reload();
}
mountPlayers();
mindChanges(page, { typed: () => written.size > 0 || !!document.querySelector("#uploads > *"), renewed: mountPlayers });
