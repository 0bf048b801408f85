// Sentences come with the page, in the reader's language; none stands in a script.
const sentences: Record<string, string> = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

/** Return the sentence of a key with values in its places {name}. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const said = sentences[key] ?? key;
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Tell whether there is a sentence of this key. */
export function has(key: string): boolean { return key in sentences; }

/** Return the sentence of `key`, or of `otherwise` when there is none. */
export function either(key: string, otherwise: string, values: Record<string, string | number> = {}): string {
  return t(key in sentences ? key : otherwise, values);
}

/** Return a duration as people read it; never with colons, which are for moments. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
  const two = (n: number) => String(n).padStart(2, "0");
  if (h) return t("js.time.hours", { h, m: two(m) });
  return m ? t("js.time.minutes", { m, s: two(s) }) : t("js.time.seconds", { s });
}

/** Return the time of day with seconds, by the city's clock. */
export function clock(epoch: number): string {
  const timeZone = document.documentElement.dataset.zone;
  return new Date(epoch * 1000).toLocaleTimeString("zh-CN", { hour12: false, timeZone });
}
