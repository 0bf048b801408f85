// The checks before work, and the devices behind them: what is chosen, lost, found again, in and out of a talk.
import { EchoProbe } from "./echo";
import { ask } from "./http";
import { canChooseEarphone, chosen, chosenName, devicesNow, fillChoices, level, microphone, openMicrophone, testTone, type Which } from "./media";
import { roughly, type Figures, type Quality } from "./network";
import { clear, tell } from "./notices";
import type { Phone } from "./phone";
import { t } from "./texts";

type State = "good" | "bad" | "working" | "unknown";
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const SETTLE = 400; // ms: one headset is several devices, told one after the other
const RING = 16000; // ms, a little longer than the switch rings
const QUIET = 12, LOUD = 96; // of 100
const SILENT = 3000; // ms without a sound before it is said, as in a talk (phone.ts)

/** Show a check's state and its word. */
export function check(name: string, state: State, words: string): void {
  const row = document.getElementById(`check-${name}`);
  if (!row) return;
  row.dataset.state = state;
  const said = row.querySelector(".check-said")!;
  if (said.textContent !== words) said.textContent = words;
}

const waiting = () => document.querySelector("#check-echo .check-said")!.textContent === t("js.echo.ringing");

export class Checks {
  private probe: EchoProbe | null = null;
  private loudest = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly phone: Phone) {}

  begin(): void {
    this.earphone();
    this.echo();
    void this.microphone();
    void this.meter();
    document.addEventListener("devices", (event) => void this.chose((event as CustomEvent<Which>).detail));
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      clearTimeout(this.settling);
      this.settling = setTimeout(() => void this.changed(), SETTLE);
    });
  }

  // -- the microphone ------------------------------------------------------------------------------------------
  /** Open the chosen microphone; a talk under way goes on with it. */
  async microphone(): Promise<boolean> {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      check("microphone", "bad", t("js.check.insecure"));
      tell("microphone", t("js.mic.insecure"), "fault");
      return false;
    }
    try {
      const stream = await openMicrophone();
      if (this.phone.talking) await this.phone.speakWith(stream);
      this.took(stream.getAudioTracks()[0]!);
      await this.choices();
      return true;
    } catch (error) { this.refused((error as DOMException).name); return false; }
  }

  private took(track: MediaStreamTrack): void {
    clear("microphone");
    check("microphone", "good", track.label || t("js.check.good"));
    track.addEventListener("ended", () => void this.lost(track.label));
    track.addEventListener("mute", () => {
      check("microphone", "bad", t("js.mic.muted.short"));
      tell("microphone", t("js.mic.muted"), "fault");
    });
    track.addEventListener("unmute", () => { clear("microphone"); check("microphone", "good", track.label); });
  }

  /** The device is gone: another takes its place, and it is said; if there is none, what to do is. */
  private async lost(name: string): Promise<void> {
    if (await this.microphone())
      tell("device", t("js.device.other_microphone", { lost: name, now: microphone()!.getAudioTracks()[0]!.label }), "warn");
  }

  refused(name: string): void {
    const words = name === "NotAllowedError" ? "js.mic.refused" : name === "NotReadableError" ? "js.mic.busy"
      : this.phone.talking ? "js.mic.missing_talking" : "js.mic.missing";
    check("microphone", "bad", t("js.check.bad"));
    tell("microphone", t(words), "fault", [{ label: t("js.again"), run: () => void this.microphone() }]);
  }

  // -- which devices -------------------------------------------------------------------------------------------
  private async choices(): Promise<void> {
    const one = (which: Which) => document.getElementById(`device-${which}`) as HTMLSelectElement;
    await fillChoices({ in: one("in"), out: one("out"), ring: one("ring") }, t("js.device.usual"),
                      (name) => t("js.device.absent", { name }));
    one("out").disabled = one("ring").disabled = !canChooseEarphone;
    document.getElementById("device-fixed")!.hidden = canChooseEarphone;
  }

  private async chose(which: Which): Promise<void> {
    clear("device");
    if (which === "in") await this.microphone();
    if (which === "out") await this.phone.soundWhereChosen();
  }

  /** Something was plugged in or out. */
  private async changed(): Promise<void> {
    await this.choices();
    const there = async (which: Which) => (await devicesNow(which)).some((one) => one.deviceId === chosen(which));
    const used = microphone()?.getAudioTracks()[0]?.getSettings().deviceId;
    if (!used || (chosen("in") && chosen("in") !== used && await there("in"))) {
      if (await this.microphone() && chosen("in") && await there("in")) tell("device", t("js.device.back", { name: chosenName("in") }), "told");
    }
    await this.phone.soundWhereChosen();
    if (chosen("out") && !(await there("out"))) tell("earphone", t("js.device.other_earphone", { lost: chosenName("out") }), "warn");
    else clear("earphone");
  }

  /** Show how loud the microphone is; calmly for whoever asks for no motion. */
  private async meter(): Promise<void> {
    const shown = document.getElementById("level") as HTMLMeterElement;
    const words = document.getElementById("level-word")!;
    let heardAt = -Infinity;
    for (;;) {
      const now = microphone() ? level() : 0, step = CALM.matches ? 10 : 1;
      this.loudest = Math.max(this.loudest, now);
      shown.value = Math.round(now / step) * step;
      if (now > QUIET) heardAt = performance.now(); // people breathe between words
      const quiet = performance.now() - heardAt > SILENT;
      const said = t(now > LOUD ? "js.level.loud" : quiet ? "js.level.quiet" : "js.level.heard");
      if (words.textContent !== said) words.textContent = said;
      await new Promise((done) => setTimeout(done, CALM.matches ? 1000 : 100));
    }
  }

  // -- the earphone --------------------------------------------------------------------------------------------
  private earphone(): void {
    const heard = document.getElementById("heard-tone")!;
    if (localStorage.getItem("desk.heard")) check("earphone", "good", t("js.check.good"));
    document.getElementById("play-tone")!.addEventListener("click", () => {
      heard.hidden = false;
      testTone().catch(() => check("earphone", "bad", t("js.check.bad")));
    });
    heard.addEventListener("click", () => {
      localStorage.setItem("desk.heard", "1");
      heard.hidden = true;
      check("earphone", "good", t("js.check.good"));
    });
  }

  // -- the talk with oneself -----------------------------------------------------------------------------------
  private echo(): void {
    const on = (id: string, run: () => void) => document.getElementById(id)!.addEventListener("click", run);
    on("echo-begin", () => void this.ringEcho());
    on("echo-end", () => this.phone.hangUp());
    on("echo-heard", () => this.answered(true));
    on("echo-unheard", () => this.answered(false));
  }

  private async ringEcho(): Promise<void> {
    clear("echo");
    check("echo", "working", t("js.echo.ringing"));
    try {
      await ask("POST", "/desk/phone/echo");
      setTimeout(() => { if (!this.probe && waiting()) check("echo", "bad", t("js.echo.no_ring")); }, RING);
    } catch (error) { check("echo", "bad", t("js.check.bad")); tell("echo", (error as Error).message, "warn"); }
  }

  /** The switch rings for the echo: answer with the microphone and the tone that measures. */
  async answerEcho(): Promise<void> {
    const own = microphone() ?? (await this.microphone() ? microphone() : null);
    if (!own) { this.phone.hangUp(); return; }
    this.probe = new EchoProbe(own);
    await this.phone.answer(this.probe.stream);
  }

  /** The echo has begun or is over. */
  async echoIs(on: boolean, far: HTMLAudioElement): Promise<void> {
    document.getElementById("echo-begin")!.hidden = on;
    document.getElementById("echo-ask")!.hidden = !on;
    if (!on) { this.probe?.close(); this.probe = null; return; }
    const probe = this.probe;
    if (!probe) return;
    this.loudest = 0;
    check("echo", "working", t("js.echo.measuring"));
    document.getElementById("echo-heard")!.focus();
    const took = await probe.measure(far.srcObject as MediaStream).catch(() => null);
    if (this.probe !== probe) return;
    document.getElementById("check-echo")!.dataset.came = took === null ? "no" : "yes";
    check("echo", took === null ? "bad" : "working", took === null ? t("js.echo.nothing") : t(
      took < 500 ? "js.echo.came" : "js.echo.late", { seconds: Math.max(0.1, Math.round(took / 100) / 10) }));
  }

  private answered(heard: boolean): void {
    const came = document.getElementById("check-echo")!.dataset.came === "yes";
    this.phone.hangUp();
    if (heard) {
      localStorage.setItem("desk.heard", "1");
      check("earphone", "good", t("js.check.good"));
      const quiet = this.loudest <= QUIET;
      check("echo", quiet ? "bad" : "good", t(quiet ? "js.echo.quiet" : "js.echo.good"));
    } else {
      check("echo", "bad", t("js.check.bad"));
      tell("echo", t(came ? "js.echo.earphone" : "js.echo.path"), "warn");
    }
  }

  // -- the network, in a talk ----------------------------------------------------------------------------------
  network(word: Quality | "", figures: Figures | null): void {
    const row = document.getElementById("check-network")!;
    if (!word || !figures) {
      check("network", "unknown", t("js.network.off"));
      clear("network");
      row.removeAttribute("data-word");
      return;
    }
    row.dataset.word = word;
    const values = { ms: roughly(figures.rtt), percent: Math.round(figures.loss * 100) };
    check("network", word === "good" ? "good" : word === "poor" ? "working" : "bad",
          t(`js.network.${word}`) + t(figures.loss >= 0.01 ? "js.network.figures_lost" : "js.network.figures", values));
    if (word === "bad") tell("network", t("js.network.do"), "warn"); else clear("network");
  }
}
