// Two at once: what the order has become beside what was about to be done to it. The person decides.
import { ask } from "../http";
import { t } from "../texts";

interface Now { version: number; state_name: string; acts: { do: string; about: string; blocked: string; fix: string }[] }
interface Line { seq: number; line: string }

function column(title: string, lines: string[]): HTMLElement {
  const part = document.createElement("div"), head = document.createElement("h3");
  head.textContent = title;
  part.append(head, ...lines.filter(Boolean).map((words) => {
    const one = document.createElement("p");
    one.textContent = words;
    return one;
  }));
  return part;
}

function button(words: string, primary: boolean, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.classList.add("button", "small");
  made.classList.toggle("primary", primary);
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

/** Show both sides in the form; `again` does the act on the order as it is now. */
export async function beside(form: HTMLFormElement, page: HTMLElement, words: string[], again: () => void): Promise<void> {
  const number = page.dataset.number!, seen = Number(page.dataset.version);
  const now = await ask<Now>("GET", `/api/work-orders/${number}`);
  const told = await ask<{ history: Line[] }>("GET", `/api/work-orders/${number}/history`).catch(() => ({ history: [] }));
  const place = form.querySelector<HTMLElement>("[data-beside]")!;
  const still = now.acts.find((one) => one.do === form.dataset.do && one.about === form.dataset.about);
  const meanwhile = told.history.filter((one) => one.seq > seen).map((one) => one.line);
  const blocked = still ? still.blocked && `${still.blocked} ${still.fix}` : t("js.order.gone");
  const keys = document.createElement("p");
  page.dataset.version = String(now.version);
  if (!blocked) keys.append(button(t("js.order.again"), true, again), " ");
  keys.append(button(t("js.order.reload"), Boolean(blocked), () => location.reload()));
  place.replaceChildren(
    column(t("js.order.theirs"), [`${page.dataset.state} → ${now.state_name}`, ...meanwhile, blocked]),
    column(t("js.order.yours"), [form.dataset.name!, ...words]), keys);
  place.hidden = false;
}
