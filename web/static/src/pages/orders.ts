// An order's page: an act goes to the API with the version that was seen; what somebody else did meanwhile is told.
import "./base";
import { ask, Refused } from "../http";
import { t } from "../texts";

const page = document.getElementById("order-page")!;
const STALE = new Set(["stale", "version_changed", "precondition_failed"]);

function dataOf(form: HTMLFormElement): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-field]")) {
    const name = field.dataset.field!, value = field.value.trim();
    switch (field.dataset.kind) {
      case "yes": data[name] = (field as HTMLInputElement).checked; break;
      case "term": data[name] = { amount: Number(value), unit: form.querySelector<HTMLSelectElement>("[data-term-unit]")!.value }; break;
      case "moment": if (value) data[name] = new Date(value).getTime() / 1000; break;
      default: if (value) data[name] = value;
    }
  }
  return data;
}

async function send(form: HTMLFormElement): Promise<void> {
  const words = new FormData(form), fault = form.querySelector(".act-fault")!;
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  button.disabled = true;
  fault.textContent = "";
  const body = { do: form.dataset.do, about: form.dataset.about, why: String(words.get("why") ?? ""),
                 text: String(words.get("text") ?? ""), data: dataOf(form) };
  try {
    await ask("POST", `/api/work-orders/${page.dataset.number}/acts`, body, { "If-Match": `"${page.dataset.version}"` });
    location.reload();
  } catch (error) {
    const refused = error as Refused;
    fault.textContent = refused.status === 412 || STALE.has(refused.code) ? t("js.order.stale") : refused.message;
    button.disabled = false;
    if (refused.status === 412) setTimeout(() => location.reload(), 4000);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-act-form]")) return;
  event.preventDefault();
  void send(form);
});
