// Articles: each form goes to the API as it stands; what is refused leaves all as typed.
import "./base";
import { complain } from "../fault";
import { ask, type Refused } from "../http";
import { t } from "../texts";

const page = document.getElementById("knowledge")!;

/** Return what stands in a form, by the API's names. */
function body(form: HTMLFormElement): Record<string, unknown> {
  const said: Record<string, unknown> = Object.fromEntries(new FormData(form));
  if ("public" in said) said.public = said.public === "yes";
  if ("review_days" in said) said.review_days = Number(said.review_days);
  return said;
}

/** Return the first field that is not filled in as it must be. */
function missing(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(":invalid:not(fieldset)");
}

async function send(form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>(".act-fault")!, wrong = missing(form);
  if (wrong) {
    const label = wrong.closest(".field")?.querySelector(".label")?.firstChild?.textContent?.trim() ?? "";
    complain(form, t("js.knowledge.missing", { field: label }), wrong);
    return;
  }
  const button = form.querySelector<HTMLButtonElement>("[type=submit]")!;
  button.setAttribute("aria-busy", "true");
  const seen: Record<string, string> = "seen" in form.dataset ? { "If-Match": `"${page.dataset.version}"` } : {};
  const path = ["/api/knowledge", form.dataset.knowledge].filter(Boolean).join("/");
  try {
    const answer = await ask<{ number?: number }>(form.dataset.method ?? "POST", path, body(form), seen);
    if (form.matches(".knowledge-editor")) location.assign(`/knowledge/${answer.number}`);
    else location.reload();
  } catch (error) {
    const refused = error as Refused;
    fault.textContent = [refused.message, ...refused.faults.map((one) => one.problem)].join(" ");
    button.removeAttribute("aria-busy");
    fault.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("submit", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("[data-knowledge]");
  if (!form) return;
  event.preventDefault();
  if (form.querySelector("[aria-busy]") === null) void send(form);
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.ctrlKey) return;
  (event.target as Element).closest<HTMLFormElement>("[data-knowledge]")?.requestSubmit();
});
