// Where the words of lines stand on the map: on their own line, over no box and over no other words.

export interface Spot { x: number; y: number }
interface Frame { x: number; y: number; wide: number; high: number } // x, y: its middle

const SIZE = 13, HIGH = 20; // px of the letters, of a line of them with some air
const ALONG = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88]; // where on the swing, the best first
const BULGE = 33; // px that the words stand out where a line turns back

/** Collects what is taken; `place` finds a free spot, or the one that covers least. */
export class Labels {
  private readonly taken: Frame[];

  constructor(boxes: Spot[], wide: number, high: number) {
    this.taken = boxes.map(({ x, y }) => ({ x, y, wide, high }));
  }

  place(points: Spot[], said: string): Spot {
    const wide = widthOf(said), spots = spotsOf(points);
    let best = spots[0]!, least = Infinity;
    for (const spot of spots) {
      const covered = this.covered({ ...spot, wide, high: HIGH });
      if (covered < least) { best = spot; least = covered; }
      if (!covered) break;
    }
    if (said) this.taken.push({ ...best, wide, high: HIGH });
    return best;
  }

  private covered(one: Frame): number {
    let sum = 0;
    for (const other of this.taken) {
      const across = (one.wide + other.wide) / 2 - Math.abs(one.x - other.x), down = (one.high + other.high) / 2 - Math.abs(one.y - other.y);
      if (across > 0 && down > 0) sum += across * down;
    }
    return sum;
  }
}

/** Spots on a line: along its first swing, then along the ones behind it. A swing is level at both ends. */
function spotsOf(points: Spot[]): Spot[] {
  const found: Spot[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i]!, b = points[i + 1]!, turns = Math.abs(b.x - a.x) < 1 ? BULGE : 0;
    for (const t of ALONG) found.push({ x: a.x + (b.x - a.x) * t + turns, y: a.y + (b.y - a.y) * (3 * t * t - 2 * t * t * t) });
  }
  return found;
}

function widthOf(said: string): number {
  return [...said].reduce((sum, letter) => sum + (letter.codePointAt(0)! > 0x2e7f ? SIZE : SIZE * 0.58), 6);
}
