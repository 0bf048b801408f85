// Lines below the bar: what has happened, whether the call is affected, what to do now. One line a subject.
import { t } from "./texts";

export type Level = "fault" | "warn" | "told";
type Button = { label: string; run: () => void };

const box = () => document.getElementById("notices")!;

/** Show or replace the line of a subject. `seconds`: it goes by itself (only for what needs no reaction). */
export function tell(subject: string, text: string, level: Level = "told", buttons: Button[] = [], seconds = 0): void {
  const old = document.getElementById(`notice-${subject}`);
  if (old?.dataset.text === text) return;
  const line = document.createElement("div");
  line.id = `notice-${subject}`;
  line.className = `notice is-${level}`;
  line.dataset.text = text;
  if (level === "fault") line.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  line.append(words, ...buttons.map(button), ...(level === "fault" ? [] : [button({ label: t("js.close"), run: () => line.remove() })]));
  if (old) old.replaceWith(line); else box().append(line);
  if (seconds) setTimeout(() => line.remove(), seconds * 1000);
}

/** Put an element of one's own as the line of a subject, once. */
export function put(subject: string, content: Node): void {
  if (document.getElementById(`notice-${subject}`)) return;
  const line = document.createElement("div");
  line.id = `notice-${subject}`;
  line.className = "notice is-fault";
  line.append(content);
  box().prepend(line);
}

/** Take the line of a subject away. */
export function clear(subject: string): void {
  document.getElementById(`notice-${subject}`)?.remove();
}

function button(wish: Button): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = wish.label;
  made.addEventListener("click", wish.run);
  return made;
}
