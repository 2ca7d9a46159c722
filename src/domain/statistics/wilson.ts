const Z_95 = 1.959963984540054;

/** 95 % interval of a share (0…1) seen in n trials, by Wilson 1927, without continuity correction. `n` > 0 need not be whole. */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [Math.min(share, Math.max(0, centre - half)), Math.max(share, Math.min(1, centre + half))];
}

/**
 * How many equally weighted trials a mean over cases is worth when case i had nᵢ of them: m² / Σ(1/nᵢ), Kish's effective sample size
 * (1965). All of them where every case ran equally often; a thousand trials of one case say little about the other nine.
 */
export function effectiveTrials(perCase: readonly number[]): number {
  return perCase.length ** 2 / perCase.reduce((total, n) => total + 1 / n, 0);
}
