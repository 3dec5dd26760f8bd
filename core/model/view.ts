import { ALWAYS } from "../evaluate/path.ts";
import type { Located } from "../evaluate/setting.ts";
import { text } from "../evaluate/setting.ts";
import type { Suppression } from "../lint/suppression.ts";
import type { Span } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";
import { type DaxCluster, daxClustersOf } from "./dax.ts";
import { type Key, keysOf } from "./keys.ts";
import { perObject } from "./lazy.ts";
import { type ComputeUnit, computeUnitsOf, type DynamoDbEndpoint, endpointsOf, type Vpc, vpcsOf } from "./network.ts";
import { type IamPrincipal, type IdentityPolicy, identityPoliciesOf, principalsOf } from "./policies.ts";
import type { Project } from "./project.ts";
import { type ResourcePolicy, resourcePoliciesOf } from "./resource-policies.ts";
import { type Table, tablesOf } from "./tables.ts";
import { type Trail, trailsOf } from "./trails.ts";

/** What a rule sees: the parts of one template, with the project around it. Each part is made when it is first asked for. */
export interface View {
  readonly template: Template;
  readonly project: Project;
  readonly tables: readonly Table[];
  readonly daxClusters: readonly DaxCluster[];
  readonly keys: readonly Key[];
  readonly identityPolicies: readonly IdentityPolicy[];
  readonly principals: readonly IamPrincipal[];
  readonly resourcePolicies: readonly ResourcePolicy[];
  readonly trails: readonly Trail[];
  readonly vpcs: readonly Vpc[];
  readonly computeUnits: readonly ComputeUnit[];
  readonly endpoints: readonly DynamoDbEndpoint[];
  /** A table, a DAX cluster or a policy that names their actions is somewhere in the project: what speaks of all services concerns DynamoDB. */
  readonly dynamoDbInView: boolean;
  /** A table or DAX cluster is in the project. */
  readonly tableInView: boolean;
  /** Whether a rule is on: a stronger rule speaks for a weaker one. */
  runs(rule: string): boolean;
  /** For the rules about suppressions, which run last. */
  readonly suppressions: readonly Suppression[];
  readonly ruleNames: ReadonlySet<string>;
  readonly today: string | undefined;
}

/** What is asked besides the template: which rules there are and run, which suppressions are written, what day it is. */
export interface Circumstances {
  suppressions: readonly Suppression[];
  ruleNames: ReadonlySet<string>;
  runs: (rule: string) => boolean;
  today: string | undefined;
}

export function viewOf(project: Project, template: Template, circumstances: Circumstances): View {
  return {
    ...circumstances,
    template,
    project,
    get tables() {
      return tablesOf(template);
    },
    get daxClusters() {
      return daxClustersOf(template);
    },
    get keys() {
      return keysOf(template);
    },
    get identityPolicies() {
      return identityPoliciesOf(template);
    },
    get principals() {
      return principalsOf(template);
    },
    get resourcePolicies() {
      return resourcePoliciesOf(template);
    },
    get trails() {
      return trailsOf(template);
    },
    get vpcs() {
      return vpcsOf(template);
    },
    get computeUnits() {
      return computeUnitsOf(project).filter((unit) => unit.template === template);
    },
    get endpoints() {
      return endpointsOf(project).filter((endpoint) => endpoint.template === template);
    },
    get dynamoDbInView() {
      return isTableInView(project) || project.templates.some(namesDynamoDb);
    },
    get tableInView() {
      return isTableInView(project);
    },
  };
}

const isTableInView = perObject((project: Project): boolean =>
  project.templates.some((template) => tablesOf(template).length > 0 || daxClustersOf(template).length > 0),
);

/** Does any policy of the template name DynamoDB or DAX actions? */
const namesDynamoDb = perObject((template: Template): boolean =>
  [...identityPoliciesOf(template), ...resourcePoliciesOf(template)].some((policy) =>
    policy.statements.some((statement) =>
      [...statement.actions, ...statement.notActions].some((action) => /^(?:dynamodb|dax):/i.test(text(action) ?? "")),
    ),
  ),
);

/** A place outside `Resources`, for findings about the file itself. */
export function placeInFile(template: Template, place: Span): Located {
  return { template, when: ALWAYS, place, path: [], missing: [] };
}
