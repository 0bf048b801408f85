// Asking the server. Every refusal has a code; the sentence for it stands in the catalogue.
import { either, has } from "./texts";

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, readonly seconds = 0, said = "",
              readonly faults: readonly { field: string; problem: string }[] = []) {
    super(said && !has(`js.refused.${code}`) ? said : either(`js.refused.${code}`, "js.refused.other", { code, seconds }));
  }
}

const PATIENCE = 8000; // ms

/** Return the CSRF token that belongs to the session. */
export function csrf(): string {
  return cookie("hotline_csrf");
}

/** What every request says of the page's language: refusals come in it, whatever the browser's own is. */
export function spoken(): Record<string, string> { return { "Accept-Language": document.documentElement.lang }; }

export function cookie(name: string): string {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

/** Send a request and return the JSON of its answer. Throws Refused; code "network" when nobody answered. */
export async function ask<T = unknown>(
  method: string, path: string, body?: unknown, more: Record<string, string> = {}, patience = PATIENCE,
): Promise<T> {
  let answer: Response;
  const headers: Record<string, string> = { "X-CSRF-Token": csrf(), ...spoken(), ...more };
  if (method !== "GET") headers["Idempotency-Key"] = key(); // a request that is sent again does nothing twice
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    answer = await fetch(path, {
      method, headers, body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(patience), redirect: "error",
    });
  } catch {
    throw new Refused(0, "network");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said.code ?? `http_${answer.status}`, said.retry_after ?? 0,
                                     [said.detail, said.fix].filter(Boolean).join(" "), said.errors ?? []);
  return said as T;
}

/** Ask for a sound. Throws Refused. */
export async function askSound(method: string, path: string, body?: unknown): Promise<Blob> {
  const headers: Record<string, string> = { "X-CSRF-Token": csrf(), ...spoken() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await answered(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  return answer.blob();
}

/** Send a file as it is and return the JSON of the answer. Throws Refused. */
export async function send<T = unknown>(path: string, file: Blob): Promise<T> {
  const headers = { "X-CSRF-Token": csrf(), ...spoken(), "Idempotency-Key": key(), "Content-Type": "application/octet-stream" };
  return (await answered(path, { method: "POST", headers, body: file })).json() as Promise<T>;
}

const SOUND_PATIENCE = 30_000; // ms; speaking and levelling take their time

async function answered(path: string, wish: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...wish, signal: AbortSignal.timeout(SOUND_PATIENCE), redirect: "error" }).catch(() => null);
  if (!answer) throw new Refused(0, "network");
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.code ?? `http_${answer.status}`, said.retry_after ?? 0, [said.detail, said.fix].filter(Boolean).join(" "));
}
