using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>config.get</c>: the configuration as it is on disk, with its secrets blacked out.</summary>
internal sealed class ConfigMethods(GatewayRuntime runtime)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
        [MethodEntry.Of("config.get", OperatorScopes.Read, "", _ => Get())];

    private MethodReply Get()
    {
        ConfigSnapshot snapshot = runtime.Editor.Read();
        ConfigSnapshot applied = runtime.Config.Current;
        byte[] shown = ConfigRedaction.Redact(snapshot.Json.Span);
        using JsonDocument plain = JsonDocument.Parse(snapshot.Json);
        using JsonDocument redacted = JsonDocument.Parse(shown);
        string? raw = RawConfigText.Redact(snapshot.Raw, plain.RootElement, redacted.RootElement);
        return MethodReply.Object(json =>
        {
            json.WriteString("path"u8, snapshot.Path);
            json.WriteBoolean("exists"u8, snapshot.Exists);
            json.WriteString("raw"u8, raw); // null where the file cannot be parsed, as there
            foreach (string name in (ReadOnlySpan<string>)["parsed", "sourceConfig", "resolved", "config"])
            {
                json.WritePropertyName(name);
                json.WriteRawValue(shown, skipInputValidation: true);
            }

            json.WritePropertyName("runtimeConfig"u8);
            json.WriteRawValue(ConfigRedaction.Redact(applied.Json.Span), skipInputValidation: true);
            json.WriteBoolean("valid"u8, snapshot.Valid);
            json.WriteString("hash"u8, snapshot.Hash);
            json.WriteString("configRevisionHash"u8, snapshot.Hash);
            json.WriteString("appliedConfigHash"u8, applied.Hash);
            ConfigText.WriteIssues(json, "issues", snapshot.Problems.Where(problem => problem.Severity >= ProblemSeverity.Error));
            ConfigText.WriteIssues(json, "warnings", snapshot.Problems.Where(problem => problem.Severity == ProblemSeverity.Warning));
            json.WriteStartArray("legacyIssues"u8);
            json.WriteEndArray();
            json.WriteTexts("includedPaths"u8, snapshot.Includes);
            json.WriteStartArray("includeProvenance"u8);
            json.WriteEndArray();
            if (snapshot.Includes.Count == 0)
            {
                // Whether another file holds the agents and the bindings: pages then leave those alone.
                json.WriteBoolean("agentRosterIncludeOwned"u8, false);
                json.WriteBoolean("bindingsIncludeOwned"u8, false);
            }
        });
    }
}
