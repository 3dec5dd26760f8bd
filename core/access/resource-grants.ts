import { text } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { actionsOf, complementOf, expandAction, findAction } from "../iam/actions.ts";
import { isEverybody } from "../iam/public-access.ts";
import type { Principal, Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Project } from "../model/project.ts";
import type { ResourcePolicy } from "../model/resource-policies.ts";
import { grantedActions, isUnconditionalDeny } from "./grants.ts";
import { firstOf, lowerFirst, shortName } from "./words.ts";

/**
 * What an Allow of a resource policy gives one of its principals: qualified canonical names of the actions that exist on a table (and its
 * indexes) or on a stream, whichever the policy is attached to, less what unconditional Denies of the same policy take from that principal.
 */
export function allowedTo(
  project: Project,
  policy: ResourcePolicy,
  statement: Statement,
  principal: Principal,
): readonly string[] {
  const denies = unconditionalDenies(policy).filter((deny) => hits(deny, principal));
  const names = patternsOf(statement).flatMap((pattern) => grantedActions(project, statement, pattern, denies));
  return [...new Set(names)].filter((name) => existsOn(policy.kind, name));
}

/** The actions a statement speaks of on a table (and its indexes) or a stream, whoever it is for: qualified canonical names. */
export function actionsIn(kind: ResourcePolicy["kind"], statement: Statement): ReadonlySet<string> {
  return memory[kind](statement);
}

const memory = {
  table: perObject((statement: Statement) => readActions("table", statement)),
  stream: perObject((statement: Statement) => readActions("stream", statement)),
};

function readActions(kind: ResourcePolicy["kind"], statement: Statement): ReadonlySet<string> {
  const names = patternsOf(statement).flatMap((pattern) => {
    const expansion = expandAction(pattern);
    return expansion.kind === "judged" ? expansion.names : [];
  });
  return new Set(names.filter((name) => existsOn(kind, name)));
}

/** `Action` as it is written, and what `NotAction` leaves. */
function patternsOf(statement: Statement): readonly string[] {
  const written = statement.actions.flatMap((action) => text(action) ?? []);
  const excepted = statement.notActions.flatMap((action) => text(action) ?? []);
  if (statement.notActions.length === 0 || excepted.length < statement.notActions.length) return written;
  const rest = complementOf(excepted);
  return rest.kind === "judged" ? [...written, ...rest.names] : written;
}

/** Can a request for the action be about a table or one of its indexes, or about a stream? */
function existsOn(kind: ResourcePolicy["kind"], name: string): boolean {
  const types = findAction(name)?.resourceTypes ?? [];
  return (
    name.startsWith("dynamodb:") &&
    types.some((type) => (kind === "stream" ? type.name === "stream" : type.name === "table" || type.name === "index"))
  );
}

const unconditionalDenies = perObject(({ statements }: ResourcePolicy) => statements.filter(isUnconditionalDeny));

/** Is the Deny surely for that principal: for everybody, or by the same text? */
function hits(deny: Statement, principal: Principal): boolean {
  const wanted = keyOf(principal);
  return deny.principals.some((each) => isEverybody(each) || (wanted !== undefined && keyOf(each) === wanted));
}

/** Equal for equal principals; undefined where that cannot be told. */
function keyOf({ type, setting }: Principal): string | undefined {
  const pieces = piecesOf(setting.value);
  const isOpaque = pieces?.some((piece) => typeof piece !== "string" && piece.kind === "opaque");
  return pieces && !isOpaque ? `${type} ${piecesKey(pieces)}` : undefined;
}

/** `GetItem, Query and 3 more` of what a policy of that kind can speak of, or `everything`. */
export function actionsInWords(kind: ResourcePolicy["kind"], names: readonly string[]): string {
  const all = actionsOf("dynamodb").filter(({ qualified }) => existsOn(kind, qualified));
  return names.length < all.length ? firstOf(names.map(shortName)) : "everything";
}

/** How messages call what a policy is attached to: `"Orders"`, `replica eu-west-1 of "Orders"`, `the stream of "Orders"`. */
export function ownerName({ kind, copy }: ResourcePolicy): string {
  const name = lowerFirst(copy.name);
  return kind === "stream" ? `the stream of ${name}` : name;
}
