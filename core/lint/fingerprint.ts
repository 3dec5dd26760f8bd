/**
 * A stable name for a finding: 16 hexadecimal digits over file, rule, logical id, property path and branch. Not cryptographic: it tells
 * findings apart, it does not protect anything.
 */
export function fingerprint(...parts: readonly string[]): string {
  const text = parts.join("\u0000");
  return hash(text, 0xdeadbeef) + hash(text, 0x41c6ce57);
}

/** 32-bit FNV-1a with a seed and a final mix. */
function hash(text: string, seed: number): string {
  let state = seed ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
