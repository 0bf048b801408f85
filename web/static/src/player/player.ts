// A call to listen to. Its waves are fetched when it is opened and its sound when it is played: each is written down.
import { ask, Refused } from "../http";
import { duration, t } from "../texts";
import { draw, type Lane, type Mark, type Picture } from "./draw";

const STEP = 5, LEAP = 30; // s
const SLICES = 600;
const ALL = "mixed";
const players = new Set<Player>();

class Player {
  private readonly audio = new Audio();
  private readonly picture: Picture;
  private readonly slider: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private until = Infinity; // s at which a clip ends
  private loaded = false;

  constructor(private readonly root: HTMLElement) {
    const seconds = Number(root.dataset.seconds), lanes = JSON.parse(root.dataset.lanes!) as Lane[];
    const whole: Lane = { part: ALL, role: "", who: "", offset: 0, seconds, gap: "", lost: 0, holes: [] };
    this.slider = this.part("[data-slider]");
    this.canvas = this.part("canvas");
    this.picture = { seconds, lanes: lanes.length ? lanes : [whole], marks: JSON.parse(root.dataset.marks!) as Mark[],
                     peaks: new Map(), at: 0, row: 0 };
    this.audio.preload = "none";
    this.voice((root.querySelector<HTMLSelectElement>("[data-voice]")?.value) ?? ALL);
    this.listen();
    players.add(this);
  }

  get sounds(): boolean { return !this.audio.paused; }
  get there(): boolean { return this.root.isConnected; }

  /** Fetch the waves, once. */
  async open(): Promise<void> {
    this.paint();
    if (this.loaded) return;
    this.loaded = true;
    for (const lane of this.picture.lanes.filter((one) => one.seconds > 0)) {
      try {
        const told = await ask<{ peaks: number[] }>("GET", `${this.address(lane.part)}/peaks?slices=${SLICES}`);
        this.picture.peaks.set(lane.part, told.peaks);
        this.paint();
      } catch (error) {
        this.say((error as Refused).message);
        this.loaded = false;
        return;
      }
    }
  }

  paint(): void {
    if (!this.canvas.clientWidth) return;
    this.picture.row = this.canvas.clientHeight / this.picture.lanes.length;
    draw(this.canvas, this.picture);
    const at = this.picture.at, whole = this.picture.seconds;
    const words = t("js.player.of", { at: duration(at), whole: duration(whole) });
    this.part("[data-head]").style.left = `${(100 * at) / Math.max(whole, 0.1)}%`;
    this.part("[data-at]").textContent = words;
    this.slider.dataset.now = at.toFixed(1);
    this.slider.setAttribute("aria-valuenow", at.toFixed(0));
    this.slider.setAttribute("aria-valuetext", words);
  }

  pause(): void { this.audio.pause(); }

  private listen(): void {
    const { audio, root, slider } = this;
    audio.ontimeupdate = () => this.moved();
    audio.onplay = audio.onpause = () => this.pressed();
    audio.onended = () => { this.pressed(); this.moved(); };
    audio.onerror = () => this.say(t("js.player.cut"));
    root.addEventListener("click", (event) => this.clicked(event));
    slider.addEventListener("keydown", (event) => this.key(event));
    slider.addEventListener("pointerdown", (event) => {
      const box = this.canvas.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.picture.seconds);
    });
    root.querySelector("[data-voice]")?.addEventListener("change", (event) => {
      const playing = !audio.paused;
      this.voice((event.target as HTMLSelectElement).value);
      this.seek(this.picture.at);
      if (playing) void this.play();
    });
    root.querySelector("[data-speed]")?.addEventListener("change", (event) => this.speed(event.target as HTMLSelectElement));
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  private clicked(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-play], [data-seek], [data-skip]");
    if (!button) return;
    if (button.dataset.play !== undefined) return void this.toggle();
    if (button.dataset.skip) return this.seek(this.picture.at + Number(button.dataset.skip));
    this.seek(Number(button.dataset.seek));
    if (!button.dataset.until) return;
    this.until = Number(button.dataset.until);
    void this.play();
  }

  private key(event: KeyboardEvent): void {
    const at = this.picture.at, to: Record<string, number> = {
      ArrowLeft: at - STEP, ArrowDown: at - STEP, ArrowRight: at + STEP, ArrowUp: at + STEP, PageDown: at - LEAP,
      PageUp: at + LEAP, Home: 0, End: this.picture.seconds };
    if (event.key === " ") void this.toggle();
    else if (event.key in to) this.seek(to[event.key]!);
    else return;
    event.preventDefault();
  }

  private async toggle(): Promise<void> {
    if (!this.audio.paused) return this.pause();
    this.until = Infinity;
    if (this.picture.at >= this.picture.seconds - 0.2) this.seek(0);
    await this.play();
  }

  private async play(): Promise<void> {
    for (const other of players) if (other !== this) other.pause();
    this.say("");
    this.audio.currentTime = Math.max(0, this.picture.at - this.offset());
    await this.audio.play().catch((error: Error) => { if (error.name !== "AbortError") this.say(t("js.player.cut")); });
  }

  private seek(to: number): void {
    this.until = Infinity;
    this.picture.at = Math.min(Math.max(0, to), this.picture.seconds);
    if (this.audio.readyState > 0) this.audio.currentTime = Math.max(0, this.picture.at - this.offset());
    this.paint();
  }

  private moved(): void {
    if (this.audio.readyState === 0 || (this.audio.paused && !this.audio.ended)) return;
    this.picture.at = Math.min(this.picture.seconds, this.audio.currentTime + this.offset());
    if (this.picture.at >= this.until) { this.until = Infinity; this.pause(); }
    this.paint();
  }

  private pressed(): void {
    const button = this.part("[data-play]"), playing = !this.audio.paused;
    button.textContent = t(playing ? "js.player.pause" : "js.player.play");
    this.root.classList.toggle("is-playing", playing);
  }

  private voice(part: string): void {
    this.audio.src = this.address(part);
    this.audio.dataset.part = part;
    this.audio.preload = "none";
    const chosen = this.root.querySelector<HTMLSelectElement>("[data-speed]");
    if (chosen) this.speed(chosen);
  }

  private speed(chosen: HTMLSelectElement): void {
    this.audio.defaultPlaybackRate = this.audio.playbackRate = Number(chosen.value);
  }

  private offset(): number {
    return this.picture.lanes.find((lane) => lane.part === this.audio.dataset.part)?.offset ?? 0;
  }

  private address(part: string): string { return `/api/recordings/${this.root.dataset.key}/${part}`; }
  private part<T extends HTMLElement>(which: string): T { return this.root.querySelector<T>(which)!; }
  private say(words: string): void { this.part("[data-fault]").textContent = words; }
}

/** Whether a recording is being listened to. */
export function playing(): boolean {
  return [...players].some((one) => one.sounds);
}

/** Make players of what the page has; one that is folded away begins when it is unfolded, one that is gone is silent. */
export function mountPlayers(): void {
  for (const one of players) if (!one.there) { one.pause(); players.delete(one); }
  for (const root of document.querySelectorAll<HTMLElement>("[data-player]:not([data-mounted])")) {
    root.dataset.mounted = "";
    const player = new Player(root), fold = root.closest<HTMLDetailsElement>("details");
    if (!fold || fold.open) void player.open();
    fold?.addEventListener("toggle", () => { if (fold.open) void player.open(); else player.pause(); });
  }
}

const again = (): void => players.forEach((one) => one.paint());
new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-size"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
