import type { Inputs } from "../template/template.ts";

/** Where a stack is deployed, as far as its cloud assembly says. */
export interface Environment {
  account?: string;
  region?: string;
}

/**
 * Reads `aws://123456789012/eu-west-1`; what a stack leaves to deployment is `unknown-account` and `unknown-region` there. Source:
 * cloud-assembly-schema, `environment` of an artifact.
 */
export function environmentOf(text: string | undefined): Environment {
  const [, account = "", region = ""] = /^aws:\/\/([^/]*)\/([^/]*)$/.exec(text ?? "") ?? [];
  return {
    ...(/^\d{12}$/.test(account) && { account }),
    ...(/^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/.test(region) && { region }),
  };
}

/** What two environments agree on. */
export function common(one: Environment, other: Environment): Environment {
  return {
    ...(one.account !== undefined && one.account === other.account && { account: one.account }),
    ...(one.region !== undefined && one.region === other.region && { region: one.region }),
  };
}

/** Binds the account and region that nobody has bound: the command line and the configuration go before an assembly. */
export function inEnvironment(inputs: Inputs, environment: Environment | undefined): Inputs {
  const account = inputs.account ?? environment?.account;
  const region = inputs.region ?? environment?.region;
  if (account === inputs.account && region === inputs.region) return inputs;
  return { ...inputs, ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
}
