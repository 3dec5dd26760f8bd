import { perObject } from "../lazy.ts";
import { type ArnText, isBareStar, splitArn } from "./arn.ts";
import { matchesWildcard, wildcardsOverlap } from "./wildcard.ts";

/**
 * Questions about two resource texts, either of which may have wildcards and holes. Part by part where both are ARNs, so a star reaches over a
 * colon only where it ends a part; within the resource part it always does, which matters to stream labels alone.
 */

/** Is there an ARN that both match? Undefined where a hole decides. */
export function arnsOverlap(a: ArnText, b: ArnText): boolean | undefined {
  if (isBareStar(a) || isBareStar(b)) return true;
  return everyPart(a, b, textsOverlap);
}

/** Does the pattern match every ARN that `arn` stands for? Undefined where a hole decides, or where `?` meets a wildcard. */
export function arnCovers(pattern: ArnText, arn: ArnText): boolean | undefined {
  if (isBareStar(pattern)) return true;
  if (isBareStar(arn)) return pattern.some((piece) => typeof piece !== "string") ? undefined : false;
  return everyPart(pattern, arn, textCovers);
}

const overlaps = perObject((a: ArnText) => perObject((b: ArnText) => arnsOverlap(a, b) === true));
const covers = perObject((pattern: ArnText) => perObject((arn: ArnText) => arnCovers(pattern, arn) === true));

/** Is there surely an ARN that both match? Remembered, for texts that are compared again and again, as those of one project are. */
export function surelyOverlap(a: ArnText, b: ArnText): boolean {
  return overlaps(a)(b);
}

/** Does the pattern surely match every ARN that `arn` stands for? Remembered too. */
export function surelyCovers(pattern: ArnText, arn: ArnText): boolean {
  return covers(pattern)(arn);
}

type Question = (a: ArnText, b: ArnText) => boolean | undefined;

function everyPart(a: ArnText, b: ArnText, question: Question): boolean | undefined {
  const partsA = splitArn(a);
  const partsB = splitArn(b);
  if (!partsA || !partsB) return question(a, b);
  let answer: boolean | undefined = true;
  for (const part of ["partition", "service", "region", "account", "resource"] as const) {
    const partAnswer = question(partsA[part], partsB[part]);
    if (partAnswer === false) return false;
    if (partAnswer === undefined) answer = undefined;
  }
  return answer;
}

function textsOverlap(a: ArnText, b: ArnText): boolean | undefined {
  const pair = encode(a, b);
  if (!pair) return undefined;
  if (!pair.holes) return wildcardsOverlap(pair.a, pair.b);
  // With a hole standing for one particular text, `?` must not count as matching it.
  if (wildcardsOverlap(withoutAnyOne(pair.a), withoutAnyOne(pair.b))) return true;
  return wildcardsOverlap(wildest(pair.a), wildest(pair.b)) ? undefined : false;
}

function textCovers(pattern: ArnText, text: ArnText): boolean | undefined {
  const pair = encode(pattern, text);
  if (!pair) return undefined;
  if (!pair.holes && !/[*?]/.test(pair.b)) return matchesWildcard(pair.a, pair.b, exact);
  // The other's star stands for texts of every kind, so only a star of the pattern takes it in.
  const other = withoutAnyOne(pair.b).replaceAll("*", anyRun);
  if (matchesWildcard(withoutAnyOne(pair.a), other, exact)) return true;
  if (!wildcardsOverlap(wildest(pair.a), wildest(pair.b))) return false;
  return pair.holes || pair.a.includes("?") ? undefined : false;
}

const exact = { caseSensitive: true };

// Private-use characters stand for holes and for wildcards that are compared as if they were letters.
const firstHole = 0xe000;
const lastHole = 0xf000;
const anyOne = "\uf8fe";
const anyRun = "\uf8ff";
const privateUse = /[\ue000-\uf8ff]/g;

const withoutAnyOne = (encoded: string): string => encoded.replaceAll("?", anyOne);
const wildest = (encoded: string): string => encoded.replace(/[\ue000-\uf000]/g, "*");

/**
 * Both texts with one private-use character for each hole, the same for the same name, and without the beginning they share: what is equal
 * on both sides decides nothing. Undefined with more holes than characters.
 */
function encode(textA: ArnText, textB: ArnText): { a: string; b: string; holes: boolean } | undefined {
  const names = new Map<string, string>();
  const characters = (text: ArnText) =>
    text
      .map((piece) => {
        if (typeof piece === "string") return piece.replace(privateUse, "\ufffd");
        const character = names.get(piece.hole) ?? String.fromCharCode(firstHole + names.size);
        names.set(piece.hole, character);
        return character;
      })
      .join("");
  const a = characters(textA);
  const b = characters(textB);
  if (names.size > lastHole - firstHole) return undefined;
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared] && a[shared] !== "*" && a[shared] !== "?") shared++;
  const restA = a.slice(shared);
  const restB = b.slice(shared);
  return { a: restA, b: restB, holes: wildest(restA) !== restA || wildest(restB) !== restB };
}
