// The picture of a call: a wave for each voice, bands where the citizen was held or waited, a hatch where sound is lacking.
export interface Lane { part: string; role: string; who: string; offset: number; seconds: number; gap: string; lost: number; holes: [number, number][] }
export interface Mark { at: number; kind: string; role: string; who: string; to: number | null }
export interface Picture { seconds: number; lanes: Lane[]; marks: Mark[]; peaks: Map<string, number[]>; at: number; row: number }

const BANDS: Record<string, string> = { hold: "--fill-hold", wait: "--warn-soft" };

/** Draw the picture anew over the whole canvas, as large as it is shown. */
export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const wide = canvas.clientWidth, high = canvas.clientHeight, dots = devicePixelRatio || 1;
  canvas.width = Math.round(wide * dots);
  canvas.height = Math.round(high * dots);
  const pen = canvas.getContext("2d")!, style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const x = (seconds: number): number => (seconds / Math.max(picture.seconds, 0.1)) * wide;
  pen.scale(dots, dots);
  for (const mark of picture.marks)
    if (mark.kind in BANDS) {
      pen.fillStyle = colour(BANDS[mark.kind]!);
      pen.globalAlpha = mark.kind === "hold" ? 0.45 : 1;
      pen.fillRect(x(mark.at), 0, Math.max(2, x(mark.to ?? mark.at) - x(mark.at)), high);
      pen.globalAlpha = 1;
    }
  pen.globalAlpha = 0.45;
  pen.fillStyle = colour(BANDS.hold!);
  for (const mark of picture.marks) {
    const row = picture.lanes.findIndex((lane) => lane.who === mark.who && lane.role === mark.role);
    if (mark.kind === "aside" && row >= 0) // one person on hold: in that person's lane alone
      pen.fillRect(x(mark.at), row * picture.row, Math.max(2, x(mark.to ?? mark.at) - x(mark.at)), picture.row);
  }
  pen.globalAlpha = 1;
  picture.lanes.forEach((lane, row) => {
    wave(pen, picture, lane, row, x, colour);
    for (const [from, to] of lane.holes) hatch(pen, x(from), row * picture.row, x(to - from), picture.row, colour("--danger"));
  });
  pen.fillStyle = colour("--ink");
  for (const mark of picture.marks)
    if (mark.kind === "join" || mark.kind === "leave") pen.fillRect(x(mark.at), 0, 1, high);
}

function wave(pen: CanvasRenderingContext2D, picture: Picture, lane: Lane, row: number, x: (seconds: number) => number,
              colour: (name: string) => string): void {
  const middle = (row + 0.5) * picture.row, peaks = picture.peaks.get(lane.part) ?? [];
  const begin = x(lane.offset), wide = x(lane.seconds), step = wide / Math.max(peaks.length, 1), played = x(picture.at);
  pen.fillStyle = colour("--edge-strong");
  pen.fillRect(begin, middle, wide, 1);
  peaks.forEach((peak, n) => {
    const left = begin + n * step, half = Math.max(0.5, (peak / 100) * (picture.row / 2 - 3));
    pen.fillStyle = colour(left < played ? "--accent" : "--ink-soft");
    pen.fillRect(left, middle - half, Math.max(1, step - 0.3), 2 * half);
  });
}

function hatch(pen: CanvasRenderingContext2D, left: number, top: number, wide: number, high: number, colour: string): void {
  pen.save();
  pen.beginPath();
  pen.rect(left, top + 2, Math.max(3, wide), high - 4);
  pen.clip();
  pen.strokeStyle = colour;
  pen.beginPath();
  for (let at = left - high; at < left + wide + high; at += 6) {
    pen.moveTo(at, top + high);
    pen.lineTo(at + high, top);
  }
  pen.stroke();
  pen.restore();
}
