// Notices, special days and information lines: each form says one change; the menu's API makes it.
import "./base";
import { change, type Wish } from "../menu/days";
import { epochOf, wallOf } from "../menu/wall_clock";
import { doing } from "../menu/change";
import { ask, csrf } from "../http";
import { t } from "../texts";

const page = document.getElementById("days")!;
const put = document.getElementById("put-up") as HTMLFormElement | null;
const sound = new Audio();

function fault(of: Element): Element { return of.closest("form, li")!.querySelector(".act-fault")!; }

if (put) {
  const ends = put.elements.namedItem("ends") as HTMLInputElement, lasts = put.elements.namedItem("lasts") as HTMLSelectElement;
  const set = () => { if (lasts.value) ends.value = wallOf(Date.now() / 1000 + Number(lasts.value) * 3600); };
  set();
  lasts.addEventListener("change", set);
  ends.addEventListener("input", () => { lasts.value = ""; });
  put.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(put), texts = Object.fromEntries([...said].filter(([name, text]) => name.startsWith("text.") && String(text).trim())
      .map(([name, text]) => [name.slice(5), String(text).trim()]));
    const wish = { texts, ends: epochOf(ends.value), begins: said.get("begins") ? epochOf(String(said.get("begins"))) : null,
                   closes: said.getAll("closes").map(String), why: String(said.get("why")) };
    if (await doing(put.querySelector("[type=submit]")!, fault(put.querySelector("[type=submit]")!), () => ask("POST", "/api/menu/notices", wish)))
      location.reload();
  });
}

async function hear(button: HTMLButtonElement): Promise<void> {
  const area = document.getElementById(button.dataset.hear!) as HTMLTextAreaElement, told = fault(button);
  told.textContent = area.value.trim() ? "" : t("js.days.nothing_to_hear");
  if (!area.value.trim()) return area.focus();
  button.setAttribute("aria-busy", "true");
  const answer = await fetch("/api/menu/speech", {
    method: "POST", headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/json" }, signal: AbortSignal.timeout(20000),
    body: JSON.stringify({ text: area.value.trim(), lang: area.lang }),
  }).catch(() => null);
  button.removeAttribute("aria-busy");
  if (!answer?.ok) { told.textContent = t("js.days.no_sound"); return; }
  URL.revokeObjectURL(sound.src);
  sound.src = URL.createObjectURL(await answer.blob());
  await sound.play().catch(() => { told.textContent = t("js.days.no_sound"); });
}

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-hear], button[data-down]");
  if (button?.dataset.hear) await hear(button);
  if (button?.dataset.down && await doing(button, fault(button), () => ask("DELETE", `/api/menu/notices/${button.dataset.down}`)))
    location.reload();
});

page.addEventListener("submit", async (event) => {
  const form = event.target as HTMLFormElement, kind = form.dataset.change as Wish | undefined;
  if (!kind) return;
  event.preventDefault();
  const button = (event as SubmitEvent).submitter as HTMLButtonElement;
  await doing(button, fault(button), () => change(kind, form, button.value === "publish"));
});
