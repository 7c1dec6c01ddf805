// Checks rendered manifests against the JSON schemas of Kubernetes 1.x and the Prometheus operator (npm packages kubernetes-models and
// @kubernetes-models/prometheus-operator), and the figures that the source documents give. Usage: manifests.mjs FILE…
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

let bad = 0;
const seen = {};
const fail = (text) => { bad++; console.log(text); };
for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    if (document.errors.length) { fail(`${file}: ${document.errors[0].message}`); continue; }
    const manifest = document.toJS();
    if (!manifest) continue;
    const place = manifest.apiVersion.startsWith('monitoring.coreos.com')
      ? `@kubernetes-models/prometheus-operator/${manifest.apiVersion}/${manifest.kind}`
      : `kubernetes-models/${manifest.apiVersion}/${manifest.kind}`;
    try {
      const { [manifest.kind]: Model } = await import(place);
      new Model(manifest).validate();
      seen[manifest.kind] = manifest;
      console.log(`valid: ${manifest.kind} ${manifest.metadata.name}`);
    } catch (error) {
      fail(`${manifest.kind} ${manifest.metadata?.name}: ${error.message}`);
    }
  }
}

for (const kind of ['Namespace', 'ConfigMap', 'StatefulSet', 'Service', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'ServiceMonitor', 'PrometheusRule']) {
  if (!seen[kind]) fail(`no ${kind}`);
}
const same = (what, found, wanted) => { if (JSON.stringify(found) !== JSON.stringify(wanted)) fail(`${what}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`); };
const container = seen.StatefulSet?.spec.template.spec.containers[0];
const probe = (p) => p && [p.initialDelaySeconds ?? 0, p.periodSeconds, p.timeoutSeconds ?? 1, p.failureThreshold];
same('startup', probe(container?.startupProbe), [0, 5, 1, 12]);
same('liveness', probe(container?.livenessProbe), [15, 30, 5, 3]);
same('readiness', probe(container?.readinessProbe), [10, 10, 5, 3]);
same('grace', seen.StatefulSet?.spec.template.spec.terminationGracePeriodSeconds, 30);
same('scrape', seen.ServiceMonitor?.spec.endpoints[0].interval, '15s');
// A schema that takes everything would prove nothing.
try {
  const { StatefulSet } = await import('kubernetes-models/apps/v1/StatefulSet');
  new StatefulSet({ ...seen.StatefulSet, spec: { ...seen.StatefulSet.spec, replicas: 'one' } }).validate();
  fail('the schema took replicas: "one"');
} catch { /* as it should be */ }
process.exit(bad ? 1 : 0);
