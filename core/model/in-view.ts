import { text } from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import type { Template } from "../template/template.ts";
import { allPoliciesOf } from "./all-policies.ts";
import { daxClustersOf } from "./dax.ts";
import type { Project } from "./project.ts";
import { tablesOf } from "./tables.ts";

/** A table or DAX cluster is in the project. */
export const isTableInView = perObject((project: Project): boolean =>
  project.templates.some((template) => tablesOf(template).length > 0 || daxClustersOf(template).length > 0),
);

/** A table, a DAX cluster or a policy that names their actions is in the project: what speaks of all services concerns DynamoDB. */
export const isDynamoDbInView = perObject(
  (project: Project): boolean => isTableInView(project) || project.templates.some(namesDynamoDb),
);

/** Does any policy of the template name DynamoDB or DAX actions? */
const namesDynamoDb = perObject((template: Template): boolean =>
  allPoliciesOf(template).some((policy) =>
    policy.statements.some((statement) =>
      [...statement.actions, ...statement.notActions].some((action) => /^(?:dynamodb|dax):/i.test(text(action) ?? "")),
    ),
  ),
);
