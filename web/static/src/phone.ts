// The telephone in the page (JsSIP): signs on with a secret of this page, rings, answers, and tells the truth.
import { AGENT, EXPIRES, REALM } from "./early_line";
import { ask, Refused } from "./http";
import { microphoneSoon, sendTo } from "./media";
import { NetworkWatch, type Figures, type Quality } from "./network";
import { PageSocket, sipLibrary } from "./sip";

export type Line = "off" | "connecting" | "up" | "down" | "elsewhere";
export interface PhoneEvents {
  onLine(line: Line): void;
  onRing(): void;
  onTalk(on: boolean): void;
  onMicrophoneRefused(name: string): void;
  onSilence(silent: boolean): void;
  onNetwork(word: Quality | "", figures: Figures | null): void;
  onSoundBlocked(): void;
}
type Session = any; // JsSIP's own types end here

// ms for an answer to REGISTER: after a restart of the switch the first one can be swallowed. Doubled each time, so that
// a slow machine is not kept busy with new beginnings
const REGISTER_PATIENCE = 2500, REGISTER_LONGEST = 20000;
const SILENCE = 3000; // ms without a packet in a talk
const NETWORK = 3000; // ms between two looks at the network
const DISCONNECTED = 6000; // ms that ICE may be disconnected before the talk is given up
// ms after the browser's first own address in which the others of this machine come; it takes 100 ms more to say that
// there are no further ones. One that comes later still is used: the switch learns it from the packets themselves
const GATHERING = 15;
const SETTLED = 1000; // ms after which a line that was signed on early is signed on by the library, which keeps it up

export class Phone {
  private ua: any = null;
  private early: any = null; // while it takes over a line that is up
  private turn = 0; // counts beginnings and ends: what was begun before the last of them is over
  private session: Session | null = null;
  private fresh = true;
  private patience = REGISTER_PATIENCE;
  private leaving = false;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private packets = { last: -1, since: 0, silent: false };
  private readonly network = new NetworkWatch();
  line: Line = "off";

  constructor(private readonly audio: HTMLAudioElement, private readonly events: PhoneEvents) {
    setInterval(() => void this.listen(), 1000);
    setInterval(() => void this.measure(), NETWORK);
  }

  /** Ask for a secret and sign on, or take over a line that was signed on while the page was read. Throws Refused. */
  async open(): Promise<void> {
    this.stop();
    this.set("connecting");
    const turn = this.turn, early = window.hotlineEarly?.line;
    delete window.hotlineEarly;
    const library = sipLibrary();
    library.catch(() => void early?.then((line) => line?.socket.close())); // or the switch would ring a page without one
    const [JsSIP, line] = await Promise.all([library, early]);
    const given = line ?? await ask<{ phone: string; secret: string }>("POST", "/desk/phone");
    if (turn !== this.turn) { line?.socket.close(); return; } // given up, or begun anew, meanwhile
    const socket = line ? new PageSocket(line.socket, line.said) : new PageSocket();
    const ua = new JsSIP.UA({
      sockets: [socket], uri: `sip:${given.phone}@${REALM}`, password: given.secret, register_expires: EXPIRES,
      session_timers: false, connection_recovery_min_interval: 1, connection_recovery_max_interval: 4,
      user_agent: AGENT, register: !line, ...(line && { contact_uri: line.contact, instance_id: line.instance }),
    } as any);
    this.ua = ua;
    ua.on("registered", () => void this.registered(ua));
    ua.on("registrationFailed", (event: any) => this.refused(ua, event?.response?.status_code ?? 0));
    ua.on("disconnected", () => { if (this.ua === ua && this.line !== "elsewhere") this.set("down"); });
    ua.on("connected", () => { if (ua !== this.early) this.mind(ua); });
    ua.on("newRTCSession", (event: any) => { if (event.originator === "remote") this.took(event.session); });
    if (line) this.takeOver(ua); else ua.start();
  }

  /** The switch has this line already; the library says so again, once the page has settled. */
  private takeOver(ua: any): void {
    this.early = ua;
    ua.start();
    this.early = null;
    if (ua.isConnected()) void this.registered(ua);
    setTimeout(() => { if (this.ua !== ua) return; if (!this.session) this.mind(ua); ua.register(); }, SETTLED);
  }

  private async registered(ua: any): Promise<void> {
    if (this.ua !== ua) return;
    clearTimeout(this.watchdog);
    this.patience = REGISTER_PATIENCE;
    if (this.line === "up") return; // it has only signed on anew
    this.set("up");
    await this.here();
  }

  /** Tell the server that this page can be rung. */
  async here(): Promise<void> {
    if (this.session || this.line !== "up" || this.leaving) return;
    try {
      await ask("POST", "/desk/phone/here", { fresh: this.fresh });
      this.fresh = false;
    } catch (error) {
      if (error instanceof Refused && error.status !== 401) setTimeout(() => void this.here(), 1500);
    }
  }

  private refused(ua: any, status: number): void {
    if (this.ua !== ua) return;
    // 401 or 403 to a good secret: another page of this agent has got a newer one
    if (status === 401 || status === 403) { this.stop(); this.set("elsewhere"); } else this.set("down");
  }

