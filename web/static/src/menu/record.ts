// A recording made in the browser, as the WAV that the server takes: one channel, 16 bits.
const LONGEST = 120_000; // ms

export interface Recording { stop(): void; done: Promise<Blob> }

/** Begin to record. Throws what getUserMedia throws. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const recorder = new MediaRecorder(stream), parts: Blob[] = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve(), { once: true }));
  const stop = (): void => { if (recorder.state !== "inactive") recorder.stop(); };
  const limit = window.setTimeout(stop, LONGEST);
  recorder.start();
  const done = stopped.then(async () => {
    clearTimeout(limit);
    for (const track of stream.getTracks()) track.stop();
    return asWav(await new Blob(parts, { type: recorder.mimeType }).arrayBuffer());
  });
  return { stop, done };
}

async function asWav(encoded: ArrayBuffer): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, 16000);
  return wav((await context.decodeAudioData(encoded)));
}

function wav(sound: AudioBuffer): Blob {
  const samples = sound.getChannelData(0), view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at: number, said: string): void => [...said].forEach((one, i) => view.setUint8(at + i, one.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, sound.sampleRate, true); view.setUint32(28, 2 * sound.sampleRate, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}
