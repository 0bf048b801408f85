// Old numbers out of a spreadsheet: into a draft of the menu in force, with a report line by line.
import "./base";
import { csrf, Refused, spoken } from "../http";
import { doing, draftOf, publish, type Edit } from "../menu/change";
import { t } from "../texts";

interface Report { words: string; lines: { line: number; number: string; result: string; problem: string; fix: string }[] }

const form = document.getElementById("import") as HTMLFormElement | null;
const told = document.getElementById("report")!;

async function send(file: File): Promise<void> {
  const draft = await draftOf(t("js.numbers.draft", { name: file.name.slice(0, 60) }), []);
  const answer = await fetch(`/api/menu/drafts/${draft}/numbers`, {
    method: "POST", headers: { "X-CSRF-Token": csrf(), ...spoken(), "Content-Type": "application/octet-stream" }, body: file, signal: AbortSignal.timeout(60000),
  }).catch(() => { throw new Refused(0, "network"); });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said.code ?? `http_${answer.status}`, 0, [said.detail, said.fix].filter(Boolean).join(" "));
  show(said as Report, draft);
}

function cell(tag: "td" | "th", said: string): HTMLTableCellElement {
  const made = document.createElement(tag);
  made.textContent = said;
  return made;
}

function show(report: Report, draft: string): void {
  const table = told.querySelector("tbody")!;
  table.replaceChildren(...report.lines.map((one) => {
    const row = document.createElement("tr");
    row.className = `is-${one.result}`;
    row.append(cell("td", String(one.line)), cell("th", one.number), cell("td", t(`js.numbers.${one.result}`)), cell("td", [one.problem, one.fix].filter(Boolean).join("。")));
    row.querySelector("th")!.scope = "row";
    return row;
  }));
  told.querySelector("p")!.textContent = report.words;
  const on = told.querySelector<HTMLAnchorElement>("a")!;
  on.href = `/menu/drafts/${draft}`;
  on.hidden = report.lines.every((one) => one.result === "refused");
  told.hidden = false;
  told.querySelector<HTMLElement>("h2")!.focus();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = (form.elements.namedItem("sheet") as HTMLInputElement).files?.[0], fault = form.querySelector(".act-fault")!;
  if (!file) { fault.textContent = t("js.numbers.no_file"); return; }
  told.hidden = true;
  await doing(form.querySelector("[type=submit]")!, fault, () => send(file));
});

const one = document.getElementById("one") as HTMLFormElement | null;

/** Return the edits that put a number into the menu in force, or take it out. */
function edits(said: FormData, drop: boolean): Edit[] {
  const known = JSON.parse(document.getElementById("numbers-data")!.textContent!) as { numbers: string[]; any: boolean; languages: string[] };
  const word = (name: string) => String(said.get(name) ?? "").trim(), number = word("number");
  if (drop) {
    if (!known.numbers.includes(number)) throw new Refused(0, "no_number_here", 0, t("js.numbers.unknown", { number }));
    return [{ path: ["numbers", number], gone: true }];
  }
  const greeting = `greeting-${number.replace("+", "")}`, text = word("greeting");
  const value = Object.fromEntries([["name", word("name")], ["field", word("field")], ["entry", word("entry")], ["unit", word("unit")],
                                    ["greeting", text && greeting]].filter(([, set]) => set));
  return [...(known.any ? [] : [{ path: ["numbers"], value: {} }]),
          ...(text ? [{ path: ["prompts", greeting], value: Object.fromEntries(known.languages.map((lang) => [lang, text])) }] : []),
          { path: ["numbers", number], value }];
}

one?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = (event as SubmitEvent).submitter as HTMLButtonElement, said = new FormData(one), drop = button.value === "drop";
  const title = t(drop ? "js.numbers.out" : "js.numbers.in", { number: String(said.get("number")).trim() });
  const done = await doing(button, one.querySelector(".act-fault")!, async () =>
    publish(await draftOf(title, edits(said, drop)), String(said.get("why") ?? "").trim() || title));
  if (done) location.reload();
});
