// Prompts as callers will hear them: spoken or recorded, at telephone quality; one sound at a time.
import { askSound, send } from "../http";
import { promptsOf, type FlowDocument } from "./model";

export interface Sound { name: string; lang: string; seconds: number; url: string }

const player = new Audio();
let turn = 0;

/** Return the recording that a prompt has in a language, "" for none. */
export function recordingOf(flow: FlowDocument, prompt: string, lang: string): string {
  const given = flow.prompts[prompt]?.recording;
  return typeof given === "string" ? given : String((given as Record<string, string> | undefined)?.[lang] ?? "");
}

async function soundOf(flow: FlowDocument, prompt: string, lang: string): Promise<Blob | null> {
  const recording = recordingOf(flow, prompt, lang), text = String(flow.prompts[prompt]?.[lang] ?? "");
  if (recording) return askSound("GET", `/api/menu/sounds/${lang}/${recording}`);
  return text ? askSound("POST", "/api/menu/speech", { text, lang }) : null;
}

async function play(sound: Blob): Promise<void> {
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(sound);
  await player.play();
  await new Promise<void>((resolve) => { player.onended = () => resolve(); player.onpause = () => resolve(); });
}

/** Play prompts one after the other; another call ends this one. Throws Refused. */
export async function hear(flow: FlowDocument, prompts: string[], lang: string): Promise<void> {
  const mine = ++turn;
  player.pause();
  for (const prompt of prompts) {
    const sound = await soundOf(flow, prompt, lang);
    if (mine !== turn) return;
    if (sound) await play(sound);
  }
}

export function hearStep(flow: FlowDocument, step: string): Promise<void> {
  return hear(flow, promptsOf(flow.steps[step]), flow.languages[0] ?? "zh-CN");
}

/** Have a recording taken in: levelled, trimmed, named after its content. Throws Refused. */
export function upload(lang: string, sound: Blob): Promise<Sound> {
  return send<Sound>(`/api/menu/sounds/${lang}`, sound);
}
