import { get, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { booleanOf, piecesOf } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { allEntries } from "../syntax/node.ts";
import type { Resource, Template } from "../template/template.ts";
import { follow, type Project } from "./project.ts";

/** A principal tag that an identity pool fills from a claim of the sign-in. */
export interface ClaimTag {
  /** The identity pool that does. */
  pool: Resource;
  tag: string;
  claim: string;
  /** The entry that maps them. */
  at: Setting;
}

/**
 * The tags of which a user can choose the value: mapped from a custom attribute of a user pool in view that is mutable (what custom attributes
 * are unless they say otherwise) and that an app client of the pool lets users write (what clients do unless they list other attributes).
 * Source: Amazon Cognito Developer Guide, user pool attributes; CloudFormation reference of `AWS::Cognito::IdentityPoolPrincipalTag`.
 */
export const userChosenTags = perObject((project: Project): readonly ClaimTag[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()]
      .filter(({ type }) => type === "AWS::Cognito::IdentityPoolPrincipalTag")
      .flatMap((resource) => propertiesOf(template, resource))
      .flatMap((properties) => chosenIn(project, properties)),
  ),
);

function chosenIn(project: Project, properties: Setting): ClaimTag[] {
  const [poolId] = get(properties, "IdentityPoolId");
  const pool = poolId && follow(project, poolId.template, poolId.value)?.resource;
  const userPools = get(properties, "IdentityProviderName").flatMap((name) => userPoolIn(project, name) ?? []);
  if (!pool || userPools.length === 0) return [];
  return get(properties, "PrincipalTags").flatMap((tags) => {
    const names = tags.value.kind === "map" ? [...allEntries(tags.value.node)].map(({ key }) => key.text) : [];
    return names.flatMap((tag) =>
      get(tags, tag).flatMap((at) => {
        const claim = text(at) ?? "";
        return userPools.some((userPool) => canChange(project, userPool, claim)) ? [{ pool, tag, claim, at }] : [];
      }),
    );
  });
}

interface UserPool {
  template: Template;
  resource: Resource;
}

/** `cognito-idp.<region>.amazonaws.com/${UserPool}`, or the pool's `ProviderName`. */
function userPoolIn(project: Project, { template, value }: Setting): UserPool | undefined {
  for (const piece of piecesOf(value) ?? []) {
    const target = typeof piece === "string" ? undefined : follow(project, template, piece);
    if (target?.resource.type === "AWS::Cognito::UserPool") return target;
  }
  return undefined;
}

function canChange(project: Project, userPool: UserPool, claim: string): boolean {
  if (!claim.startsWith("custom:")) return false;
  const name = claim.slice("custom:".length);
  const attributes = propertiesOf(userPool.template, userPool.resource)
    .flatMap((properties) => get(properties, "Schema"))
    .flatMap(items)
    .filter((attribute) => get(attribute, "Name").some((each) => text(each) === name));
  const isMutable = attributes.some((attribute) =>
    get(attribute, "Mutable").every(({ value }) => value.kind === "absent" || booleanOf(value) === true),
  );
  return isMutable && clientsLetWrite(project, userPool, claim);
}

/** Of the clients in view, any; without one in view none is known to forbid it. */
function clientsLetWrite(project: Project, userPool: UserPool, claim: string): boolean {
  const clients = project.templates.flatMap((template) =>
    [...template.resources.values()]
      .filter(({ type }) => type === "AWS::Cognito::UserPoolClient")
      .flatMap((resource) => propertiesOf(template, resource))
      .filter((properties) =>
        get(properties, "UserPoolId").some((id) => follow(project, template, id.value)?.resource === userPool.resource),
      ),
  );
  if (clients.length === 0) return true;
  return clients.some((client) =>
    get(client, "WriteAttributes").some(
      (list) => list.value.kind === "absent" || items(list).some((each) => text(each) === claim),
    ),
  );
}
