// Wall clock of the city and moments, whatever the browser's own zone.

const zone = () => document.documentElement.dataset.zone!;

/** Return a moment (epoch s) as ``2026-11-25T18:00`` on the city's clock. */
export function wallOf(epoch: number): string {
  return new Date(epoch * 1000).toLocaleString("sv-SE", { timeZone: zone() }).replace(" ", "T").slice(0, 16);
}

/** Return the moment (epoch s) of a wall clock like ``2026-11-25T18:00``. */
export function epochOf(wall: string): number {
  const asUtc = Date.parse(`${wall}:00Z`) / 1000;
  const off = Date.parse(`${wallOf(asUtc)}:00Z`) / 1000 - asUtc;
  return asUtc - off;
}
