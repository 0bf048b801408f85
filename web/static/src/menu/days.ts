// The changes of hours and of information lines that the page of notices offers, as edits of the menu.
import { ask } from "../http";
import { t } from "../texts";
import { draftOf, publish, type Edit } from "./change";

export type Wish = "special" | "city" | "line";
interface Document { calendars?: Record<string, { special?: Record<string, unknown> }> }

/** Return the edits that a form asks for, and what they are called. */
async function edits(kind: Wish, form: HTMLFormElement): Promise<[string, Edit[]]> {
  const said = new FormData(form), word = (name: string) => String(said.get(name) ?? "");
  const calendar = form.dataset.calendar ?? "", name = form.dataset.name ?? "";
  if (kind === "city") {
    const lacking = JSON.parse(document.getElementById("city-days")!.textContent!) as Record<string, Edit[]>;
    return [t("js.days.city", { name: calendar }), lacking[calendar] ?? []];
  }
  if (kind === "special") {
    const spans = word("closed") ? [] : [{ from: word("from"), to: word("to") }], path = ["calendars", calendar, "special"];
    const current = await ask<{ current: number }>("GET", "/api/menu/releases");
    const { document: flow } = await ask<{ document: Document }>("GET", `/api/menu/releases/${current.current}`);
    const special = { ...flow.calendars?.[calendar]?.special, [word("day")]: spans };
    return [t("js.days.special", { day: word("day"), name: calendar }), [{ path, value: special }]];
  }
  const texts = [...form.querySelectorAll<HTMLTextAreaElement>("[data-prompt]")].map((area): Edit =>
    ({ path: ["prompts", area.dataset.prompt!, area.lang], value: area.value.trim() }));
  const owner = { path: ["steps", name, "owner"], value: word("owner") };
  const review: Edit[] = word("review") ? [{ path: ["steps", name, "review"], value: word("review") }] : [];
  return [t("js.days.line", { name: form.dataset.title ?? name }), [...texts, owner, ...review]];
}

/** Make the change that a form asks for: in force at once, or as a draft that the editor opens. */
export async function change(kind: Wish, form: HTMLFormElement, now: boolean): Promise<void> {
  const [title, wanted] = await edits(kind, form);
  const draft = await draftOf(title, wanted);
  if (!now) return location.assign(`/menu/drafts/${draft}`);
  await publish(draft, String(new FormData(form).get("why") ?? "") || title);
  location.reload();
}
