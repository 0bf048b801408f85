// How good the network is during a talk, in three words. What decides is `judge`; the figures are the browser's own.
export type Quality = "good" | "poor" | "bad";
export interface Figures { rtt: number; jitter: number; loss: number } // ms there and back, ms, share of 1

// ITU-T G.114: up to 150 ms one way nobody notices, beyond 400 ms nobody can talk; G.113 appendix I for loss of G.711
// and Opus with concealment. Jitter beyond one and three packets of 20 ms costs as much delay in the buffer
const LIMITS: readonly [Quality, Figures][] = [
  ["good", { rtt: 300, jitter: 30, loss: 0.02 }],
  ["poor", { rtt: 800, jitter: 60, loss: 0.08 }],
];

/** Return what people will notice of these figures. */
export function judge(now: Figures): Quality {
  const fits = ([, most]: [Quality, Figures]) => now.rtt <= most.rtt && now.jitter <= most.jitter && now.loss <= most.loss;
  return LIMITS.find((one) => fits(one as [Quality, Figures]))?.[0] ?? "bad";
}

interface Counted { received: number; lost: number }

/** Looks at one connection again and again; the word changes when two looks in a row agree. */
export class NetworkWatch {
  private of: RTCPeerConnection | null = null;
  private before: Counted = { received: 0, lost: 0 };
  private last: Quality | "" = "";
  said: Quality | "" = "";

  /** Look once; return the figures, or null at the first look at a connection. */
  async look(pc: RTCPeerConnection): Promise<Figures | null> {
    const [counted, now] = read(await pc.getStats());
    const first = pc !== this.of;
    const received = counted.received - this.before.received, lost = Math.max(0, counted.lost - this.before.lost);
    this.of = pc;
    this.before = counted;
    if (first) { this.last = this.said = ""; return null; }
    now.loss = Math.max(now.loss, received + lost > 0 ? lost / (received + lost) : 0);
    const word = judge(now);
    if (word === this.last || !this.said) this.said = word;
    this.last = word;
    return now;
  }
}

/** Read what the browser counts of what it gets, and what the other side reports of what it gets from us. */
function read(stats: RTCStatsReport): [Counted, Figures] {
  const counted = { received: 0, lost: 0 }, now = { rtt: 0, jitter: 0, loss: 0 };
  stats.forEach((one) => {
    if (one.type === "inbound-rtp") {
      counted.received += one.packetsReceived ?? 0;
      counted.lost += one.packetsLost ?? 0;
      now.jitter = Math.max(now.jitter, (one.jitter ?? 0) * 1000);
    } else if (one.type === "remote-inbound-rtp") {
      now.rtt = Math.max(now.rtt, (one.roundTripTime ?? 0) * 1000);
      now.loss = Math.max(now.loss, one.fractionLost ?? 0);
    } else if (one.type === "candidate-pair" && one.nominated) now.rtt = Math.max(now.rtt, (one.currentRoundTripTime ?? 0) * 1000);
  });
  return [counted, now];
}

/** Round as far as the figure is worth: 10 ms, 50 ms above 100. */
export function roughly(ms: number): number {
  const step = ms < 100 ? 10 : 50;
  return Math.max(step, Math.round(ms / step) * step);
}
