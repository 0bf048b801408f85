// The calendar: days are marked by click or key; what that changes is told by the server, and only then it is set.
import "./base";
import { ask, csrf, Refused } from "../http";
import { t } from "../texts";

interface Year { year: number; source: string; off: string[]; worked: string[] }
interface Calendar { years: Year[]; windows: string[][]; zone: string }

const page = document.getElementById("calendar")!, place = document.getElementById("calendar-year")!;
const text = document.getElementById("calendar-document")!.textContent!;
const before: Calendar = JSON.parse(text);
let calendar: Calendar = JSON.parse(text), year = Number(page.dataset.year), checked: Calendar | null = null;

const told = (id: string): HTMLElement => document.getElementById(id)!;
const isWeekend = (day: string): boolean => [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());

/** Return a year of the calendar, made when it was not known before. */
function known(wanted: number, source: string): Year {
  const found = calendar.years.find((one) => one.year === wanted);
  if (found) return found;
  const made = { year: wanted, source, off: [], worked: [] };
  calendar.years = [...calendar.years, made].sort((a, b) => a.year - b.year);
  return made;
}

function mark(button: HTMLElement): void {
  const day = button.dataset.day!, weekend = isWeekend(day), whole = known(Number(day.slice(0, 4)), "");
  const next = weekend ? (button.dataset.mark === "worked" ? "" : "worked") : button.dataset.mark === "off" ? "" : "off";
  whole.off = whole.off.filter((one) => one !== day);
  whole.worked = whole.worked.filter((one) => one !== day);
  if (next === "off") whole.off = [...whole.off, day].sort();
  if (next === "worked") whole.worked = [...whole.worked, day].sort();
  void draw(year, day);
}

/** Draw a year as the server draws it, and go back to the day. */
async function draw(wanted: number, day = ""): Promise<void> {
  const answer = await fetch("/calendar/year", {
    method: "POST", headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/json" },
    body: JSON.stringify({ calendar, year: wanted }), redirect: "error" }).catch(() => null);
  if (!answer?.ok) { tell(t("js.calendar.not_drawn")); return; }
  year = wanted;
  place.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  hideChange();
  novel();
  reach(place.querySelector<HTMLElement>(`[data-day="${day}"]`));
}

/** Mark the days that are not as they were when the page was read. */
function novel(): void {
  const old = new Map(before.years.flatMap((one) => [...one.off.map((day) => [day, "off"] as const),
                                                     ...one.worked.map((day) => [day, "worked"] as const)]));
  for (const one of place.querySelectorAll<HTMLElement>("[data-day]"))
    one.classList.toggle("is-new", (old.get(one.dataset.day!) ?? "") !== one.dataset.mark);
}

function reach(button: HTMLElement | null): void {
  if (!button) return;
  for (const one of place.querySelectorAll<HTMLElement>("[data-day][tabindex='0']")) one.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

place.addEventListener("keydown", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLElement>("[data-day]"), step = STEPS[event.key];
  if (!button || event.isComposing) return;
  const days = [...place.querySelectorAll<HTMLElement>("[data-day]")], at = days.indexOf(button);
  const next = step ? days[at + step] : event.key === "Home" ? days[0] : event.key === "End" ? days[days.length - 1] : null;
  if (!next) return;
  event.preventDefault();
  reach(next);
});

place.addEventListener("click", (event) => {
  const target = event.target as HTMLElement, button = target.closest<HTMLElement>("button[data-day]");
  if (button) mark(button);
  const link = target.closest<HTMLElement>("a[data-year]");
  if (!link || !document.getElementById("calendar-set")) return;
  event.preventDefault();
  void draw(Number(link.dataset.year)).then(() => place.querySelector<HTMLElement>("[aria-current]")?.focus());
});

function hideChange(): void { told("calendar-change").hidden = true; checked = null; }
function tell(words: string): void { const fault = told("calendar-fault"); fault.textContent = words; fault.focus(); }

function windows(): string[][] {
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-window]")], found: string[][] = [];
  for (let n = 0; n < boxes.length; n += 2)
    if (boxes[n]!.value || boxes[n + 1]!.value) found.push([boxes[n]!.value, boxes[n + 1]!.value]);
  return found;
}

function list(id: string, words: string[]): void {
  told(id).replaceChildren(...words.map((one) => {
    const line = document.createElement("li");
    line.textContent = one;
    return line;
  }));
}

async function check(): Promise<void> {
  told("calendar-fault").textContent = "";
  calendar.windows = windows();
  if (calendar.windows.some((pair) => !pair[0] || !pair[1])) { tell(t("js.calendar.window")); return; }
  hideChange();
  try {
    const wanted = structuredClone(calendar);
    const found = await ask<{ version: number; changes: string[]; orders: string[] }>(
      "POST", "/calendar/difference", { calendar: wanted }, {}, 60_000);
    if (String(found.version) !== page.dataset.version) { tell(t("js.calendar.newer")); return; }
    if (!found.changes.length && JSON.stringify(wanted) === text) { tell(t("js.policy.same")); return; }
    checked = wanted;
    list("calendar-changes", found.changes.length ? found.changes : [t("js.calendar.words_only")]);
    list("calendar-orders", found.orders);
    told("calendar-change").hidden = false;
    told("change-title").focus();
  } catch (error) { tell((error as Refused).message); }
}

async function paste(form: HTMLFormElement): Promise<void> {
  const words = new FormData(form), fault = form.querySelector<HTMLElement>(".act-fault")!, wanted = Number(words.get("year"));
  fault.textContent = "";
  try {
    const found = await ask<{ year: number; calendar: Calendar; faults: string[] }>("POST", "/api/calendar/notice", {
      text: String(words.get("text")), year: wanted || null, source: String(words.get("source")).trim(), calendar });
    calendar = found.calendar;
    const box = told("calendar-faults");
    box.hidden = !found.faults.length;
    box.querySelector("ul")!.replaceChildren(...found.faults.map((one) => {
      const line = document.createElement("li");
      line.textContent = one;
      return line;
    }));
    await draw(found.year);
    if (found.faults.length) box.scrollIntoView({ block: "nearest" });
    await check();
  } catch (error) {
    fault.textContent = (error as Refused).message;
    form.querySelector<HTMLElement>("[name=text]")!.focus();
  }
}

async function set(form: HTMLFormElement): Promise<void> {
  const words = new FormData(form), fault = form.querySelector<HTMLElement>(".act-fault")!, from = String(words.get("valid_from"));
  const why = String(words.get("why")).trim();
  if (!checked) return;
  if (why.length < 2) { fault.textContent = t("js.calendar.why"); form.querySelector<HTMLElement>("[name=why]")!.focus(); return; }
  try {
    await ask("PUT", "/api/calendar", { calendar: checked, why, valid_from: from ? Date.parse(from) / 1000 : null },
              { "If-Match": `"${page.dataset.version}"` });
    location.assign(`/calendar?year=${year}`);
  } catch (error) {
    fault.textContent = (error as Refused).status === 412 ? t("js.calendar.newer") : (error as Refused).message;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.id === "calendar-form" || form.id === "calendar-paste" || form.id === "calendar-set") event.preventDefault();
  if (form.id === "calendar-form" && document.getElementById("calendar-set")) void check();
  if (form.id === "calendar-paste") void paste(form);
  if (form.id === "calendar-set") void set(form);
});
