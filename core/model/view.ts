import { ALWAYS } from "../evaluate/path.ts";
import type { Located } from "../evaluate/setting.ts";
import type { RuleValues } from "../lint/configuration.ts";
import type { Suppression } from "../lint/suppression.ts";
import type { Span } from "../syntax/node.ts";
import type { Template } from "../template/template.ts";
import { allPoliciesOf } from "./all-policies.ts";
import { type DaxCluster, daxClustersOf } from "./dax.ts";
import { isDynamoDbInView, isTableInView } from "./in-view.ts";
import { type Key, keysOf } from "./keys.ts";
import { type ComputeUnit, computeUnitsOf, type DynamoDbEndpoint, endpointsOf, type Vpc, vpcsOf } from "./network.ts";
import {
  type IamPrincipal,
  type IdentityPolicy,
  identityPoliciesOf,
  isOnlyBoundary,
  principalsOf,
} from "./policies.ts";
import type { Policy } from "./policy.ts";
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
  /** Not those that only are permissions boundaries: they give nobody anything. */
  readonly identityPolicies: readonly IdentityPolicy[];
  readonly principals: readonly IamPrincipal[];
  readonly resourcePolicies: readonly ResourcePolicy[];
  /** Of every kind: these two, and those of trust, keys, VPC endpoints, backup vaults and organisations. */
  readonly policies: readonly Policy[];
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
  /** What the configuration says of the organisation. */
  readonly values: RuleValues;
}

/** What is asked besides the template: which rules there are and run, which suppressions are written, what day it is. */
export interface Circumstances {
  suppressions: readonly Suppression[];
  ruleNames: ReadonlySet<string>;
  runs: (rule: string) => boolean;
  today: string | undefined;
  values: RuleValues;
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
      return identityPoliciesOf(template).filter((policy) => !isOnlyBoundary(project, policy));
    },
    get principals() {
      return principalsOf(template);
    },
    get resourcePolicies() {
      return resourcePoliciesOf(template);
    },
    get policies() {
      return allPoliciesOf(template);
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
      return isDynamoDbInView(project);
    },
    get tableInView() {
      return isTableInView(project);
    },
  };
}

/** A place outside `Resources`, for findings about the file itself. */
export function placeInFile(template: Template, place: Span): Located {
  return { template, when: ALWAYS, place, path: [], missing: [] };
}
