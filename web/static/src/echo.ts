// Measures a talk with oneself: a short tone is mixed into what the microphone sends, and looked for in what comes back.
const PROBE = 1700; // Hz: between the partials of most voices, and within what a telephone carries
const LASTS = 0.25, LOOK = 10, PATIENCE = 4000; // s, ms, ms
const ABOVE = 15, FLOOR = -70; // dB above what was there before; dBFS that is silence
const SIZE = 1024;

export class EchoProbe {
  private readonly context = new AudioContext();
  private readonly out = this.context.createMediaStreamDestination();

  constructor(microphone: MediaStream) {
    void this.context.resume().catch(() => undefined);
    this.context.createMediaStreamSource(microphone).connect(this.out);
  }

  /** What is sent: the microphone, and the tone when it is played. */
  get stream(): MediaStream { return this.out.stream; }

  /** Play the tone once and return after how many ms it came back, or null when it did not. */
  async measure(far: MediaStream): Promise<number | null> {
    const ear = this.context.createAnalyser();
    ear.fftSize = SIZE;
    ear.smoothingTimeConstant = 0;
    this.context.createMediaStreamSource(far).connect(ear);
    const before = Math.max(FLOOR, ...(await this.levels(ear, 300)));
    const began = performance.now();
    this.play();
    while (performance.now() - began < PATIENCE) {
      await pause();
      if (this.level(ear) > before + ABOVE) return performance.now() - began;
    }
    return null;
  }

  private play(): void {
    const tone = this.context.createOscillator(), loud = this.context.createGain(), now = this.context.currentTime;
    tone.frequency.value = PROBE;
    loud.gain.setValueAtTime(0, now);
    loud.gain.linearRampToValueAtTime(0.4, now + 0.01);
    loud.gain.setValueAtTime(0.4, now + LASTS - 0.02);
    loud.gain.linearRampToValueAtTime(0, now + LASTS);
    tone.connect(loud).connect(this.out);
    tone.start(now);
    tone.stop(now + LASTS);
  }

  private async levels(ear: AnalyserNode, ms: number): Promise<number[]> {
    const found: number[] = [], end = performance.now() + ms;
    while (performance.now() < end) { await pause(); found.push(this.level(ear)); }
    return found;
  }

  private level(ear: AnalyserNode): number {
    const bins = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(bins);
    const at = Math.round((PROBE * SIZE) / this.context.sampleRate);
    return Math.max(...bins.slice(at - 1, at + 2));
  }

  close(): void { void this.context.close().catch(() => undefined); }
}

function pause(): Promise<void> { return new Promise((done) => setTimeout(done, LOOK)); }
