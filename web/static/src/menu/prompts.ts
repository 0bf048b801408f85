// The words of a step: every language side by side, typed, uploaded or recorded, and heard as callers hear them.
import { t } from "../texts";
import { saving, option, setting, type Bench } from "./controls";
import { button, el, labelled } from "./dom";
import { freshName, promptsOf, type Edit } from "./model";
import { record, type Recording } from "./record";
import { hear, recordingOf, upload } from "./sounds";

const chooser: { open?: HTMLInputElement } = {}; // held while it is open, so that it is not collected
const KINDS = ".wav,.mp3,.flac,.ogg,audio/*";

/** The prompts that a step says, and what adds another. */
export function promptsOfStep(bench: Bench, step: string): HTMLElement {
  const flow = bench.session.flow, names = promptsOf(flow.steps[step]), path = ["steps", step, "prompts"];
  const put = (next: string[], words: string, more: Edit[] = []): void => void bench.session.operate(words, [...more, { path, value: next }]);
  const parts = names.map((name, i) => promptBox(bench, name, t("js.flow.words_n", { n: i + 1 }),
    names.length > 1 || ["service", "hang_up"].includes(flow.steps[step]!.verb) ? () => put(names.filter((_, at) => at !== i), t("js.flow.op.less_words")) : undefined));
  const others = Object.keys(flow.prompts).filter((name) => !names.includes(name));
  const select = el("select", {}, option("", t("js.flow.add_words")), option("+", t("js.flow.new_words")), ...others.map((name) => option(name, promptWords(bench, name))));
  const add = saving(select, `${path.join(".")}+`, (chosen) => {
    if (chosen && chosen !== "+") return put([...names, chosen], t("js.flow.op.more_words"));
    const name = freshName(`${step}-words`, flow.prompts);
    if (chosen) put([...names, name], t("js.flow.op.more_words"), [{ path: ["prompts", name], value: Object.fromEntries(flow.languages.map((lang) => [lang, ""])) }]);
  });
  return el("div", { class: "flow-prompts" }, ...parts, labelled(t("js.flow.add_words"), add));
}

export function promptWords(bench: Bench, name: string): string {
  return String(bench.session.flow.prompts[name]?.[bench.session.flow.languages[0] ?? ""] ?? "").slice(0, 30) || name;
}

/** One prompt in every language. */
export function promptBox(bench: Bench, name: string, legend: string, remove?: () => void): HTMLElement {
  const languages = bench.session.flow.languages.map((lang) => language(bench, name, lang));
  return el("fieldset", { class: "flow-prompt", "data-prompt": name }, el("legend", { class: "label" }, legend), el("div", { class: "flow-languages" }, ...languages),
            remove && button(t("js.flow.less_words"), remove));
}

function language(bench: Bench, name: string, lang: string): HTMLElement {
  const flow = bench.session.flow, path = ["prompts", name, lang], words = t("js.flow.op.words", { lang: languageName(lang) });
  const text = el("textarea", { rows: 3, maxlength: 600, lang });
  text.value = String(flow.prompts[name]?.[lang] ?? "");
  saving(text, path.join("."), (value) => void bench.session.operate(words, flow.prompts[name] ? [{ path, value }] : [{ path: ["prompts", name], value: { [lang]: value } }]));
  const recording = recordingOf(flow, name, lang);
  const told = el("p", { class: "hint", role: "status" }, t(recording ? "js.flow.is_recorded" : "js.flow.is_spoken"));
  const doing = working(bench, told);
  return el("div", { class: "flow-language" }, labelled(languageName(lang), text), told, el("div", { class: "flow-buttons" },
    button(t("js.flow.hear"), () => doing(t("js.flow.playing"), () => hear(bench.session.flow, [name], lang)), { "data-hear": `${name}.${lang}`, "aria-label": t("js.flow.hear_in", { lang: languageName(lang) }) }),
    ...(bench.session.readOnly ? [] : [fileChooser(bench, name, lang, told, doing), recorderButton(bench, name, lang, told, doing),
      recording && button(t("js.flow.no_recording"), () => setRecording(bench, name, lang, ""))].filter((one): one is HTMLElement => Boolean(one)))));
}

type Doing = (said: string, work: () => Promise<unknown>) => Promise<void>;

function working(bench: Bench, told: HTMLElement): Doing {
  return async (said, work) => {
    const before = told.textContent;
    told.textContent = said;
    bench.busy++;
    try { await work(); told.textContent = before; } catch (error) { bench.fault(error); } finally { bench.busy--; }
    bench.refresh();
  };
}

function fileChooser(bench: Bench, name: string, lang: string, told: HTMLElement, doing: Doing): HTMLElement {
  const choose = (): void => {
    const input = el("input", { type: "file", accept: KINDS }); // not in the page: a redraw would take the open chooser with it
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void doing(t("js.flow.uploading"), () => taken(bench, name, lang, file, told));
    });
    chooser.open = input;
    input.click();
  };
  return button(t("js.flow.upload"), choose, { "aria-label": t("js.flow.upload_in", { lang: languageName(lang) }), "data-upload": `${name}.${lang}` });
}

function recorderButton(bench: Bench, name: string, lang: string, told: HTMLElement, doing: Doing): HTMLButtonElement {
  let running: Recording | null = null;
  const made = button(t("js.flow.record"), () => {
    if (running) return running.stop();
    return doing(t("js.flow.recording"), async () => {
      running = await record().catch(() => { throw new Error(t("js.flow.no_microphone")); });
      made.textContent = t("js.flow.stop");
      const sound = await running.done.finally(() => { running = null; made.textContent = t("js.flow.record"); });
      await taken(bench, name, lang, sound, told);
    });
  }, { "aria-label": t("js.flow.record_in", { lang: languageName(lang) }) });
  return made;
}

async function taken(bench: Bench, name: string, lang: string, sound: Blob, told: HTMLElement): Promise<void> {
  const made = await upload(lang, sound);
  told.textContent = t("js.flow.uploaded", { seconds: made.seconds.toFixed(1) });
  await setRecording(bench, name, lang, made.name);
}

function setRecording(bench: Bench, name: string, lang: string, recording: string): Promise<boolean> {
  const flow = bench.session.flow, path = ["prompts", name, "recording"];
  const all = Object.fromEntries(flow.languages.map((one) => [one, one === lang ? recording : recordingOf(flow, name, one)]).filter(([, found]) => found));
  const edits = setting(flow, path, Object.keys(all).length ? all : "");
  return bench.session.operate(t(recording ? "js.flow.op.recorded" : "js.flow.op.spoken", { lang: languageName(lang) }), edits);
}

export function languageName(lang: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(lang) ?? lang;
  } catch {
    return lang;
  }
}
