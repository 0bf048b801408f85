// Reports of important matters: each form is one step of the API; what may be done next, the page says anew.
import "./base";
import { complain } from "../fault";
import { ask, Refused } from "../http";
import { t } from "../texts";

/** Return the words of a report as the form has them. */
function written(form: HTMLFormElement): Record<string, unknown> {
  const words = new FormData(form);
  return { title: String(words.get("title")).trim(), text: String(words.get("text")).trim(), receivers: words.getAll("receivers"),
           orders: String(words.get("orders")).split(/[\s,，、]+/).filter(Boolean) };
}

async function send(form: HTMLFormElement): Promise<void> {
  const empty = [...form.querySelectorAll<HTMLInputElement>("[required]")].find((box) => !box.value.trim());
  const { brief, step } = form.dataset, button = form.querySelector<HTMLButtonElement>("[type=submit]")!;
  if (empty) {
    complain(form, t("js.order.fill", { field: empty.closest(".field")!.querySelector(".label")!.firstChild!.textContent!.trim() }), empty);
    return;
  }
  if (step === "write" && !form.querySelector("[name=receivers]:checked")) {
    complain(form, t("js.briefs.receivers"), form.querySelector<HTMLElement>("[name=receivers]"));
    return;
  }
  button.disabled = true;
  try {
    if (step === "write") {
      const made = await ask<{ id: string }>(brief ? "PUT" : "POST", `/api/reports${brief ? `/${brief}` : ""}`, written(form));
      location.assign(`/briefs/${made.id}`);
    } else {
      await ask("POST", `/api/reports/${brief}/${step}`, { why: String(new FormData(form).get("why") ?? "").trim() });
      location.reload();
    }
  } catch (error) {
    button.disabled = false;
    complain(form, (error as Refused).message);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.step === undefined) return;
  event.preventDefault();
  void send(form);
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.ctrlKey) return;
  (event.target as Element).closest<HTMLFormElement>("form[data-step]")?.requestSubmit();
});
