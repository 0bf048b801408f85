// Quality checks: each form goes to the API as it stands; whether it fits, the API says.
import "./base";
import { complain, forgive } from "../fault";
import { ask, Refused } from "../http";
import { mountPlayers } from "../player/player";
import { t } from "../texts";

type Body = Record<string, unknown>;

function marksOf(form: HTMLFormElement): Body {
  const chosen = form.querySelectorAll<HTMLInputElement>("[data-item]:checked");
  return Object.fromEntries([...chosen].map((one) => [one.dataset.item!, Number(one.value)]));
}

function fatalOf(form: HTMLFormElement): string[] {
  return [...form.querySelectorAll<HTMLInputElement>("[data-fatal]:checked")].map((one) => one.value);
}

const BODIES: Record<string, (form: HTMLFormElement, said: (name: string) => string) => Body> = {
  draw: (_, said) => ({ week: said("week"), ...(said("seed") ? { seed: said("seed") } : {}) }),
  score: (form, said) => ({ marks: marksOf(form), fatal: fatalOf(form), comment: said("comment") }),
  appeal: (_, said) => ({ why: said("why") }),
  decision: (form, said) => said("granted") === "grant"
    ? { why: said("why"), marks: marksOf(form), fatal: fatalOf(form) } : { why: said("why") },
  clip: (form, said) => ({ call: form.dataset.call, begin: Number(said("begin")), end: Number(said("end")), note: said("note") }),
};

/** Return the first field that must be filled in and is not. */
function lacking(form: HTMLFormElement): HTMLInputElement | undefined {
  return [...form.querySelectorAll<HTMLInputElement>("[required]")].find((one) => !one.value.trim());
}

async function send(form: HTMLFormElement): Promise<void> {
  const kind = form.dataset.quality!, fault = form.querySelector<HTMLElement>(".act-fault")!, words = new FormData(form);
  const empty = lacking(form), button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  forgive(form);
  if (empty) {
    complain(form, t("js.order.fill", { field: empty.closest("label")!.querySelector(".label")!.textContent!.trim() }), empty);
    return;
  }
  button.disabled = true;
  try {
    const body = BODIES[kind]!(form, (name) => String(words.get(name) ?? "").trim());
    done(kind, await ask<Body>("POST", `/api/quality/${form.dataset.path}`, body));
  } catch (error) {
    fault.textContent = (error as Refused).message;
    button.disabled = false;
  }
}

function done(kind: string, told: Body): void {
  if (kind === "clip") location.assign("/quality/clips");
  else if (kind !== "draw") location.reload();
  else {
    const { week, seed, checks } = told as { week: string; seed: string; checks: unknown[] };
    location.assign(`/quality?${new URLSearchParams({ week, seed, drawn: String(checks.length) })}`);
  }
}

async function remove(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    await ask("DELETE", `/api/quality/clips/${button.dataset.remove}`);
    button.closest("[data-clip]")!.remove();
  } catch (error) {
    button.parentElement!.querySelector(".act-fault")!.textContent = (error as Refused).message;
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-quality]")) return;
  event.preventDefault();
  void send(form);
});
document.addEventListener("change", (event) => {
  const box = event.target as HTMLInputElement;
  if (box.name === "granted") box.form!.querySelector<HTMLElement>("[data-grant]")!.hidden = box.value !== "grant";
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-take], [data-remove]");
  if (button?.dataset.remove) void remove(button);
  else if (button) {
    const box = button.form!.elements.namedItem(button.dataset.take!) as HTMLInputElement;
    box.value = document.querySelector<HTMLElement>("[data-slider]")!.dataset.now ?? "0";
  }
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.ctrlKey) return;
  (event.target as Element).closest<HTMLFormElement>("[data-quality]")?.requestSubmit();
});
mountPlayers();
