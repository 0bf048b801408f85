// How the telephone's library gets to the switch: loaded from its own file; a socket that may be open already.
import type JsSIP from "jssip";
import { socketAddress, words } from "./early_line";

let tries = 0;

/** Load the library (pages/sip.ts); the page has told the browser to fetch it. */
export async function sipLibrary(): Promise<typeof JsSIP> {
  // the same version as this script, so that browsers may keep both for good; a browser may remember that it failed
  const again = tries++ ? `&again=${tries}` : "", address = `/static/sip.js${new URL(import.meta.url).search}${again}`;
  const library = (await import(address)) as { default: typeof JsSIP };
  tries--;
  return library.default;
}

/** The library's interface of a socket, over one that is open already; opens a new one when that is gone. */
export class PageSocket {
  readonly url = socketAddress();
  readonly via_transport = location.protocol === "https:" ? "WSS" : "WS";
  readonly sip_uri = `sip:${location.host};transport=ws`;
  private socket: WebSocket | null = null;
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code: number, reason: string) => void = () => undefined;
  ondata: (data: string) => void = () => undefined;

  /** `given`: open, or null; `said`: what came over it before anybody listened. */
  constructor(private given: WebSocket | null = null, private readonly said: string[] = []) {}

  connect(): void {
    const given = this.given?.readyState === WebSocket.OPEN ? this.given : null;
    this.given = null;
    if (!given && this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    this.mind(given ?? new WebSocket(this.url, "sip"));
    if (given) this.onconnect();
    for (const message of this.said.splice(0)) if (given) this.ondata(message);
  }

  private mind(socket: WebSocket): void {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onconnect();
    socket.onmessage = (event) => this.ondata(words(event.data));
    socket.onclose = (event) => this.ondisconnect(!event.wasClean, event.code, event.reason);
  }

  send(message: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(message);
    return true;
  }

  disconnect(): void {
    if (!this.socket) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }
}
