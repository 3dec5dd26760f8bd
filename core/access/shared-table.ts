import { type ArnText, couldBeService, splitArn, tableNameOf } from "../iam/arn.ts";
import { arnsOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { tableKeyOf } from "../iam/table-arn.ts";
import { perObject } from "../model/lazy.ts";
import type { Project } from "../model/project.ts";
import { resourceArns } from "./grants.ts";

/** Do both speak of one table, or of what belongs to it? Whoever reads an index or a stream reads the table's items. */
export function shareTable(project: Project, a: Statement, b: Statement): boolean {
  const others = tableArns(project)(b);
  return tableArns(project)(a).some((left) =>
    others.some(
      (right) =>
        // Most pairs are two names written out, which need no more than a look.
        (left.name === undefined || right.name === undefined || left.name === right.name) &&
        arnsOverlap(left.arn, right.arn) === true,
    ),
  );
}

interface TableArn {
  arn: ArnText;
  /** Equal for equal tables; undefined where it has a wildcard or is not there. */
  name: string | undefined;
}

const tableArns = perObject((project: Project) =>
  perObject((statement: Statement): readonly TableArn[] =>
    resourceArns(project, statement).flatMap(({ arn }) => {
      if (!arn || couldBeService(arn, "dynamodb") === false) return [];
      return [{ arn: anywhere(arn), name: splitArn(arn) && tableKeyOf(arn) }];
    }),
  ),
);

/** The ARN up to the table's name, in any account and region where those are not written out; the whole of it where it is no table's. */
function anywhere(arn: ArnText): ArnText {
  const parts = splitArn(arn);
  const name = parts && tableNameOf(arn);
  if (!parts || !name) return arn;
  const { partition, service, region, account } = parts;
  const where = [partition, service, region, account].map((part) =>
    part.every((piece) => typeof piece === "string") ? part.join("") : "*",
  );
  return ["arn:", where.join(":"), ":table/", ...name];
}
