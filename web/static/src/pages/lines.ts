// A unit's information lines: words and recordings are tried by ear, and kept as one change; what is refused stays as typed.
import "../base";
import { ask, askSound, Refused, send } from "../http";
import { t } from "../texts";

const KINDS = ".wav,.mp3,.flac,.ogg,audio/*", PATIENCE = 30_000; // ms; a change is spoken and checked whole
const player = new Audio();
const chooser: { open?: HTMLInputElement } = {}; // held while it is open, so that it is not collected

const stepOf = (words: HTMLElement): string => words.closest<HTMLElement>("[data-line]")!.dataset.line!;
const boxOf = (words: HTMLElement): HTMLTextAreaElement => words.querySelector("textarea")!;
const tell = (words: HTMLElement, said: string): void => { words.querySelector("[data-told]")!.textContent = said; };

/** Do something that takes a while; what it is refused for stands by the words. */
async function doing(words: HTMLElement, said: string, work: () => Promise<string>): Promise<void> {
  tell(words, said);
  try { tell(words, await work()); } catch (error) { tell(words, (error as Refused).message); }
}

function stands(words: HTMLElement): string {
  return t(words.dataset.recording ? "js.lines.recorded" : "js.lines.spoken");
}

async function hear(words: HTMLElement): Promise<string> {
  const { lang, recording } = words.dataset, path = `/api/menu/lines/${stepOf(words)}`;
  const sound = recording ? await askSound("GET", `${path}/sounds/${lang}/${recording}`)
    : await askSound("POST", `${path}/heard`, { text: boxOf(words).value.trim(), lang });
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(sound);
  await player.play();
  return stands(words);
}

function choose(words: HTMLElement): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = KINDS;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void doing(words, t("js.lines.uploading"), () => taken(words, file));
  });
  chooser.open = input;
  input.click();
}

async function taken(words: HTMLElement, file: Blob): Promise<string> {
  const made = await send<{ name: string; seconds: number }>(`/api/menu/lines/${stepOf(words)}/sounds/${words.dataset.lang}`, file);
  recorded(words, made.name);
  return t("js.lines.uploaded", { seconds: made.seconds.toFixed(1) });
}

function recorded(words: HTMLElement, name: string): void {
  words.dataset.recording = name;
  words.querySelector<HTMLElement>("[data-unrecord]")!.hidden = !name;
}

/** Read the form: every own prompt with its words and its recordings. */
function wishOf(form: HTMLFormElement): object {
  const texts: Record<string, Record<string, string>> = {}, recordings: Record<string, Record<string, string>> = {};
  for (const words of form.querySelectorAll<HTMLElement>("[data-prompt]")) {
    if (boxOf(words).readOnly) continue;
    const { prompt, lang, recording } = words.dataset as { prompt: string; lang: string; recording: string };
    (texts[prompt] ??= {})[lang] = boxOf(words).value.trim();
    recordings[prompt] ??= {};
    if (recording.startsWith("u-")) recordings[prompt][lang] = recording;
  }
  const said = new FormData(form);
  return { texts, recordings, review: said.get("review"), why: String(said.get("why") ?? "").trim(), seen: Number(form.dataset.seen) };
}

async function save(form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>(".act-fault")!, button = form.querySelector<HTMLButtonElement>("[type=submit]")!;
  const missing = [...form.querySelectorAll<HTMLInputElement>("[required]")].find((one) => !one.value.trim());
  if (missing) {
    fault.textContent = t(missing.name === "why" ? "js.lines.no_why" : "js.lines.no_words");
    missing.focus();
    return;
  }
  button.disabled = true;
  fault.textContent = t("js.lines.saving");
  try {
    await ask("PUT", `/api/menu/lines/${form.dataset.line}`, wishOf(form), {}, PATIENCE);
    location.reload();
  } catch (error) {
    fault.textContent = (error as Refused).message;
    button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target as Element, words = target.closest<HTMLElement>("[data-prompt]");
  if (!words) return;
  if (target.closest("[data-hear]")) void doing(words, t("js.lines.playing"), () => hear(words));
  if (target.closest("[data-upload]")) choose(words);
  if (target.closest("[data-unrecord]")) {
    recorded(words, "");
    tell(words, stands(words));
    boxOf(words).focus();
  }
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  void save(event.target as HTMLFormElement);
});
