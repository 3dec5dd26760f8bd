import { type Environment, inEnvironment } from "../core/cdk/environment.ts";
import { type Configuration, ruleValuesOf } from "../core/lint/configuration.ts";
import type { FileConfiguration } from "../core/lint/configuration-file.ts";
import { type Inputs, NO_INPUTS } from "../core/template/template.ts";
import type { Settings } from "./settings.ts";

/** What a `.ddblint.yaml` says goes before the editor's settings. */
export function ruleConfiguration(settings: Settings, file: FileConfiguration, today: string): Configuration {
  return {
    profile: file.profile ?? settings.profile,
    rules: new Map([...settings.rules, ...file.rules]),
    inlineSuppressions: true,
    values: ruleValuesOf(file),
    today,
  };
}

const known = new Map<string, Inputs>();

/**
 * What a configuration, and then the environment that a cloud assembly names, say about the world outside a template. Equal ones give the same
 * object.
 */
export function inputsOf({ parameters, region, account }: FileConfiguration, environment?: Environment): Inputs {
  const written: Inputs = {
    parameters,
    ...(region !== undefined && { region }),
    ...(account !== undefined && { account }),
  };
  const wanted = inEnvironment(written, environment);
  if (parameters.size === 0 && wanted.region === undefined && wanted.account === undefined) return NO_INPUTS;
  const key = JSON.stringify([[...parameters], wanted.region, wanted.account]);
  const inputs = known.get(key) ?? wanted;
  if (known.size > 1000) known.clear();
  known.set(key, inputs);
  return inputs;
}
