import type { Setting } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { operatorOf } from "./conditions.ts";
import type { ConditionTest } from "./statements.ts";
import { matchesWildcard } from "./wildcard.ts";

/** What conditions on `kms:ViaService` say of DynamoDB: `dynamodb.us-east-1.amazonaws.com`. Source: KMS Developer Guide, kms:ViaService. */

/** A test that compares texts, letter by letter or with wildcards; undefined for any other operator. */
export function comparisonOf(test: ConditionTest): { expands: boolean; negated: boolean } | undefined {
  const { name, negated } = operatorOf(test);
  if (/^string(?:not)?equals(?:ignorecase)?$/.test(name)) return { expands: false, negated };
  return /^string(?:not)?like$/.test(name) ? { expands: true, negated } : undefined;
}

/** A value that names DynamoDB in a region. */
export interface Pin {
  value: Setting;
  /** `us-east-1`, `${AWS::Region}`, or with wildcards where they are expanded. */
  region: string;
  suffix: string;
  expands: boolean;
}

/** The values that name DynamoDB; undefined where one may that is not known. */
export function pinsOf(test: ConditionTest, expands: boolean): Pin[] | undefined {
  if (test.values.some(isUntold)) return undefined;
  return test.values.flatMap((value): Pin[] => {
    const [, region, suffix] = SERVICE.exec(written(value)) ?? [];
    return region !== undefined && suffix !== undefined ? [{ value, region, suffix, expands }] : [];
  });
}

/** `dynamodb.us-east-1.amazonaws.com`, `dynamodb.${AWS::Region}.${AWS::URLSuffix}` */
const SERVICE = /^dynamodb\.(.+)\.(amazonaws\.com(?:\.cn)?|\$\{AWS::URLSuffix\})$/i;

/** Nothing is known of the service. */
export function isUntold({ value }: Setting): boolean {
  const [start] = piecesOf(value) ?? [];
  return start === undefined || typeof start !== "string";
}

/**
 * Is surely one of the regions not among the pinned ones? What only deployment knows (`${AWS::Region}`) may be any one of them, but no two.
 */
export function lacks(regions: readonly string[], pins: readonly Pin[]): boolean {
  const symbolic = new Set(pins.map(({ region }) => region).filter(isSymbolic));
  const literal = pins.filter(({ region }) => !isSymbolic(region));
  const uncovered = regions.filter((region) => !isSymbolic(region) && !literal.some((pin) => matches(pin, region)));
  const free = [...symbolic].filter((pin) => !regions.includes(pin));
  if (uncovered.length > free.length) return true;
  const isExact = pins.every(({ region, expands }) => !expands || !/[*?]/.test(region));
  return isExact && new Set(pins.map(({ region }) => region)).size < regions.length;
}

function isSymbolic(region: string): boolean {
  return region.includes("${");
}

function matches({ region, expands }: Pin, wanted: string): boolean {
  return expands
    ? matchesWildcard(region, wanted, { caseSensitive: true })
    : region.toLowerCase() === wanted.toLowerCase();
}

/** What only deployment knows is written as `${…}`. */
export function written({ value }: Setting): string {
  return piecesKey(piecesOf(value) ?? []);
}
