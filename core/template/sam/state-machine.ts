import type { Node } from "../../syntax/node.ts";
import type { Resource } from "../template.ts";
import { type Globals, propertiesWithGlobals } from "./globals.ts";
import { policiesOf } from "./policies.ts";
import { arnOf, keys, lowered, role, tagList, withProperties } from "./resource.ts";
import { entryUnder, isEmpty, mapUnder, textOf, valueUnder } from "./written.ts";

const STATE_MACHINE = "AWS::StepFunctions::StateMachine";

/** Source: the translator's StateMachineGenerator. */
const RENAMED: Readonly<Record<string, string>> = {
  LoggingConfiguration: "Logging",
  RoleArn: "Role",
  StateMachineName: "Name",
  StateMachineType: "Type",
  TracingConfiguration: "Tracing",
};
const WRITABLE = keys(["Definition", "DefinitionSubstitutions"], RENAMED);

/** `AWS::Serverless::StateMachine` → the state machine, and its role where none is written. */
export function lowerStateMachine(resource: Resource, globals: Globals): Resource[] {
  const source = propertiesWithGlobals(resource, "StateMachine", globals);
  if (!source) return [{ ...resource, type: STATE_MACHINE }];
  const roleId = `${resource.id}Role`;
  const hasRole = !isEmpty(entryUnder(source, "Role")?.value);
  const tags = mapUnder(source, "Tags");
  const made: Record<string, Node | undefined> = { Tags: tags && tagList(tags) };
  for (const [name, written] of Object.entries(RENAMED)) made[name] = entryUnder(source, written)?.value;
  if (!hasRole) made.RoleArn = arnOf(roleId, resource.key);
  const dropped = [...Object.values(RENAMED), "Policies", "PermissionsBoundary"];
  const result = [lowered(resource, STATE_MACHINE, withProperties(source, dropped, made, WRITABLE))];
  if (hasRole) return result;
  const tracing = mapUnder(source, "Tracing");
  const generatedRole = role(resource, roleId, {
    ...policiesOf(valueUnder(source, "Policies")?.node, roleId),
    service: "states.amazonaws.com",
    standard: tracing && textOf(entryUnder(tracing, "Enabled")?.value) === "true" ? ["AWSXrayWriteOnlyAccess"] : [],
    boundary: entryUnder(source, "PermissionsBoundary"),
    incomplete: source.incomplete,
  });
  return [...result, generatedRole];
}
