// Microphone, earphone, ringer: which devices, how loud the microphone is, the tones.
const KEY = { in: "desk.device.in", out: "desk.device.out", ring: "desk.device.ring" };
export type Which = keyof typeof KEY;
type Sink = HTMLMediaElement & { setSinkId?: (id: string) => Promise<void>; sinkId?: string };
export const canChooseEarphone = "setSinkId" in HTMLMediaElement.prototype;

let stream: MediaStream | null = null;
let opening: Promise<MediaStream> | null = null;
let context: AudioContext | null = null;
let analyser: AnalyserNode | null = null;
let ringing: { stop(): void } | null = null;

export const chosen = (which: Which): string => localStorage.getItem(KEY[which]) ?? "";
/** What the chosen device is called, also while it is not plugged in. */
export const chosenName = (which: Which): string => localStorage.getItem(`${KEY[which]}.name`) ?? "";

function choose(which: Which, id: string, name: string): void {
  localStorage.setItem(KEY[which], id);
  localStorage.setItem(`${KEY[which]}.name`, id ? name : "");
}

/** Open the microphone; throws a DOMException whose name says why not. Processing is off when a test asks for it. */
export async function openMicrophone(): Promise<MediaStream> {
  const mine = opening = open();
  try { return await mine; } finally { if (opening === mine) opening = null; }
}

/** Return the microphone that is open or is just being opened; else open it. Throws as `openMicrophone`. */
export async function microphoneSoon(): Promise<MediaStream> {
  return microphone() ?? await (opening ?? openMicrophone());
}

async function open(): Promise<MediaStream> {
  stream?.getTracks().forEach((track) => track.stop());
  const plain = localStorage.getItem("desk.plain_sound") === "1";
  const wish: MediaTrackConstraints = { echoCancellation: !plain, noiseSuppression: !plain, autoGainControl: !plain };
  stream = await chosenOr(wish);
  listen(stream);
  return stream;
}

/** Open the chosen microphone; any other when it is not there. ("ideal" would do, but Chromium passes over it.) */
async function chosenOr(wish: MediaTrackConstraints): Promise<MediaStream> {
  const open = (audio: MediaTrackConstraints) => navigator.mediaDevices.getUserMedia({ audio });
  if (!chosen("in")) return open(wish);
  try { return await open({ ...wish, deviceId: { exact: chosen("in") } }); } catch (error) {
    if (!["OverconstrainedError", "NotFoundError"].includes((error as DOMException).name)) throw error;
    return open(wish);
  }
}

export function microphone(): MediaStream | null {
  return stream?.getAudioTracks().some((track) => track.readyState === "live") ? stream : null;
}

function listen(from: MediaStream): void {
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
  analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(from).connect(analyser);
}

/** Return how loud the microphone is, 0 to 100. */
export function level(): number {
  if (!analyser) return 0;
  const wave = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(wave);
  const power = Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length);
  return Math.max(0, Math.min(100, 100 + 20 * Math.log10(power + 1e-6) * 1.6));
}

/** Return which devices there are now; ids and names are known once the microphone was opened. */
export async function devicesNow(which: Which): Promise<MediaDeviceInfo[]> {
  const kind = which === "in" ? "audioinput" : "audiooutput";
  return (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === kind && one.deviceId);
}

/** List the devices into the three choices. `absent`: what to write of a chosen one that is not plugged in. */
export async function fillChoices(
  selects: Record<Which, HTMLSelectElement>, usual: string, absent: (name: string) => string,
): Promise<void> {
  for (const which of Object.keys(selects) as Which[]) {
    const wish = chosen(which), found = (await devicesNow(which)).filter((one) => one.deviceId !== "default");
    const options = found.map((one) => new Option(one.label || usual, one.deviceId, false, one.deviceId === wish));
    if (wish && !found.some((one) => one.deviceId === wish))
      options.push(new Option(absent(chosenName(which)), wish, false, true));
    selects[which].replaceChildren(new Option(usual, "", false, !wish), ...options);
    selects[which].onchange = () => {
      choose(which, selects[which].value, selects[which].selectedOptions[0]?.text ?? "");
      document.dispatchEvent(new CustomEvent("devices", { detail: which }));
    };
  }
}

/** Have an element sound where it was chosen; where that is not to be had, where the system would. */
export async function sendTo(element: Sink, which: Which): Promise<boolean> {
  if (!element.setSinkId || element.sinkId === chosen(which)) return true;
  try { await element.setSinkId(chosen(which)); return true; } catch {
    await element.setSinkId("").catch(() => undefined);
    return false;
  }
}

/** Play a short tone into the earphone. */
export async function testTone(): Promise<void> {
  const tone = await sound([[660, 0.4], [880, 0.4]]);
  await sendTo(tone, "out");
  await tone.play();
}

/** Ring on the ringer, as a telephone in China does: 1 s on, 4 s off. */
export async function ring(): Promise<void> {
  if (ringing) return;
  let going = true;
  ringing = { stop: () => { going = false; } };
  const tone = await sound([[450, 1]]);
  await sendTo(tone, "ring");
  while (going) {
    await tone.play().catch(() => undefined);
    await new Promise((done) => setTimeout(done, 4000));
  }
  tone.pause();
}

export function hush(): void { ringing?.stop(); ringing = null; }

/** One short soft tone: somebody has joined, a hold lasts long. */
export async function chime(): Promise<void> {
  const tone = await sound([[880, 0.15]], 0.15);
  await sendTo(tone, "ring");
  await tone.play().catch(() => undefined);
}

/** Make a WAV of tones (Hz, s), one after the other. */
async function sound(tones: [number, number][], loud = 0.4): Promise<Sink> {
  const rate = 16000, total = tones.reduce((sum, [, s]) => sum + s, 0);
  const data = new DataView(new ArrayBuffer(44 + Math.floor(total * rate) * 2));
  const word = (at: number, text: string) => [...text].forEach((c, i) => data.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF"); data.setUint32(4, data.byteLength - 8, true); word(8, "WAVEfmt "); data.setUint32(16, 16, true);
  data.setUint16(20, 1, true); data.setUint16(22, 1, true); data.setUint32(24, rate, true);
  data.setUint32(28, rate * 2, true); data.setUint16(32, 2, true); data.setUint16(34, 16, true);
  word(36, "data"); data.setUint32(40, data.byteLength - 44, true);
  let at = 44;
  for (const [hz, seconds] of tones)
    for (let n = 0; n < Math.floor(seconds * rate) && at < data.byteLength; n++, at += 2) {
      const edge = Math.min(1, n / 160, (seconds * rate - n) / 160);
      data.setInt16(at, Math.sin((2 * Math.PI * hz * n) / rate) * 32767 * loud * edge, true);
    }
  return new Audio(URL.createObjectURL(new Blob([data.buffer], { type: "audio/wav" }))) as Sink;
}
