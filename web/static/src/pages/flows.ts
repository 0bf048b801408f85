// The list of releases and drafts: begin, throw away, roll back, withdraw.
import "../base";
import { ask, type Refused } from "../http";
import { t } from "../texts";

const RENDERING = 60_000; // ms; an old release's prompts may have to be spoken anew

const page = document.getElementById("flows")!;

function fault(error: unknown): void {
  const box = document.getElementById("flow-fault")!;
  box.textContent = (error as Refused).message;
  box.hidden = false;
  box.focus();
}

/** Do something once, with its button shown as busy; what goes wrong is told at the top. */
async function doing(button: HTMLElement | null, work: () => Promise<void>): Promise<void> {
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  try { await work(); } catch (error) { fault(error); } finally { button?.removeAttribute("aria-busy"); }
}

async function begin(form: HTMLFormElement): Promise<void> {
  const said = new FormData(form), ready = String(said.get("ready"));
  const source = ready === "release" ? { release: 0 } : { ready };
  const made = await ask<{ id: string }>("POST", "/api/menu/drafts", { title: String(said.get("title")).trim(), ...source });
  location.href = `/menu/drafts/${made.id}`;
}

async function act(form: HTMLFormElement): Promise<void> {
  const why = String(new FormData(form).get("why")).trim(), { act, number } = form.dataset;
  const expected = act === "rollback" ? { expected: Number(page.dataset.current) } : {};
  await ask("POST", `/api/menu/releases/${number}/${act}`, { why, ...expected }, {}, RENDERING);
  location.reload();
}

function remove(button: HTMLElement): void {
  const sure = document.getElementById("flow-sure") as HTMLDialogElement;
  document.getElementById("flow-sure-words")!.textContent = t("js.flow.sure_delete", { title: button.dataset.title ?? "" });
  sure.returnValue = "";
  sure.addEventListener("close", () => {
    if (sure.returnValue !== "yes") return button.focus();
    void doing(button, async () => {
      await ask("DELETE", `/api/menu/drafts/${button.dataset.delete}`);
      location.reload();
    });
  }, { once: true });
  sure.showModal();
}

page.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method === "dialog") return;
  event.preventDefault();
  const button = form.querySelector<HTMLElement>("button");
  void doing(button, () => ("new" in form.dataset ? begin(form) : act(form)));
});
page.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLElement>("[data-delete]");
  if (button) remove(button);
});
