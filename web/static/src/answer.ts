// Under the answer stands what it will do: end the order, or stand beside it, and why. The server decides.
import { ask } from "./http";

const PAUSE = 600; // ms
let timer: ReturnType<typeof setTimeout> | undefined;
let turn = 0;

async function look(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("#order-form"), line = document.getElementById("answer-does");
  if (!form || !line) return;
  const mine = ++turn, data = new FormData(form);
  const body = { kind: data.get("kind") ?? "", answer: data.get("answer") ?? "", to_unit: data.get("to_unit") !== null };
  try {
    const told = await ask<{ does: string; words: string }>("POST", "/desk/answer", body);
    if (mine !== turn) return;
    line.textContent = told.words;
    line.dataset.does = told.does;
  } catch { if (mine === turn) { line.textContent = ""; delete line.dataset.does; } } // the words are saved all the same
}

const later = (wait: number) => { clearTimeout(timer); timer = setTimeout(() => void look(), wait); };

export function mindAnswer(): void {
  const decides = "#order-form [name=answer], #order-form [name=to_unit], #order-form [name=kind]";
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => {
    if (!(event.target as Element).matches(decides)) return;
    if ((document.querySelector<HTMLTextAreaElement>("#order-form [name=answer]")?.value ?? "") || document.getElementById("answer-does")?.textContent) later(PAUSE);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event.target as Element).id === "order" && document.querySelector<HTMLTextAreaElement>("#answer")?.value) later(0);
  });
}
