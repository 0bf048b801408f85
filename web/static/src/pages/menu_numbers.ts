// Old numbers out of a spreadsheet: into a draft of the menu in force, with a report line by line.
import "./base";
import { csrf, Refused } from "../http";
import { doing, draftOf } from "../menu/change";
import { t } from "../texts";

interface Report { words: string; lines: { line: number; number: string; result: string; problem: string; fix: string }[] }

const form = document.getElementById("import") as HTMLFormElement | null;
const told = document.getElementById("report")!;

async function send(file: File): Promise<void> {
  const draft = await draftOf(t("js.numbers.draft", { name: file.name.slice(0, 60) }), []);
  const answer = await fetch(`/api/menu/drafts/${draft}/numbers`, {
    method: "POST", headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/octet-stream" }, body: file, signal: AbortSignal.timeout(60000),
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
