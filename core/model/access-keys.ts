import { evaluate } from "../evaluate/evaluate.ts";
import { ALWAYS } from "../evaluate/path.ts";
import { entrySettings, get, items, type Located, propertiesOf, type Setting } from "../evaluate/setting.ts";
import { piecesOf, type Value } from "../evaluate/value.ts";
import { perObject } from "../lazy.ts";
import { type Node, withoutAlias } from "../syntax/node.ts";
import { intrinsicOf } from "../template/intrinsics.ts";
import type { Resource, Template } from "../template/template.ts";
import { type IamPrincipal, principalMeant } from "./policies.ts";
import { follow, type Project } from "./project.ts";

/** An `AWS::IAM::AccessKey`. */
export interface AccessKey {
  template: Template;
  resource: Resource;
  /** What names its user, one per branch. */
  userName: readonly Setting[];
  /** The users in view that it may belong to. */
  users: readonly IamPrincipal[];
}

/** Every access key of a project. */
export const accessKeysOf = perObject((project: Project): readonly AccessKey[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()].flatMap((resource): AccessKey[] => {
      if (resource.type !== "AWS::IAM::AccessKey") return [];
      const userName = propertiesOf(template, resource).flatMap((each) => get(each, "UserName"));
      const users = userName.flatMap((setting) => principalMeant(project, setting, "user") ?? []);
      return [{ template, resource, userName, users: [...new Set(users)] }];
    }),
  ),
);

/** A place from which the secret of an access key can be read in plain text. */
export interface Exposure {
  key: AccessKey;
  at: Located;
  kind: "output" | "environment" | "user data" | "parameter";
  /** The logical id of the resource, or the name of the output. */
  name: string;
}

/**
 * Where texts stand that many may read: environment variables of whatever runs code, user data, Parameter Store parameters (CloudFormation makes
 * none of type SecureString). `[]` stands for the items of a list, `*` for the values of a map. Source: CloudFormation resource reference.
 */
const READABLE: Record<string, { kind: Exposure["kind"]; paths: readonly string[] }> = {
  "AWS::Lambda::Function": { kind: "environment", paths: ["Environment/Variables/*"] },
  "AWS::ECS::TaskDefinition": { kind: "environment", paths: ["ContainerDefinitions/[]/Environment/[]/Value"] },
  "AWS::Batch::JobDefinition": { kind: "environment", paths: ["ContainerProperties/Environment/[]/Value"] },
  "AWS::CodeBuild::Project": { kind: "environment", paths: ["Environment/EnvironmentVariables/[]/Value"] },
  "AWS::Amplify::App": { kind: "environment", paths: ["EnvironmentVariables/[]/Value"] },
  "AWS::Amplify::Branch": { kind: "environment", paths: ["EnvironmentVariables/[]/Value"] },
  "AWS::AppRunner::Service": {
    kind: "environment",
    paths: [
      "SourceConfiguration/ImageRepository/ImageConfiguration/RuntimeEnvironmentVariables/[]/Value",
      "SourceConfiguration/CodeRepository/CodeConfiguration/CodeConfigurationValues/RuntimeEnvironmentVariables/[]/Value",
    ],
  },
  "AWS::ElasticBeanstalk::Environment": { kind: "environment", paths: ["OptionSettings/[]/Value"] },
  "AWS::SageMaker::Model": {
    kind: "environment",
    paths: ["PrimaryContainer/Environment/*", "Containers/[]/Environment/*"],
  },
  "AWS::Glue::Job": { kind: "environment", paths: ["DefaultArguments/*"] },
  "AWS::EC2::Instance": { kind: "user data", paths: ["UserData"] },
  "AWS::EC2::LaunchTemplate": { kind: "user data", paths: ["LaunchTemplateData/UserData"] },
  "AWS::AutoScaling::LaunchConfiguration": { kind: "user data", paths: ["UserData"] },
  "AWS::SSM::Parameter": { kind: "parameter", paths: ["Value"] },
};

/** Where a template shows secrets of the project's access keys. */
export function exposuresIn(project: Project, template: Template): Exposure[] {
  const keys = new Map(accessKeysOf(project).map((key) => [key.resource, key]));
  if (keys.size === 0) return [];
  const keysIn = (value: Value): AccessKey[] => {
    const targets = (piecesOf(value) ?? []).flatMap((piece) =>
      typeof piece === "string" ? [] : (follow(project, template, piece) ?? []),
    );
    const secrets = targets.filter(({ attribute }) => attribute === "SecretAccessKey");
    return [...new Set(secrets.flatMap(({ resource }) => keys.get(resource) ?? []))];
  };
  const inOutputs = [...template.outputs.values()].flatMap(({ name, value, condition }) => {
    const when = condition === undefined ? ALWAYS : { ...ALWAYS, assumed: [{ condition, holds: true }] };
    return evaluate(template, value, when).flatMap((each) => {
      const at = { template, when: each.when, place: each.node, path: ["Outputs", name, "Value"], missing: [] };
      return keysIn(each.value).map((key): Exposure => ({ key, at, kind: "output", name }));
    });
  });
  const inResources = [...template.resources.values()].flatMap((resource) => {
    const readable = READABLE[resource.type];
    const settings = readable?.paths.flatMap((path) => settingsAt(template, resource, path)) ?? [];
    return settings.flatMap((at) =>
      valuesOf(at)
        .flatMap(keysIn)
        .map((key): Exposure => ({ key, at, kind: readable?.kind ?? "environment", name: resource.logicalId })),
    );
  });
  return [...inOutputs, ...inResources];
}

function settingsAt(template: Template, resource: Resource, path: string): Setting[] {
  return path
    .split("/")
    .reduce<Setting[]>(
      (settings, step) =>
        settings.flatMap((setting) =>
          step === "[]" ? items(setting) : step === "*" ? entrySettings(setting) : get(setting, step),
        ),
      propertiesOf(template, resource),
    );
}

/** `Fn::Base64`, in which user data is written, hides nothing. */
function valuesOf({ template, value, when, place }: Setting): Value[] {
  // The place of a value that is there is the node that says it.
  const node = value.kind === "opaque" ? withoutAlias(place as Node) : undefined;
  const call = node?.kind === undefined ? undefined : intrinsicOf(node);
  if (call?.name !== "Fn::Base64") return [value];
  return evaluate(template, call.argument, when).map((each) => each.value);
}