  /** No answer to the first REGISTER: connect anew. */
  private mind(ua: any): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      if (this.ua !== ua || ua.isRegistered()) return;
      void this.open().catch(() => this.set("down"));
    }, this.patience);
    this.patience = Math.min(REGISTER_LONGEST, this.patience * 2);
  }

  private took(session: Session): void {
    if (this.session) { session.terminate({ status_code: 486 }); return; }
    this.session = session;
    session.on("peerconnection", (event: any) => this.sound(event.peerconnection));
    session.on("icecandidate", (event: any) => setTimeout(event.ready, GATHERING));
    session.on("confirmed", () => this.events.onTalk(true));
    session.on("ended", () => this.over(session));
    session.on("failed", () => this.over(session));
    this.events.onRing();
  }

  private over(session: Session): void {
    if (this.session !== session) return;
    this.session = null;
    this.packets = { last: -1, since: 0, silent: false };
    // what was put in the place of the first track is ours to end
    for (const sender of session.connection?.getSenders() ?? []) sender.track?.stop();
    this.events.onSilence(false);
    this.events.onNetwork("", null);
    this.events.onTalk(false);
    if (this.line === "up" && !this.leaving) this.ua?.register(); // another browser may have this telephone by now
    void this.here();
  }

  private sound(pc: RTCPeerConnection): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    pc.addEventListener("track", (event) => {
      this.audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void sendTo(this.audio, "out");
      this.audio.play().catch(() => this.events.onSoundBlocked());
    });
    // a switch that died says nothing: the page ends the talk by itself
    pc.addEventListener("connectionstatechange", () => {
      clearTimeout(timer);
      if (pc.connectionState === "failed") this.hangUp();
      if (pc.connectionState === "disconnected") timer = setTimeout(() => this.hangUp(), DISCONNECTED);
    });
  }

  get ringing(): boolean { return Boolean(this.session?.isInProgress()); }
  /** A draft of the menu rings, because this agent asked for it (bridge/switch.py: TRIAL_NUMBER). */
  get trial(): boolean { return this.session?.remote_identity?.uri?.user === "0000"; }
  /** The switch lets this agent hear themselves, because they asked for it (bridge/switch.py: ECHO_NUMBER). */
  get echo(): boolean { return this.session?.remote_identity?.uri?.user === "0001"; }
  get talking(): boolean { return Boolean(this.session?.isEstablished()); }

  /** Answer the ring; `speak`: with this instead of the microphone. */
  async answer(speak?: MediaStream): Promise<void> {
    const session = this.session;
    if (!session?.isInProgress()) return;
    try {
      const stream = speak ?? await microphoneSoon();
      if (!session.isInProgress()) return; // answered by an earlier press, or over, while the microphone opened
      session.answer({ mediaStream: stream.clone(), pcConfig: { iceServers: [] } });
    } catch (error) {
      this.events.onMicrophoneRefused((error as DOMException).name);
    }
  }

  /** Go on with another microphone, in the middle of a talk; nothing is said to the switch. */
  async speakWith(stream: MediaStream): Promise<void> {
    const connection: RTCPeerConnection | undefined = this.session?.connection;
    const sender = connection?.getSenders().find((one) => one.track?.kind === "audio");
    const track = stream.getAudioTracks()[0]?.clone();
    if (!sender || !track) return;
    const old = sender.track;
    await sender.replaceTrack(track);
    old?.stop();
  }

  /** Sound where it was chosen; false when that earphone is not there. */
  soundWhereChosen(): Promise<boolean> { return sendTo(this.audio, "out"); }

  /** Send a key of the telephone. */
  press(key: string): void {
    if (this.talking) this.session.sendDTMF(key, { transportType: "RFC2833" });
  }

  /** Decline the ring, or end the leg. */
  hangUp(status = 486): void {
    const session = this.session;
    if (!session) return;
    try { session.terminate(session.isInProgress() ? { status_code: status } : undefined); } catch { /* it has just ended */ }
  }

  /** Whether packets arrive; said once when they stop, once when they come back. */
  private async listen(): Promise<void> {
    const pc: RTCPeerConnection | undefined = this.talking ? this.session.connection : undefined;
    if (!pc) return;
    let count = 0;
    (await pc.getStats()).forEach((one) => { if (one.type === "inbound-rtp") count += one.packetsReceived; });
    const now = performance.now();
    if (count !== this.packets.last) { this.packets.last = count; this.packets.since = now; }
    const silent = now - this.packets.since > SILENCE && !this.trial; // a menu that waits for a key says nothing
    if (silent !== this.packets.silent) { this.packets.silent = silent; this.events.onSilence(silent); }
  }

  private async measure(): Promise<void> {
    if (!this.talking) return;
    const figures = await this.network.look(this.session.connection).catch(() => null);
    if (figures && this.talking) this.events.onNetwork(this.network.said, figures);
  }

  /** Sign off; a leg that is up ends. */
  stop(): void {
    clearTimeout(this.watchdog);
    this.turn++;
    const old = this.ua;
    this.ua = null;
    if (old) { old.removeAllListeners(); old.stop(); }
    this.session = null;
    this.set("off");
  }

  /** The page is being left: end a talk's leg at once, so that it can be rung here again. A ring is not declined. */
  leave(): void {
    this.leaving = true; // and nobody is told that this page can be rung
    if (this.talking) this.hangUp();
  }

  private set(line: Line): void { this.line = line; this.events.onLine(line); }
}
