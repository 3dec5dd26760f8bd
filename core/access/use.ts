import { entrySettings, get, getPath, propertiesOf, text } from "../evaluate/setting.ts";
import { readItems, writeItems } from "../iam/action-classes.ts";
import { expandAction } from "../iam/actions.ts";
import { couldBeService } from "../iam/arn.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import { arnOf } from "../model/arns.ts";
import type { ComputeUnit } from "../model/network.ts";
import {
  awsManagedPolicies,
  type IamPrincipal,
  type IdentityPolicy,
  identityPoliciesOf,
  policiesOf,
  principalsOf,
  unknownManagedPolicies,
} from "../model/policies.ts";
import { follow, type Project } from "../model/project.ts";
import type { Resource } from "../template/template.ts";
import { couldNameDynamoDb, grantedActions, unconditionalDenies } from "./grants.ts";

/** Does a compute unit read or write items? "names a table": its environment does, whatever its role may. */
export type Use = "yes" | "names a table" | "no" | "unknown";

export function dynamoDbUse(project: Project, unit: ComputeUnit): Use {
  const uses = unit.roles.map((setting) => {
    const target = follow(project, setting.template, setting.value);
    const role = target && principalsOf(target.template).find((principal) => principal.resource === target.resource);
    return role ? mayUseItems(project, role) : "unknown";
  });
  if (uses.includes("yes")) return "yes";
  if (unit.environment.some((setting) => isTable(follow(project, setting.template, setting.value)?.resource.type)))
    return "names a table";
  return uses.includes("unknown") ? "unknown" : "no";
}

function isTable(type: string | undefined): boolean {
  return type === "AWS::DynamoDB::Table" || type === "AWS::DynamoDB::GlobalTable";
}

/** What a principal's policies in view say about item actions. Bare `*` says nothing about what is really used: "unknown". */
export function mayUseItems(project: Project, principal: IamPrincipal): "yes" | "no" | "unknown" {
  return itemUseInMemory(project)(principal);
}

const itemUseInMemory = perObject((project: Project) =>
  perObject((principal: IamPrincipal) => readItemUse(project, principal)),
);

function readItemUse(project: Project, principal: IamPrincipal): "yes" | "no" | "unknown" {
  const policies = policiesOf(project, principal);
  const answers = policies.map((policy) => policyAllowsItems(project, policy));
  const managed = awsManagedPolicies(principal);
  const opens = managed.filter(({ policy }) => policy.access !== "stream-only" && policy.access !== "none");
  if (answers.includes("yes") || opens.some(({ policy }) => !policy.bare)) return "yes";
  const isUnknown =
    answers.includes("unknown") || opens.length > 0 || unknownManagedPolicies(project, principal).length > 0;
  return isUnknown ? "unknown" : "no";
}

function policyAllowsItems(project: Project, policy: IdentityPolicy): "yes" | "no" | "unknown" {
  const denies = unconditionalDenies(project, policy);
  const answers = policy.statements.map((statement) => allowsItems(project, statement, denies));
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") || policy.unknown.length > 0 ? "unknown" : "no";
}

function allowsItems(project: Project, statement: Statement, denies: readonly Statement[]): "yes" | "no" | "unknown" {
  if (statement.effect !== "Allow" || !reachesTables(project, statement)) return "no";
  let unknown = statement.notActions.length > 0;
  for (const action of statement.actions) {
    const pattern = text(action);
    if (pattern === undefined) unknown ||= couldNameDynamoDb(action);
    else if (expandAction(pattern).kind === "notJudged") unknown = true;
    else if (grantedActions(project, statement, pattern, denies).some(isItemAction)) {
      if (/^dynamodb:/i.test(pattern)) return "yes";
      unknown = true;
    }
  }
  return unknown ? "unknown" : "no";
}

function isItemAction(name: string): boolean {
  return readItems.has(name) || writeItems.has(name);
}

/** Can any of the statement's resources be a DynamoDB ARN? What cannot be told counts as able. */
function reachesTables(project: Project, statement: Statement): boolean {
  if (statement.notResources.length > 0) return true;
  return statement.resources.some((resource) => {
    const arn = arnOf(project, resource.template, resource.value);
    return arn === undefined || couldBeService(arn, "dynamodb") !== false;
  });
}

/** The tables that the environment of a principal's functions names. */
export function tablesInEnvironment(project: Project, principal: IamPrincipal): Resource[] {
  const tables = new Set<Resource>();
  for (const template of project.templates) {
    for (const resource of template.resources.values()) {
      if (resource.type !== "AWS::Lambda::Function") continue;
      const properties = propertiesOf(template, resource);
      const roles = properties.flatMap((each) => get(each, "Role"));
      if (!roles.some((role) => follow(project, template, role.value)?.resource === principal.resource)) continue;
      for (const variables of properties.flatMap((each) => getPath(each, "Environment", "Variables"))) {
        for (const value of entrySettings(variables)) {
          const target = follow(project, template, value.value)?.resource;
          if (target && isTable(target.type)) tables.add(target);
        }
      }
    }
  }
  return [...tables];
}

/** Does any identity policy in view grant reading or writing items by name? */
export function itemActionsInView(project: Project): boolean {
  return project.templates.some((template) =>
    identityPoliciesOf(template).some((policy) => policyAllowsItems(project, policy) === "yes"),
  );
}
