// MD5 (RFC 1321) of a short text, as SIP's digest wants it; the browser's own crypto has none. Protects nothing by itself:
// the secret is a page's own and ends with it.
const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]] as const;
const SINES = Array.from({ length: 64 }, (_, n) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32) | 0);

/** Return the digest in hexadecimal. */
export function md5(text: string): string {
  const words = padded(new TextEncoder().encode(text)), state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let at = 0; at < words.length; at += 16) block(state, words.subarray(at, at + 16));
  return Array.from(new Uint8Array(Int32Array.from(state).buffer), (one) => one.toString(16).padStart(2, "0")).join("");
}

function padded(bytes: Uint8Array): Int32Array {
  const whole = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) * 64));
  bytes.forEach((one, n) => whole.setUint8(n, one));
  whole.setUint8(bytes.length, 0x80);
  whole.setUint32(whole.byteLength - 8, bytes.length * 8, true);
  return Int32Array.from({ length: whole.byteLength / 4 }, (_, n) => whole.getInt32(n * 4, true));
}

function block(state: number[], words: Int32Array): void {
  let [a, b, c, d] = state as [number, number, number, number];
  for (let n = 0; n < 64; n++) {
    const round = n >> 4;
    const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round]!;
    const word = words[[n, 5 * n + 1, 3 * n + 5, 7 * n][round]! & 15]!, shift = SHIFTS[round]![n & 3]!;
    const sum = (a + mixed + SINES[n]! + word) | 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  [a, b, c, d].forEach((one, n) => { state[n] = (state[n]! + one) | 0; });
}
