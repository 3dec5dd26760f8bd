import { perObject } from "../lazy.ts";
import { matchesWildcard, wildcardsOverlap } from "./wildcard.ts";

/** A part of a text that only deployment knows. The same name is the same value: `AWS::Region`, `Ref Orders`. */
export interface Hole {
  hole: string;
}

/**
 * The text of a policy's resource entry, or of an ARN: literal pieces, which may hold IAM wildcards, and holes.
 * `["arn:aws:dynamodb:", { hole: "AWS::Region" }, ":*:table/", { hole: "Ref Orders" }, "/index/*"]`
 *
 * A hole between the colons of a whole ARN is taken for a value without colons; a hole inside a name for text without wildcards and slashes.
 */
export type ArnText = ReadonlyArray<string | Hole>;

/** The parts between the colons. A part that is not there is the empty list; `resource` keeps its own colons. */
export interface ArnParts {
  partition: ArnText;
  service: ArnText;
  region: ArnText;
  account: ArnText;
  resource: ArnText;
}

/**
 * `any`: more than one of the others, `*` for instance. `unknown`: a hole decides, or it is an ARN of another service.
 * A pattern that ends in `*` (`table/*`, `table/Orders*`) has the shape `table` although it also matches everything below the table.
 */
export type ResourceShape =
  | "table"
  | "index"
  | "stream"
  | "backup"
  | "export"
  | "import"
  | "global-table"
  | "cache"
  | "any"
  | "unknown";

const star: ArnText = ["*"];

/** Is it `*`, the entry for every resource there is? */
export const isBareStar = perObject((text: ArnText): boolean => {
  const literal = literalOf(text);
  return literal !== undefined && literal !== "" && /^\*+$/.test(literal);
});

/** The text itself where it has no holes. */
function literalOf(text: ArnText): string | undefined {
  let literal = "";
  for (const piece of text) {
    if (typeof piece !== "string") return undefined;
    literal += piece;
  }
  return literal;
}

/** The text with every hole replaced. */
function fill(text: ArnText, value: string): string {
  return text.map((piece) => (typeof piece === "string" ? piece : value)).join("");
}

const hasHole = (text: ArnText): boolean => text.some((piece) => typeof piece !== "string");
const hasWildcard = (text: ArnText): boolean => text.some((piece) => typeof piece === "string" && /[*?]/.test(piece));
const endsInStar = (text: ArnText): boolean => {
  const end = text[text.length - 1];
  return typeof end === "string" && end.endsWith("*");
};

/** The text cut at its first five colons: one to six lists, neighbouring literals joined. */
function segmentsOf(text: ArnText): ArnText[] {
  const segments: (string | Hole)[][] = [[]];
  const append = (piece: string | Hole) => {
    const segment = segments[segments.length - 1] ?? [];
    const end = segment[segment.length - 1];
    if (typeof piece === "string" && typeof end === "string") segment[segment.length - 1] = end + piece;
    else if (piece !== "") segment.push(piece);
  };
  for (const piece of text) {
    if (typeof piece !== "string") {
      append(piece);
      continue;
    }
    let rest = piece;
    for (let colon = rest.indexOf(":"); colon >= 0 && segments.length < 6; colon = rest.indexOf(":")) {
      append(rest.slice(0, colon));
      segments.push([]);
      rest = rest.slice(colon + 1);
    }
    append(rest);
  }
  return segments;
}

/**
 * The parts of an ARN. Undefined for what does not begin with a literal `arn:`, and where a hole may hold several parts. A star that ends a
 * part crosses colons, so it also stands for parts that are missing after it: the account and resource of `arn:aws:dynamodb:*` are `*`.
 */
export const splitArn = perObject((text: ArnText): ArnParts | undefined => {
  const segments = segmentsOf(text);
  if (segments.length < 2 || literalOf(segments[0] ?? []) !== "arn") return undefined;
  const missing = 6 - segments.length;
  if (missing > 0) {
    if (segments.some(hasHole)) return undefined;
    // A star behind the service is the one that is meant: the service takes no wildcard.
    const crossing = [3, 4, 2, 1].find((index) => endsInStar(segments[index] ?? []));
    if (crossing !== undefined) segments.splice(crossing + 1, 0, ...Array<ArnText>(missing).fill(star));
  }
  const [, partition = [], service = [], region = [], account = [], resource = []] = segments;
  return { partition, service, region, account, resource };
});

/**
 * Can the resource entry match some ARN of that service at all? `*` can, an ARN of S3 cannot. Undefined where a hole decides, and for a
 * wildcard in the service, which is not judged. ARNs compare case-sensitively.
 */
export function couldBeService(text: ArnText, service: "dynamodb" | "dax"): boolean | undefined {
  return couldBe[service](text);
}

const couldBe = {
  dynamodb: perObject((text: ArnText) => compareService(text, "dynamodb")),
  dax: perObject((text: ArnText) => compareService(text, "dax")),
};

