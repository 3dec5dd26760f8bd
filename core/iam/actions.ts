import table from "./action-table.generated.json" with { type: "json" };
import { matchesWildcard } from "./wildcard.ts";

/** The services in the generated table. `kms` is there for key policies; action patterns expand to dynamodb and dax unless asked. */
export type Service = "dynamodb" | "dax" | "kms";

export interface Action {
  service: Service;
  /** Canonical spelling without the prefix: `GetItem`. */
  name: string;
  /** Canonical spelling with the prefix: `dynamodb:GetItem`. */
  qualified: string;
  /** `Read`, `Write`, `List`, `Tagging`, `Permissions management`: one action may have two. */
  accessLevels: readonly string[];
  /** The resource types it can be limited to (names of `resourceTypesOf`); none: its Resource must be `*`. */
  resourceTypes: readonly { name: string; required: boolean }[];
  /** The condition keys that a request for this action carries, beside the global ones: `dynamodb:LeadingKeys`. */
  conditionKeys: readonly string[];
}

export interface ResourceType {
  name: string;
  /** `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}` */
  arn: string;
  conditionKeys: readonly string[];
}

/**
 * What an action pattern stands for. `names` are qualified canonical names, by service and then by name; empty where the pattern names another service or nothing
 * that exists. `notJudged`: a wildcard inside the service prefix (`dynamo*:*`), which IAM does not document.
 */
export type ActionExpansion = { kind: "judged"; names: readonly string[] } | { kind: "notJudged" };

/** The version of the data, for reports: `0.21.202609261`. */
export const actionTableVersion: string = table.version;

const itemServices: readonly Service[] = ["dynamodb", "dax"];

const actions = new Map<Service, readonly Action[]>();

/** Every action of the service, sorted by name. */
export function actionsOf(service: Service): readonly Action[] {
  let found = actions.get(service);
  if (!found) {
    found = table.services[service].actions.map(({ name, access, resources, keys }) => ({
      service,
      name,
      qualified: `${service}:${name}`,
      accessLevels: access,
      resourceTypes: resources.map((type) => ({ name: type.replace("?", ""), required: !type.endsWith("?") })),
      conditionKeys: keys,
    }));
    actions.set(service, found);
  }
  return found;
}

/** The resource types of the service with their ARN formats. */
export function resourceTypesOf(service: Service): readonly ResourceType[] {
  return Object.entries(table.services[service].resources).map(([name, { arn, keys }]) => ({
    name,
    arn,
    conditionKeys: keys,
  }));
}

/** The condition keys with the prefix of the service itself (`dynamodb:LeadingKeys` → `ArrayOfString`), by canonical name. */
export function conditionKeysOf(service: Service): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table.services[service].conditionKeys).filter(([key]) => key.startsWith(`${service}:`)),
  );
}

let byLowerCase: Map<string, Action> | undefined;

/** The action of that qualified name, whatever its case; undefined for patterns, other services and names that do not exist. */
export function findAction(qualifiedName: string): Action | undefined {
  byLowerCase ??= new Map(
    [...itemServices, "kms" as const].flatMap(actionsOf).map((action) => [action.qualified.toLowerCase(), action]),
  );
  return byLowerCase.get(qualifiedName.toLowerCase());
}

/** The two halves of `service:action`, service in lower case. Undefined without a colon; that includes the pattern `*`. */
export function splitActionPattern(pattern: string): { service: string; action: string } | undefined {
  const colon = pattern.indexOf(":");
  return colon < 0 ? undefined : { service: pattern.slice(0, colon).toLowerCase(), action: pattern.slice(colon + 1) };
}

const notJudged: ActionExpansion = { kind: "notJudged" };
const nothing: ActionExpansion = { kind: "judged", names: [] };

/** Templates repeat few patterns, a hostile one makes up many: forget them all rather than grow. */
const cacheLimit = 2000;
const longestCached = 100;
const caches = new Map<string, Map<string, ActionExpansion>>();

/**
 * The actions that an IAM action pattern stands for: `dynamodb:Put*`, `DYNAMODB:getitem`, `*`, `*:*`. Case does not matter, `*` is any run
 * and `?` one character. The answer is shared between calls.
 */
export function expandAction(pattern: string, services: readonly Service[] = itemServices): ActionExpansion {
  const scope = services.join();
  let cache = caches.get(scope);
  if (!cache) {
    cache = new Map();
    caches.set(scope, cache);
  }
  const known = cache.get(pattern);
  if (known) return known;
  const expansion = expand(pattern, services);
  if (pattern.length <= longestCached) {
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(pattern, expansion);
  }
  return expansion;
}

function expand(pattern: string, services: readonly Service[]): ActionExpansion {
  if (/^\*+(:\*+)?$/.test(pattern)) return { kind: "judged", names: services.flatMap(actionsOf).map(qualifiedName) };
  const parts = splitActionPattern(pattern);
  if (!parts) return nothing;
  if (/[*?]/.test(parts.service)) return notJudged;
  const service = services.find((candidate) => candidate === parts.service);
  if (!service) return nothing;
  const names = actionsOf(service)
    .filter((action) => matchesWildcard(parts.action, action.name, { caseSensitive: false }))
    .map(qualifiedName);
  return { kind: "judged", names };
}

const qualifiedName = (action: Action): string => action.qualified;

/** The actions that none of the patterns stands for (`NotAction`). Not judged as soon as one pattern is not. */
export function complementOf(
  patterns: readonly string[],
  services: readonly Service[] = itemServices,
): ActionExpansion {
  const named = new Set<string>();
  for (const pattern of patterns) {
    const expansion = expandAction(pattern, services);
    if (expansion.kind === "notJudged") return notJudged;
    for (const name of expansion.names) named.add(name);
  }
  const names = services
    .flatMap(actionsOf)
    .map(qualifiedName)
    .filter((name) => !named.has(name));
  return { kind: "judged", names };
}
