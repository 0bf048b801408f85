// A change of the menu in force, made of it as a draft: published at once, or left for the editor.
import { ask, Refused } from "../http";
import { t } from "../texts";

export interface Edit { path: string[]; value?: unknown; gone?: boolean }

/** Make a draft of the menu in force with these edits; return its id. */
export async function draftOf(title: string, edits: Edit[]): Promise<string> {
  const made = await ask<{ id: string; version: number }>("POST", "/api/menu/drafts", { title, release: 0 });
  if (edits.length) await ask("POST", `/api/menu/drafts/${made.id}/operations`, { version: made.version, words: title, edits });
  return made.id;
}

/** Publish a draft and throw it away; one that is refused is thrown away too, and `Refused` says what the check found. */
export async function publish(draft: string, why: string): Promise<void> {
  try {
    await ask("POST", `/api/menu/drafts/${draft}/publish`, { why });
  } catch (error) {
    const found = error instanceof Refused && error.code === "flow_refused" ? await faultsOf(draft) : "";
    await ask("DELETE", `/api/menu/drafts/${draft}`).catch(() => undefined);
    throw found ? new Refused(422, "menu_faults", 0, t("js.days.refused", { found })) : error;
  }
  await ask("DELETE", `/api/menu/drafts/${draft}`).catch(() => undefined); // a leftover draft hurts nobody
}

async function faultsOf(draft: string): Promise<string> {
  const report = await ask<{ findings: { problem: string; fix: string; warning: boolean }[] }>("GET", `/api/menu/drafts/${draft}/check`);
  return report.findings.filter((one) => !one.warning).slice(0, 3).map((one) => `${one.problem}：${one.fix}`).join("；");
}

/** Do something for a button: no second press meanwhile; what is refused stands in `fault`. Returns whether it was done. */
export async function doing(button: HTMLButtonElement, fault: Element, act: () => Promise<unknown>): Promise<boolean> {
  if (button.getAttribute("aria-busy") === "true") return false;
  button.setAttribute("aria-busy", "true");
  fault.textContent = "";
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    fault.textContent = error.message;
    return false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}