function compareService(text: ArnText, service: "dynamodb" | "dax"): boolean | undefined {
  if (isBareStar(text)) return true;
  const segments = segmentsOf(text);
  const undecided = () => (wildcardsOverlap(fill(text, "*"), `arn:*:${service}:*`) ? undefined : false);
  const [head = [], partition = [], third = [], ...rest] = segments;
  if (literalOf(head) !== "arn") return hasHole(head) || hasWildcard(head) ? undecided() : false;
  const short = segments.length < 6;
  if (short && (hasHole(partition) || hasHole(third))) return undecided();
  if (segments.length < 3) return endsInStar(partition) ? undefined : false;
  if (hasHole(third) || hasWildcard(third)) return wildcardsOverlap(fill(third, "*"), service) ? undefined : false;
  if (literalOf(third) !== service) return false;
  return short ? rest.some((part) => hasHole(part) || endsInStar(part)) : (rest[2] ?? []).length > 0;
}

/** No literal, star or question mark agrees with it by accident: a table name that nobody has. */
const nameCharacter = "\u0001";
/** The shortest and the longest name a table may have: what covers both without naming either covers all. */
const anyNames = [3, 255].map((length) => `table/${nameCharacter.repeat(length)}`);

/**
 * Does the resource entry match every table (of a region and account, which may be named or unknown)? True for `*`,
 * `arn:*:dynamodb:*:*:*`, `…:table/*`, `…:table/**`. Undefined where a hole decides.
 */
export const coversEveryTable = perObject((text: ArnText): boolean | undefined => {
  if (isBareStar(text)) return true;
  const ours = couldBeService(text, "dynamodb");
  if (ours === false) return false;
  const parts = splitArn(text);
  if (!parts) {
    // The first hole may hold the end of the ARN's beginning, not what follows it.
    const rest = fill(text.slice(text.findIndex((piece) => typeof piece !== "string")), "*");
    return anyNames.every((name) => matchesWildcard(rest, `:${name}`, exact)) ? undefined : false;
  }
  if (parts.region.length === 0 || parts.account.length === 0) return false;
  const covers = (resource: string) => anyNames.every((name) => matchesWildcard(resource, name, exact));
  if (covers(fill(parts.resource, ":"))) return ours;
  // Inside a name a hole is text without wildcards, so it can only be in the way; in front of it it may hold anything.
  const [start] = parts.resource;
  const inName = typeof start === "string" && start.startsWith("table/");
  return hasHole(parts.resource) && covers(fill(parts.resource, inName ? "" : "*")) ? undefined : false;
});

const exact = { caseSensitive: true };

/** What kind of resource the entry speaks of. `${Orders.Arn}/index/*` is an index, whatever the hole holds. */
export const resourceShape = perObject((text: ArnText): ResourceShape => {
  if (isBareStar(text)) return "any";
  const parts = splitArn(text);
  if (!parts) return shapeBehindHole(text);
  const service = literalOf(parts.service);
  if (service === "dax") return "cache";
  return service === "dynamodb" ? shapeOf(fill(parts.resource, hole)) : "unknown";
});

/** Stands for a hole in a filled text: neither a separator nor a wildcard. */
const hole = "\u0002";

const belowTable = ["index", "stream", "backup", "export", "import"] as const;

function shapeOf(resource: string): ResourceShape {
  const [kind = "", name, below] = resource.split("/", 3);
  if (kind.startsWith(hole)) return "unknown";
  if (/[*?]/.test(kind)) return "any";
  if (kind === "global-table") return "global-table";
  if (kind !== "table" || name === undefined) return "unknown";
  return below === undefined ? "table" : shapeBelowTable(below);
}

function shapeBelowTable(below: string): ResourceShape {
  if (/[*?]/.test(below)) return "any";
  return belowTable.find((kind) => kind === below) ?? "unknown";
}

/** The text begins with a hole, which may hold a table's ARN or the beginning of one. */
function shapeBehindHole(text: ArnText): ResourceShape {
  const [start] = text;
  if (start === undefined || typeof start === "string") return "unknown";
  const rest = fill(text.slice(1), hole);
  if (rest.startsWith("/")) return shapeBelowTable(rest.split("/", 2)[1] ?? "");
  const table = /^:?(table\/.*)$/s.exec(rest)?.[1];
  return table === undefined ? "unknown" : shapeOf(table);
}

/** The table's name: what stands between `table/` and the next `/`, wildcards and holes included. Undefined where there is no such thing. */
export const tableNameOf = perObject((text: ArnText): ArnText | undefined => {
  if (couldBeService(text, "dynamodb") === false) return undefined;
  let resource = splitArn(text)?.resource;
  if (!resource) {
    const [start, ...rest] = text;
    if (start === undefined || typeof start === "string") return undefined;
    const [next = "", ...others] = rest;
    resource = typeof next === "string" && next.startsWith(":") ? [next.slice(1), ...others] : rest;
  }
  const [first, ...others] = resource;
  if (typeof first !== "string" || !first.startsWith("table/")) return undefined;
  const name: (string | Hole)[] = [];
  for (const piece of [first.slice("table/".length), ...others]) {
    const slash = typeof piece === "string" ? piece.indexOf("/") : -1;
    const own = typeof piece === "string" && slash >= 0 ? piece.slice(0, slash) : piece;
    if (own !== "") name.push(own);
    if (slash >= 0) break;
  }
  return name.length > 0 ? name : undefined;
});

/** The index's name, wildcards included: what stands behind `/index/`. Undefined where there is no such thing or a hole is in it. */
export function indexNameOf(text: ArnText): string | undefined {
  if (resourceShape(text) !== "index") return undefined;
  const name = fill(text, hole).split("/index/")[1];
  return name === undefined || name === "" || name.includes(hole) ? undefined : name;
}
